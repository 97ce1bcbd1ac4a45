// Residual networks from LibTorch's weights to the engine's descriptor.
#include <catch2/catch.hpp>
#include <cstdio>

#include "libtorch/binary_resnet_cases.h"

using namespace bitplace;

namespace {

constexpr std::int64_t kHeight = 40, kWidth = 32;

const std::vector<test::TorchChoice>& choices() {
  static const std::vector<test::TorchChoice> kChoices = {
      {"binvpr-ste-20", "paper", "", "", ""},
      {"binvpr-ste-20", "code", "", "", ""},
      {"binvpr-leaky-20", "paper", "", "", ""},
      {"binvpr-leaky-20", "code", "", "", ""},
      {"bireal34", "paper", "", "", ""},
      {"bireal34", "code", "", "", ""},
      {"realtobin34", "code", "", "", ""},
      {"biresnet18", "paper", "", "", ""},
      {"biresnet18", "paper", "", "hard_tanh", "magnitude_aware_sign"},
      {"biresnet18", "paper", "", "leaky_tanh", "dorefa_2"}};
  return kChoices;
}

}  // namespace

TEST_CASE("residual networks with real layers in f32: LibTorch's descriptors, and every bit inside") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  const std::vector<test::TorchPicture> pictures = test::scenes(kHeight, kWidth, 2, 19);
  for (const test::TorchChoice& choice : choices()) {
    INFO(test::case_name(choice));
    const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
    const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
    const ModelContents model = test::converted_to_fp32(network);
    const double found = test::smallest_cosine(model, pictures, torch.results);
    const Result<EvaluatedValues> values = evaluate(network.graph, test::input_of(network, pictures[0]));
    if (!values.ok()) FAIL(values.error().message());
    const test::Integers bits = test::compare_integers(network, model, pictures[0], *values);
    std::printf("%-50s 1 - cosine %.1e, %lld of %lld bits differ\n", test::case_name(choice).c_str(),
                1.0 - found, bits.differing, bits.compared);
    CHECK(found >= 0.9999);
    CHECK(bits.differing == 0);
  }
}

TEST_CASE("residual networks converted to int8 keep LibTorch's descriptors, the same bytes on every tier") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  const std::vector<test::TorchPicture> pictures = test::scenes(kHeight, kWidth, 2, 19);
  for (const test::TorchChoice& choice : choices()) {
    INFO(test::case_name(choice));
    const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
    const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
    const ModelContents model = test::converted_to_int8(network, pictures);
    const double found = test::smallest_cosine(model, pictures, torch.results);
    CHECK(found >= 0.999);
    std::printf("%-50s int8: 1 - cosine %.1e\n", test::case_name(choice).c_str(), 1.0 - found);
    test::check_tiers(model, pictures[0]);
  }
}

// Minutes: by hand.
TEST_CASE("residual networks at their own size", "[.full]") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  const std::vector<test::TorchPicture> pictures = test::scenes(224, 224, 1, 19);
  for (const test::TorchChoice& choice : choices()) {
    INFO(test::case_name(choice));
    const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
    const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
    const double found = test::smallest_cosine(test::converted_to_fp32(network), pictures, torch.results);
    std::printf("%-50s 224x224: 1 - cosine %.1e\n", test::case_name(choice).c_str(), 1.0 - found);
    CHECK(found >= 0.9999);
  }
}

TEST_CASE("Bi-Real-34 at its own size") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  const std::vector<test::TorchPicture> pictures = test::scenes(224, 224, 1, 19);
  const test::TorchChoice choice{"bireal34", "paper", "", "", ""};
  const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
  const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
  CHECK(test::smallest_cosine(test::converted_to_fp32(network), pictures, torch.results) >= 0.9999);
}
