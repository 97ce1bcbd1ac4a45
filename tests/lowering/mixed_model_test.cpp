// Mixed networks as models: the engine against the evaluation of what it runs, on every tier.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "bitplace/cpu.h"
#include "describer/describer_support.h"
#include "lowering/evaluate.h"
#include "lowering/real_model.h"
#include "lowering/rewrite.h"
#include "mixed_graph.h"
#include "quantize/choose_quantization.h"
#include "quantize/float_runner.h"
#include "quantize/quantization_report.h"
#include "real_graph.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

RealNetwork network_of(const Graph& trained) {
  Result<Graph> folded = fold_real(trained);
  if (!folded.ok()) FAIL(folded.error().message());
  RealNetwork network{"mixed", *std::move(folded), {}};
  network.preprocessing.height = static_cast<std::int32_t>(kMixedHeight);
  network.preprocessing.width = static_cast<std::int32_t>(kMixedWidth);
  network.preprocessing.input_type = DataType::f32;
  return network;
}

ModelContents model_of(const RealNetwork& network, Precision precision, Random& random) {
  RealLoweringOptions options;
  options.precisions.otherwise = precision;
  if (is_integer(precision)) {
    std::vector<double> image(static_cast<std::size_t>(kMixedHeight * kMixedWidth * 3));
    for (double& x : image)
      x = static_cast<double>(random.integer(0, 255)) / 255.0;
    options.ranges = measured_ranges(network.graph, {image});
  }
  Result<ModelContents> model = make_real_model(network, options);
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

Picture picture_of(Random& random) {
  return random_picture(random, static_cast<int>(kMixedWidth), static_cast<int>(kMixedHeight));
}

// What the model's graph takes, of a picture of its own size.
std::vector<double> input_of(const ModelContents& model, const Picture& picture) {
  std::vector<double> input(picture.bytes.begin(), picture.bytes.end());
  if (model.preprocessing.input_type == DataType::u8) return input;
  for (double& x : input)
    x = static_cast<double>(static_cast<float>(x) * model.preprocessing.value_scale);
  return input;
}

bool is_float(DataType type) {
  return type == DataType::f32 || type == DataType::f16;
}

struct Agreement {
  std::int64_t integers = 0, differing = 0;
  double relative = 0.0;  // of floats
};

// All values of a model on one picture, the engine's against the evaluated ones.
Agreement compare(const ModelContents& model, const Picture& picture) {
  const Result<EvaluatedValues> expected = evaluate(model.graph, input_of(model, picture));
  if (!expected.ok()) FAIL(expected.error().message());
  Result<FloatRunner> runner = FloatRunner::create(model);
  if (!runner.ok()) FAIL(runner.error().message());
  Agreement result;
  const Status status = runner->run(picture.view, [&](ValueId id, const float* found, std::int64_t count) {
    const std::vector<double>& wanted = (*expected)[static_cast<std::size_t>(id)];
    const bool floats = is_float(value_at(model.graph, id).type);
    double largest = 0.0, difference = 0.0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double x = wanted[static_cast<std::size_t>(i)],
                   error = std::fabs(static_cast<double>(found[i]) - x);
      largest = std::max(largest, std::fabs(x));
      difference = std::max(difference, error);
      result.integers += floats ? 0 : 1;
      result.differing += !floats && error != 0.0 ? 1 : 0;
    }
    if (floats && difference > 0.0) result.relative = std::max(result.relative, difference / largest);
    return Status{};
  });
  if (!status.ok()) FAIL(status.error().message());
  return result;
}

CalibrationImages noise_pictures(std::size_t count, std::uint64_t seed) {
  CalibrationImages images;
  images.weights.assign(count, 1.0);
  images.names.assign(count, "noise");
  images.read = [seed](std::size_t index) -> Result<DecodedImage> {
    Random random(seed + 1000 * index);
    const Picture picture = picture_of(random);
    DecodedImage image;
    image.width = static_cast<int>(kMixedWidth);
    image.height = static_cast<int>(kMixedHeight);
    image.pixels = picture.bytes;
    return image;
  };
  return images;
}

std::vector<float> features_of(const ModelContents& contents, const char* tier, const Picture& picture) {
  Describer describer = describer_of(bitplace::test::model_of(contents), tier, 1);
  std::vector<float> features(describer.feature_count());
  REQUIRE(describer.features(picture.view, features.data(), features.size()).ok());
  return features;
}

}  // namespace

// Bits and codes behind floats differ where a number lies within rounding of a tie, and what follows differs
// with them, so floats are compared where no integer differs.
TEST_CASE(
    "the engine gives the bits and codes of a mixed network's evaluation, and its floats but for rounding") {
  Random random;
  std::int64_t models = 0, equal = 0;
  for (const Mixed mixed : kAllMixed) {
    for (int round = 0; round < 3; ++round) {
      const RealNetwork network = network_of(mixed_graph(mixed, random, 1 + round));
      CAPTURE(mixed_name(mixed), round);
      const Agreement agreement = compare(model_of(network, Precision::fp32, random), picture_of(random));
      ++models;
      CHECK(agreement.differing * 1000 <= agreement.integers);
      if (agreement.differing > 0) continue;
      ++equal;
      CHECK(agreement.relative < 5e-6);
    }
  }
  CHECK(equal * 10 >= models * 9);
}

