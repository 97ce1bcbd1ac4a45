// Residual networks from LibTorch's weights to the engine's descriptor.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>

#include "bitplace/cpu.h"
#include "describer/describer_support.h"
#include "libtorch/binary_resnet_cases.h"
#include "lowering/evaluate.h"
#include "lowering/real_graph.h"
#include "lowering/real_model.h"
#include "vprconv/integer_layers.h"

using namespace bitplace;

namespace {

constexpr std::int64_t kHeight = 40, kWidth = 32;

ImageView view_of(const test::TorchPicture& picture) {
  return {picture.bytes.data(), static_cast<int>(picture.width), static_cast<int>(picture.height), 0,
          PixelFormat::rgb8};
}

ModelContents model_of(const LoadedNetwork& network, Precision precision,
                       const std::vector<test::TorchPicture>& pictures) {
  Result<Graph> folded = fold_real(network.graph);
  if (!folded.ok()) FAIL(folded.error().message());
  RealLoweringOptions options;
  options.precisions.otherwise = precision;
  if (is_integer(precision)) {
    std::vector<std::vector<double>> inputs;
    for (const test::TorchPicture& picture : pictures)
      inputs.push_back(test::input_of(network, picture));
    options.ranges = test::measured_ranges(*folded, inputs);
  }
  Result<ModelContents> model =
      make_real_model({network.name, *std::move(folded), network.preprocessing}, options);
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

std::vector<float> describe(Describer& describer, const test::TorchPicture& picture) {
  const Result<DescriptorView> descriptor = describer.describe(view_of(picture));
  if (!descriptor.ok()) FAIL(descriptor.error().message());
  const auto* first = static_cast<const float*>(descriptor->data);
  return {first, first + descriptor->spec.dimension};
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double product = 0.0, a_squares = 0.0, b_squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    product += x * y;
    a_squares += x * x;
    b_squares += y * y;
  }
  return product / std::sqrt(a_squares * b_squares);
}

// The smallest over the pictures, between LibTorch's descriptors in binary64 and the engine's.
double smallest_cosine(const ModelContents& model, const std::vector<test::TorchPicture>& pictures,
                       const test::TorchNetwork& torch) {
  Describer describer = test::describer_of(test::model_of(model), "", 1);
  double smallest = 1.0;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    smallest = std::min(smallest, cosine(describe(describer, pictures[i]), torch.results[i].descriptor));
  return smallest;
}

struct Bits {
  std::int64_t compared = 0, differing = 0;
};

// What convolutions of bits read: the trained network's in binary64 against the engine's.
Bits compare_bits(const LoadedNetwork& network, const ModelContents& model,
                  const test::TorchPicture& picture) {
  Result<tools::IntegerLayers> layers = tools::IntegerLayers::create(network.graph, model);
  if (!layers.ok()) FAIL(layers.error().message());
  if (layers->empty()) return {};
  const Result<EvaluatedValues> expected = evaluate(network.graph, test::input_of(network, picture));
  if (!expected.ok()) FAIL(expected.error().message());
  REQUIRE(layers->run(view_of(picture)).ok());
  layers->compare(*expected);
  Bits bits;
  for (const tools::LayerAgreement& layer : layers->layers()) {
    bits.compared += layer.compared;
    bits.differing += layer.differing;
  }
  return bits;
}

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
  const std::vector<test::TorchPicture> pictures = test::scenes(kHeight, kWidth, 2);
  for (const test::TorchChoice& choice : choices()) {
    INFO(test::case_name(choice));
    const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
    const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
    const ModelContents model = model_of(network, Precision::fp32, pictures);
    const double found = smallest_cosine(model, pictures, torch);
    const Bits bits = compare_bits(network, model, pictures[0]);
    std::printf("%-50s 1 - cosine %.1e, %lld of %lld bits differ\n", test::case_name(choice).c_str(),
                1.0 - found, static_cast<long long>(bits.differing), static_cast<long long>(bits.compared));
    CHECK(found >= 0.9999);
    CHECK(bits.differing == 0);
  }
}

// How near the descriptors are to LibTorch's is printed and not required: a code that is off by one in front
// of a sign that random weights put near its threshold turns the sign, and everything behind it.
TEST_CASE("residual networks with real layers in int8 give the same descriptor on every tier") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  const std::vector<test::TorchPicture> pictures = test::scenes(kHeight, kWidth, 2);
  for (const test::TorchChoice& choice : choices()) {
    INFO(test::case_name(choice));
    const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
    const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
    const ModelContents model = model_of(network, Precision::int8, pictures);
    const double found = smallest_cosine(model, pictures, torch);
    std::printf("%-50s int8: 1 - cosine %.1e\n", test::case_name(choice).c_str(), 1.0 - found);
    Describer plain = test::describer_of(test::model_of(model), "ref", 1);
    const std::vector<float> reference = describe(plain, pictures[0]);
    for (const IsaTier& tier : isa_tiers()) {
      if ((tier.features & ~cpu_features()) != 0) continue;
      INFO(tier.name);
      Describer describer = test::describer_of(test::model_of(model), tier.name, 1);
      const std::vector<float> descriptor = describe(describer, pictures[0]);
      CHECK(std::memcmp(descriptor.data(), reference.data(), reference.size() * sizeof(float)) == 0);
    }
  }
}

// Minutes: by hand.
TEST_CASE("residual networks at their own size", "[.full]") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  const std::vector<test::TorchPicture> pictures = test::scenes(224, 224, 1);
  for (const test::TorchChoice& choice : choices()) {
    INFO(test::case_name(choice));
    const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
    const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
    const double found = smallest_cosine(model_of(network, Precision::fp32, pictures), pictures, torch);
    std::printf("%-50s 224x224: 1 - cosine %.1e\n", test::case_name(choice).c_str(), 1.0 - found);
    CHECK(found >= 0.9999);
  }
}

TEST_CASE("Bi-Real-34 at its own size") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  const std::vector<test::TorchPicture> pictures = test::scenes(224, 224, 1);
  const test::TorchChoice choice{"bireal34", "paper", "", "", ""};
  const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures, path);
  const LoadedNetwork network = test::load_choice(path, choice, pictures[0]);
  CHECK(smallest_cosine(model_of(network, Precision::fp32, pictures), pictures, torch) >= 0.9999);
}
