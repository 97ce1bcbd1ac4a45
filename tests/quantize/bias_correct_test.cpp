#include "quantize/bias_correct.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "float_network.h"
#include "lowering/rewrite.h"
#include "quantize/calibration.h"
#include "quantize/channel_statistics.h"
#include "quantize/float_runner.h"
#include "quantize/rounding_shift.h"

using namespace bitplace;

namespace {

Quantization quantization_of(const Graph& folded, Precision precision, const CalibrationImages& images) {
  PrecisionMap precisions;
  precisions.otherwise = precision;
  const Result<Calibration> calibration = calibrate(test::float_model_of(folded), images);
  REQUIRE(calibration.ok());
  ActivationRanges ranges = calibration->ranges();
  ranges.resize(folded.values.size());
  return {folded, precisions, ranges};
}

// E[y_float - y_quantized] of every channel of a layer.
std::vector<double> mean_errors(const Graph& folded, const Quantization& quantization, const char* layer,
                                const CalibrationImages& images) {
  const Result<ModelContents> model =
      test::float_network_maker()(quantization.folded, quantization.precisions, quantization.ranges);
  REQUIRE(model.ok());
  const ModelContents in_floats = test::float_model_of(folded);
  std::vector<double> means(static_cast<std::size_t>(value_at(folded, layer_output(folded, layer)).shape[3]));
  const auto sum = [&](const ModelContents& contents, std::vector<float> scales, double sign) {
    Result<FloatRunner> runner = FloatRunner::create(contents, std::move(scales));
    REQUIRE(runner.ok());
    const ValueId wanted = layer_output(contents.graph, layer);
    for (std::size_t i = 0; i < images.size(); ++i) {
      REQUIRE(runner
                  ->run(images.read(i)->view(),
                        [&](ValueId value, const float* numbers, std::int64_t count) {
                          for (std::int64_t j = 0; value == wanted && j < count; ++j) {
                            means[static_cast<std::size_t>(j) % means.size()] +=
                                sign * static_cast<double>(numbers[j]) * static_cast<double>(means.size()) /
                                static_cast<double>(count) / static_cast<double>(images.size());
                          }
                          return Status();
                        })
                  .ok());
    }
  };
  sum(in_floats, {}, 1.0);
  sum(*model, code_scales(model->graph, quantization), -1.0);
  return means;
}

double size_of(const std::vector<double>& numbers) {
  return std::sqrt(std::inner_product(numbers.begin(), numbers.end(), numbers.begin(), 0.0));
}

}  // namespace

TEST_CASE("corrected biases take the mean error of every layer back") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const CalibrationImages images = test::noise_images(12, random.next());
  Quantization quantization = quantization_of(folded, Precision::w4a8, images);
  Quantization corrected = quantization;
  std::size_t layers = 0;
  Result<Graph> biased = correct_biases(quantization, folded, test::float_network_maker(), images,
                                        [&](std::size_t done, std::size_t) { layers = done; });
  REQUIRE(biased.ok());
  CHECK(layers == 6);
  corrected.folded = *std::move(biased);
  double before = 0.0, after = 0.0;
  for (const char* layer : {"stem", "depthwise", "project", "expand", "depthwise2", "project2"}) {
    INFO(layer);
    const double error = size_of(mean_errors(folded, quantization, layer, images));
    const double left = size_of(mean_errors(folded, corrected, layer, images));
    CHECK(left < error);
    before += error;
    after += left;
  }
  CHECK(after < 0.5 * before);
  // Weights stay as they are.
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    const Tensor* weight = folded.parameter(folded.nodes[i], "weight");
    if (weight != nullptr)
      CHECK(weight->data == corrected.folded.parameter(corrected.folded.nodes[i], "weight")->data);
  }
}

