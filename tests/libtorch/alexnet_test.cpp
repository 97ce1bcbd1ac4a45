// AlexNet's relatives from LibTorch's weights to the engine's descriptor.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>

#include "bitplace/cpu.h"
#include "describer/describer_support.h"
#include "end_to_end/real_network.h"
#include "libtorch/alexnet_module.h"
#include "libtorch/surroundings.h"
#include "lowering/evaluate.h"
#include "lowering/real_graph.h"
#include "vprconv/integer_layers.h"

using namespace bitplace;

namespace {

// Odd and even sizes of maps, and windows that end in front of the border.
constexpr std::int64_t kHeight = 115, kWidth = 98;

const test::AlexnetRelative kRelatives[] = {
    {"floppynet2", "paper"}, {"floppynet4", "paper"}, {"floppynet8", "paper"}, {"alexnet", "paper"},
    {"xnornet", "paper"},    {"xnornet", "code"},     {"dorefanet", "paper"},  {"dorefanet", "code"}};

const std::vector<test::AlexnetPicture>& pictures() {
  static const std::vector<test::AlexnetPicture> kPictures = [] {
    std::vector<test::AlexnetPicture> made;
    test::Random random(23);
    for (int i = 0; i < 3; ++i)
      made.push_back({kHeight, kWidth, test::random_scene(kHeight, kWidth, &random)});
    return made;
  }();
  return kPictures;
}

ImageView view_of(const test::AlexnetPicture& picture) {
  return {picture.bytes.data(), static_cast<int>(picture.width), static_cast<int>(picture.height), 0,
          PixelFormat::rgb8};
}

std::vector<double> input_of(const test::AlexnetPicture& picture) {
  std::vector<double> input;
  for (const std::uint8_t byte : picture.bytes)
    input.push_back(byte / 255.0);
  return input;
}

// A network as LibTorch saved it, what LibTorch made of the pictures, and what its graph is evaluated to on
// the first of them.
struct Case {
  LoadedNetwork network;
  std::vector<test::AlexnetResult> torch;
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
  Result<EvaluatedValues> values = evaluate(network->graph, input_of(pictures()[0]));
  if (!values.ok()) FAIL(values.error().message());
  return {*std::move(network), std::move(torch), *std::move(values)};
}

ModelContents model_of(const LoadedNetwork& network, Precision precision) {
  Result<Graph> folded = fold_real(network.graph);
  if (!folded.ok()) FAIL(folded.error().message());
  RealLoweringOptions options;
  options.precisions.otherwise = precision;
  if (is_integer(precision)) {
    std::vector<std::vector<double>> inputs;
    for (const test::AlexnetPicture& picture : pictures())
      inputs.push_back(input_of(picture));
    options.ranges = test::measured_ranges(*folded, inputs);
  }
  Result<ModelContents> model =
      make_real_model({network.name, *std::move(folded), network.preprocessing}, options);
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

std::vector<float> describe(Describer& describer, const test::AlexnetPicture& picture) {
  const Result<DescriptorView> descriptor = describer.describe(view_of(picture));
  if (!descriptor.ok()) FAIL(descriptor.error().message());
  const auto* first = static_cast<const float*>(descriptor->data);
  return {first, first + descriptor->spec.dimension};
}

// The smallest over the pictures, between LibTorch's descriptors in binary64 and the engine's.
double smallest_cosine(const ModelContents& model, const std::vector<test::AlexnetResult>& torch) {
  Describer describer = test::describer_of(test::model_of(model), "", 1);
  double smallest = 1.0;
  for (std::size_t i = 0; i < torch.size(); ++i)
    smallest =
        std::min(smallest, test::agreement(describe(describer, pictures()[i]), torch[i].descriptor).cosine);
  return smallest;
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

struct Integers {
  long long compared = 0, differing = 0, ties = 0;
};

// What convolutions of bits and of levels read: the trained network's in binary64 against the engine's.
Integers compare_integers(const Case& of, const ModelContents& model) {
  Result<tools::IntegerLayers> layers = tools::IntegerLayers::create(of.network.graph, model);
  if (!layers.ok()) FAIL(layers.error().message());
  Integers integers;
  if (layers->empty()) return integers;
  REQUIRE(layers->run(view_of(pictures()[0])).ok());
  layers->compare(of.values);
  for (const tools::LayerAgreement& layer : layers->layers()) {
    integers.compared += layer.compared;
    integers.differing += layer.differing;
    integers.ties += layer.ties;
  }
  return integers;
}

std::string case_name(const test::AlexnetRelative& relative) {
  return relative.network + " " + relative.variant;
}

// Whether signs or levels stand behind a real layer. Some of them turn over where that layer has 8 bits, and
// every layer behind makes more of it: no more is asked for than the same bytes everywhere.
bool rounds_real_layer(const test::AlexnetRelative& relative) {
  return relative.network == "xnornet" || relative.network == "dorefanet";
}

void check_tiers(const ModelContents& model) {
  Describer plain = test::describer_of(test::model_of(model), "ref", 1);
  const std::vector<float> reference = describe(plain, pictures()[0]);
  for (const IsaTier& tier : isa_tiers()) {
    if ((tier.features & ~cpu_features()) != 0) continue;
    INFO(tier.name);
    Describer describer = test::describer_of(test::model_of(model), tier.name, 1);
    const std::vector<float> descriptor = describe(describer, pictures()[0]);
    CHECK(std::memcmp(descriptor.data(), reference.data(), reference.size() * sizeof(float)) == 0);
  }
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

    const ModelContents model = model_of(of.network, Precision::fp32);
    const double cosine = smallest_cosine(model, of.torch);
    const Integers integers = compare_integers(of, model);
    std::printf("%-18s f32: 1 - cosine %.1e, %lld of %lld integers differ (%lld ties)\n",
                case_name(relative).c_str(), 1.0 - cosine, integers.differing, integers.compared,
                integers.ties);
    CHECK(cosine >= 0.9999);
    CHECK(integers.differing <= integers.ties);
    CHECK((integers.compared > 0) == (relative.network != "alexnet"));

    const ModelContents integer = model_of(of.network, Precision::int8);
    const double near = smallest_cosine(integer, of.torch);
    const Integers codes = compare_integers(of, integer);
    std::printf("%-18s int8: 1 - cosine %.1e, %lld of %lld integers differ\n", case_name(relative).c_str(),
                1.0 - near, codes.differing, codes.compared);
    if (!rounds_real_layer(relative)) CHECK(near >= 0.999);
    check_tiers(integer);
  }
}