TEST_CASE(
    "with real layers of 8 bits or ordered, a mixed network's features are the same bytes on every tier") {
  Random random;
  for (const Mixed mixed : kAllMixed) {
    for (const Precision precision : {Precision::int8, Precision::w4a8, Precision::fp32_ordered}) {
      CAPTURE(mixed_name(mixed), precision_name(precision));
      const RealNetwork network = network_of(mixed_graph(mixed, random));
      const ModelContents model = model_of(network, precision, random);
      const Picture picture = picture_of(random);
      const std::vector<float> reference = features_of(model, "ref", picture);
      CHECK(std::any_of(reference.begin(), reference.end(), [](float x) { return x != 0.0f; }));
      for (const IsaTier& tier : isa_tiers()) {
        if ((tier.features & ~cpu_features()) != 0) continue;
        CAPTURE(tier.name);
        const std::vector<float> features = features_of(model, tier.name, picture);
        CHECK(std::memcmp(features.data(), reference.data(), features.size() * sizeof(float)) == 0);
      }
    }
  }
}

TEST_CASE("layers of 8 bits read an image that is only divided by 255 as it is") {
  Random random;
  for (const Mixed mixed : {Mixed::shortcuts, Mixed::odd_levels, Mixed::coarse_weights}) {
    CAPTURE(mixed_name(mixed));
    const RealNetwork network = network_of(mixed_graph(mixed, random));
    const ModelContents model = model_of(network, Precision::int8, random);
    CHECK(model.preprocessing.input_type == DataType::u8);
    CHECK(value_at(model.graph, model.graph.input).type == DataType::u8);
    const Agreement agreement = compare(model, picture_of(random));
    CHECK(agreement.differing == 0);
    RealNetwork normalized = network;
    normalized.preprocessing.mean = {0.5f, 0.4f, 0.4f};
    CHECK(model_of(normalized, Precision::int8, random).preprocessing.input_type == DataType::s8);
  }
}

TEST_CASE("weights of few levels are those of training in every precision that holds them") {
  Random random;
  const RealNetwork network = network_of(mixed_graph(Mixed::coarse_weights, random));
  for (const Precision precision : {Precision::fp32, Precision::fp16, Precision::int8, Precision::w4a8}) {
    CAPTURE(precision_name(precision));
    const ModelContents model = model_of(network, precision, random);
    for (const Node& node : model.graph.nodes) {
      if (node.op != Op::convolution) continue;
      CAPTURE(node.name);
      const DataType type = model.graph.parameter(node, "weight")->type;
      CHECK(type == (node.name == "conv3" ? DataType::b1 : DataType::b2));
    }
  }
}

TEST_CASE("real layers of a mixed network are raised until descriptors lose no more than is allowed") {
  Random random;
  std::size_t raised = 0;
  for (const Mixed mixed : kAllMixed) {
    CAPTURE(mixed_name(mixed));
    const RealNetwork network = network_of(mixed_graph(mixed, random));
    const CalibrationImages images = noise_pictures(10, random.bits());
    PrecisionMap precisions;
    precisions.otherwise = Precision::int8;
    QuantizationTrials trials;
    trials.ranges = {{CalibrationMethod::min_max}};
    trials.equalize = trials.round_weights = trials.correct_biases = trials.unsigned_codes = false;
    trials.allowed_loss = 1e-4;
    const ModelMaker make = real_model_maker(network);
    const Result<ChosenQuantization> chosen =
        choose_quantization(network.graph, precisions, make, images, trials);
    if (!chosen.ok()) FAIL(chosen.error().message());
    raised += chosen->raised.size();
    for (const RaisedLayer& layer : chosen->raised)
      CHECK(chosen->quantization.precisions.of(layer.name) == Precision::fp32_ordered);
    const Result<QuantizationReport> report =
        quantization_report(chosen->quantization, chosen->reference, make, images);
    if (!report.ok()) FAIL(report.error().message());
    CHECK(report->descriptor.least >= 1.0 - *trials.allowed_loss);
  }
  CHECK(raised > 0);
}

TEST_CASE("quantizing a mixed network leaves its bits, codes and few-level weights alone") {
  Random random;
  for (const Mixed mixed : {Mixed::gates, Mixed::rising_levels, Mixed::coarse_weights}) {
    CAPTURE(mixed_name(mixed));
    const RealNetwork network = network_of(mixed_graph(mixed, random));
    const CalibrationImages images = noise_pictures(10, random.bits());
    PrecisionMap precisions;
    precisions.otherwise = Precision::int8;
    const ModelMaker make = real_model_maker(network);
    const Result<ChosenQuantization> chosen = choose_quantization(network.graph, precisions, make, images);
    if (!chosen.ok()) FAIL(chosen.error().message());
    const Graph& quantized = chosen->quantization.folded;
    REQUIRE(quantized.nodes.size() == network.graph.nodes.size());
    for (std::size_t i = 0; i < quantized.nodes.size(); ++i) {
      const Node &before = network.graph.nodes[i], &after = quantized.nodes[i];
      const bool trained = network.graph.parameter(before, "weight_scale") != nullptr;
      if (before.op != Op::convolution || (has_precision(network.graph, before) && !trained)) continue;
      CAPTURE(before.name);
      CHECK(network.graph.parameter(before, "weight")->data == quantized.parameter(after, "weight")->data);
    }
    const Result<QuantizationReport> report =
        quantization_report(chosen->quantization, chosen->reference, make, images);
    if (!report.ok()) FAIL(report.error().message());
    CHECK(report->descriptor.mean > 0.9);
  }
}
