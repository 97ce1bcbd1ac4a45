// AlexNet's relatives from LibTorch's weights to the engine's descriptor.
#include <catch2/catch.hpp>
#include <cstdio>

#include "libtorch/alexnet_module.h"
#include "libtorch/converted_model.h"

using namespace bitplace;

namespace {

// Odd and even sizes of maps, and windows that end in front of the border.
constexpr std::int64_t kHeight = 115, kWidth = 98;

const test::AlexnetRelative kRelatives[] = {
    {"floppynet2", "paper"}, {"floppynet4", "paper"}, {"floppynet8", "paper"}, {"alexnet", "paper"},
    {"xnornet", "paper"},    {"xnornet", "code"},     {"dorefanet", "paper"},  {"dorefanet", "code"}};

const std::vector<test::TorchPicture>& pictures() {
  static const std::vector<test::TorchPicture> kPictures = test::scenes(kHeight, kWidth, 3, 23);
  return kPictures;
}

// A network as LibTorch saved it, what LibTorch made of the pictures, and what its graph is evaluated to on
// the first of them.
struct Case {
  LoadedNetwork network;
  std::vector<test::TorchResult> torch;
  EvaluatedValues values;
};

Case make_case(const test::AlexnetRelative& relative) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  auto torch = test::save_random_relative(relative, 5, pictures(), path);
  const Result<Checkpoint> checkpoint = read_checkpoint(path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  NetworkOptions options;
  options.network = relative.network;
  options.variant = relative.variant;
  options.height = static_cast<int>(kHeight);
  options.width = static_cast<int>(kWidth);
  Result<LoadedNetwork> network = load_network(*checkpoint, options);
  if (!network.ok()) FAIL(network.error().message());
  Result<EvaluatedValues> values = evaluate(network->graph, test::input_of(*network, pictures()[0]));
  if (!values.ok()) FAIL(values.error().message());
  return {*std::move(network), std::move(torch), *std::move(values)};
}

// The pools' maps of the graph, evaluated in binary64, against LibTorch's.
void check_stages(const Case& of) {
  int pools = 0;
  for (const Node& node : of.network.graph.nodes) {
    if (node.op != Op::max_pool) continue;
    INFO(node.name);
    const std::vector<double>& found = of.values[static_cast<std::size_t>(node.output)];
    const std::vector<float>& expected = of.torch[0].stages.at(node.name);
    CHECK(test::agreement(std::vector<float>(found.begin(), found.end()), expected).difference < 1e-6);
    ++pools;
  }
  CHECK(pools >= 3);
}

std::string case_name(const test::AlexnetRelative& relative) {
  return relative.network + " " + relative.variant;
}

}  // namespace

TEST_CASE("AlexNet's relatives that LibTorch saved: its maps, bits, codes and descriptors") {
  for (const test::AlexnetRelative& relative : kRelatives) {
    INFO(case_name(relative));
    const Case of = make_case(relative);
    // A map that no image changes would agree with anything.
    CHECK(test::agreement(of.torch[0].features, of.torch[1].features).difference > 0.1);
    check_stages(of);
    if (relative.network == "floppynet8") continue;  // its weights do not fit 8 bits: nothing stays equal

    const ModelContents model = test::converted_to_fp32(of.network);
    const double cosine = test::smallest_cosine(model, pictures(), of.torch);
    const test::Integers integers = test::compare_integers(of.network, model, pictures()[0], of.values);
    std::printf("%-18s f32: 1 - cosine %.1e, %lld of %lld integers differ (%lld ties)\n",
                case_name(relative).c_str(), 1.0 - cosine, integers.differing, integers.compared,
                integers.ties);
    CHECK(cosine >= 0.9999);
    CHECK(integers.differing <= integers.ties);
    CHECK((integers.compared > 0) == (relative.network != "alexnet"));

    const ModelContents integer = test::converted_to_int8(of.network, pictures());
    const double near = test::smallest_cosine(integer, pictures(), of.torch);
    const test::Integers codes = test::compare_integers(of.network, integer, pictures()[0], of.values);
    std::printf("%-18s int8: 1 - cosine %.1e, %lld of %lld integers differ\n", case_name(relative).c_str(),
                1.0 - near, codes.differing, codes.compared);
    CHECK(near >= 0.999);
    CHECK(codes.differing <= codes.ties);
    test::check_tiers(integer, pictures()[0]);
  }
}