TEST_CASE("shifts from rounding weights are taken back without a run") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const CalibrationImages images = test::noise_images(12, random.next());
  const Quantization quantization = quantization_of(folded, Precision::w4a8, images);
  const Result<ChannelMeans> means = channel_means(test::float_model_of(folded), images);
  REQUIRE(means.ok());
  Quantization corrected = quantization;
  corrected.folded = correct_rounding_shifts(folded, quantization.precisions, *means);
  double before = 0.0, after = 0.0;
  for (const char* layer : {"stem", "depthwise", "project", "expand", "depthwise2", "project2"}) {
    before += size_of(mean_errors(folded, quantization, layer, images));
    after += size_of(mean_errors(folded, corrected, layer, images));
  }
  CHECK(after < 0.6 * before);
  PrecisionMap floats;
  floats.otherwise = Precision::fp16;
  const Graph same = correct_rounding_shifts(folded, floats, *means);
  for (std::size_t i = 0; i < folded.tensors.size(); ++i)
    CHECK(same.tensors[i].data == folded.tensors[i].data);
}

TEST_CASE("the shift of a filter is the error of its weights times the means of what it reads") {
  test::FloatNetwork network(6, 6);
  // Codes of 1/127: 0.3 is 38.1 of them, 0.5 is 63.5 (rounded to 64), 1 is exact.
  const float weights[] = {1.0f, 0.3f, 0.5f};
  const auto zero = [](std::int64_t) { return 0.0f; };
  const ValueId value = network.convolution(
      {"mix", 2}, network.input(), [&](std::int64_t i) { return i < 3 ? weights[i] : 0.25f; }, zero);
  const Graph folded = network.finish(value);
  PrecisionMap precisions;
  precisions.otherwise = Precision::int8;
  const ChannelMeans means = {{10.0, 100.0, 1000.0}, {0.0, 0.0}};
  const Graph corrected = correct_rounding_shifts(folded, precisions, means);
  const auto* bias = corrected.parameter(corrected.nodes[0], "bias")->as<float>();
  CHECK(bias[0] == Approx(-(100.0 * (38.0 / 127.0 - 0.3) + 1000.0 * (64.0 / 127.0 - 0.5))).epsilon(1e-4));
  CHECK(bias[1] == Approx(0.0).margin(1e-4));
}

TEST_CASE("what was done to weights and biases before is taken back too") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const CalibrationImages images = test::noise_images(6, random.next());
  Quantization changed = quantization_of(folded, Precision::int8, images);
  auto* bias =
      changed.folded.tensors[static_cast<std::size_t>(folded.nodes[2].parameters[1].tensor)].as<float>();
  bias[0] += 0.25f;
  const double before = size_of(mean_errors(folded, changed, "project", images));
  CHECK(before > 0.2);
  Result<Graph> biased = correct_biases(changed, folded, test::float_network_maker(), images);
  REQUIRE(biased.ok());
  changed.folded = *std::move(biased);
  CHECK(size_of(mean_errors(folded, changed, "project", images)) < 0.2 * before);
}

TEST_CASE("layers that compute in floats keep their biases") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const CalibrationImages images = test::noise_images(4, random.next());
  Quantization quantization = quantization_of(folded, Precision::int8, images);
  quantization.precisions.layers = {{"depthwise", Precision::fp32}, {"expand", Precision::fp16}};
  const Result<Graph> biased = correct_biases(quantization, folded, test::float_network_maker(), images);
  REQUIRE(biased.ok());
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    const Node& node = folded.nodes[i];
    if (node.op != Op::convolution) continue;
    INFO(node.name);
    const bool same =
        folded.parameter(node, "bias")->data == biased->parameter(biased->nodes[i], "bias")->data;
    CHECK(same == !is_integer(quantization.precisions.of(node.name)));
  }
}

TEST_CASE("correcting biases hands errors on") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const Quantization quantization =
      quantization_of(folded, Precision::int8, test::noise_images(2, random.next()));
  const auto none =
      correct_biases(quantization, folded, test::float_network_maker(), test::noise_images(0, 1));
  CHECK(none.error().code() == ErrorCode::invalid_argument);
  const ModelMaker failing = [](const Graph&, const PrecisionMap&, const ActivationRanges&) {
    return Result<ModelContents>(make_error(ErrorCode::unsupported, "maker", "does not"));
  };
  const auto failed = correct_biases(quantization, folded, failing, test::noise_images(2, 1));
  CHECK(std::string(failed.error().message()) == "maker: does not");
}
