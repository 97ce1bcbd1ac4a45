#include "quantize/round_weights.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "float_network.h"
#include "lowering/quantize_weights.h"
#include "lowering/rewrite.h"
#include "quantize/calibration.h"
#include "quantize/descriptor_error.h"
#include "quantize/input_moments.h"

using namespace bitplace;

namespace {

constexpr std::size_t kImages = 24;

Quantization quantization_of(const Graph& folded, Precision precision, const CalibrationImages& images) {
  PrecisionMap precisions;
  precisions.otherwise = precision;
  const Result<Calibration> calibration = calibrate(test::float_model_of(folded), images);
  REQUIRE(calibration.ok());
  ActivationRanges ranges = calibration->ranges();
  ranges.resize(folded.values.size());
  return {folded, precisions, ranges};
}

Quantization rounded(const Quantization& quantization, const CalibrationImages& images) {
  const Result<Graph> graph = round_weights(quantization, test::float_network_maker(), images);
  INFO(graph.error().message());
  REQUIRE(graph.ok());
  return {*graph, quantization.precisions, quantization.ranges};
}

Result<ModelContents> model_of(const Quantization& q) {
  return test::float_network_maker()(q.folded, q.precisions, q.ranges);
}

double descriptor_error(const Graph& folded, const Quantization& quantization,
                        const CalibrationImages& images) {
  const Result<Descriptors> expected = describe_images(test::float_model_of(folded), images);
  const Result<ModelContents> model = model_of(quantization);
  REQUIRE(model.ok());
  const Result<Descriptors> found = describe_images(*model, images);
  REQUIRE(expected.ok());
  REQUIRE(found.ok());
  return 1.0 - compare_descriptors(*expected, *found, images.weights).mean;
}

const float* numbers(const Graph& graph, const char* layer, const char* role) {
  for (const Node& node : graph.nodes) {
    if (node.name == layer) return graph.parameter(node, role)->as<float>();
  }
  FAIL("no such layer");
  return nullptr;
}

}  // namespace

TEST_CASE("weights rounded together serve images better than weights rounded alone") {
  const CalibrationImages images = test::noise_images(kImages, 11), others = test::noise_images(kImages, 12);
  test::Random random;
  double alone = 0.0, together = 0.0;
  for (int network = 0; network < 4; ++network) {
    const Graph folded = test::inverted_residuals(random, 6.0f, 1.0f);
    const Quantization nearest = quantization_of(folded, Precision::w4a8, images);
    alone += descriptor_error(folded, nearest, others);
    together += descriptor_error(folded, rounded(nearest, images), others);
  }
  CAPTURE(alone, together);
  CHECK(together < 0.7 * alone);
}

TEST_CASE("the model has exactly the codes that rounding found") {
  const CalibrationImages images = test::noise_images(kImages, 11);
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  for (const Precision precision : {Precision::int8, Precision::w4a8}) {
    const Quantization together = rounded(quantization_of(folded, precision, images), images);
    const Result<ModelContents> model = model_of(together);
    REQUIRE(model.ok());
    for (const Node& node : together.folded.nodes) {
      if (node.op != Op::convolution) continue;
      CAPTURE(node.name);
      const Tensor& weight = *together.folded.parameter(node, "weight");
      const Tensor& scales = *together.folded.parameter(node, "weight_scale");
      const std::int64_t depth = weight.shape.elements() / weight.shape[0];
      for (std::int64_t i = 0; i < weight.shape.elements(); ++i) {
        const float code = weight.as<float>()[i] / scales.as<float>()[i / depth];
        CHECK(std::abs(code - std::nearbyint(code)) < 1e-4f);
        CHECK(std::abs(code) <= static_cast<float>(largest_weight_code(precision)) + 1e-3f);
      }
      const std::vector<float> steps(scales.as<float>(), scales.as<float>() + scales.shape[0]);
      const Tensor expected = quantize_weights(weight, precision, steps);
      for (const Node& lowered : model->graph.nodes) {
        if (lowered.name == node.name)
          CHECK(model->graph.parameter(lowered, "weight")->data == expected.data);
      }
    }
  }
}

TEST_CASE("pairs of weights that meet codes with a sign keep their limit") {
  const CalibrationImages images = test::noise_images(kImages, 11);
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 1.0f);
  const Quantization together = rounded(quantization_of(folded, Precision::int8, images), images);
  for (const char* layer : {"stem", "expand"}) {
    const Tensor* weight = nullptr;
    for (const Node& node : together.folded.nodes) {
      if (node.name == layer) weight = together.folded.parameter(node, "weight");
    }
    const float* scales = numbers(together.folded, layer, "weight_scale");
    const std::int64_t depth = weight->shape.elements() / weight->shape[0];
    const std::int64_t run = weight->shape[3] * weight->shape[2];
    for (std::int64_t i = 0; i + 1 < weight->shape.elements(); ++i) {
      const std::int64_t place = i % depth;
      if (place % run % 2 == 1 || place % run + 1 == run) continue;
      const float scale = scales[i / depth];
      const float one = weight->as<float>()[i] / scale, other = weight->as<float>()[i + 1] / scale;
      if (one * other > 0.0f) CHECK(std::abs(one + other) <= static_cast<float>(kLargestPair) + 1e-3f);
    }
  }
}

TEST_CASE("layers that stay floats keep their weights") {
  const CalibrationImages images = test::noise_images(8, 11);
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 1.0f);
  Quantization quantization = quantization_of(folded, Precision::int8, images);
  quantization.precisions.layers["project"] = Precision::fp32;
  const Quantization together = rounded(quantization, images);
  for (const Node& node : together.folded.nodes) {
    if (node.op == Op::convolution)
      CHECK((together.folded.parameter(node, "weight_scale") == nullptr) == (node.name == "project"));
  }
  CHECK(model_of(together).ok());
}

TEST_CASE("graphs rounded for one precision throughout serve a mix as if it had been rounded itself") {
  const CalibrationImages images = test::noise_images(8, 11);
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 1.0f);
  std::map<Precision, Graph> uniform;
  for (const Precision precision : {Precision::int8, Precision::w4a8})
    uniform[precision] = rounded(quantization_of(folded, precision, images), images).folded;
  Quantization mix = quantization_of(folded, Precision::fp32, images);
  mix.precisions.layers = {{"depthwise", Precision::w4a8}, {"project", Precision::int8}};
  const Graph combined = combine_rounded(folded, uniform, mix.precisions);
  const Graph expected = rounded(mix, images).folded;
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    for (const Parameter& parameter : expected.nodes[i].parameters) {
      CAPTURE(folded.nodes[i].name, parameter.role);
      const Tensor* found = combined.parameter(combined.nodes[i], parameter.role);
      REQUIRE(found != nullptr);
      CHECK(found->data == expected.parameter(expected.nodes[i], parameter.role)->data);
    }
  }
}

TEST_CASE("means and covariances are those of the taps under a filter, padding counting as 0") {
  Graph graph;
  graph.input = graph.add_value("image", DataType::f32, Shape(1, 2, 2, 3));
  ConvolutionAttributes a;
  a.kernel_height = a.kernel_width = 3;
  a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = 1;
  a.padding = PaddingValue::zero;
  a.groups = 3;
  a.epilogue = Epilogue::affine;
  Tensor weight = make_tensor("weight", std::vector<float>(27, 1.0f));
  weight.shape = Shape(3, 3, 3, 1);
  const TensorId weight_id = graph.add_tensor(std::move(weight));
  const TensorId bias_id = graph.add_tensor(make_tensor("bias", std::vector<float>(3, 0.0f)));
  graph.features = graph.descriptor = *graph.append(
      {"depthwise", Op::convolution, {graph.input}, kNone, a, {{"weight", weight_id}, {"bias", bias_id}}});
  InputMoments moments(graph, graph.nodes[0]);
  const std::vector<float> image = {1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400};
  moments.add(image.data(), 4, 0.5);
  // Every pixel stands under the middle tap once; 1 to 4, 10 to 40 and 100 to 400.
  CHECK(moments.blocks() == 3);
  CHECK(moments.mean(0)[4] == Approx(2.5));
  CHECK(moments.covariance(0)(4, 4) == Approx(1.25));
  CHECK(moments.covariance(2)(4, 4) == Approx(1.25e4));
  // Left neighbour: nothing, 1, nothing, 3. Upper left: 1 once.
  CHECK(moments.mean(0)[3] == Approx(1.0));
  CHECK(moments.covariance(0)(4, 3) == Approx((1 * 2 + 3 * 4) / 4.0 - 2.5));
  CHECK(moments.covariance(0)(3, 4) == Approx((1 * 2 + 3 * 4) / 4.0 - 2.5));
  CHECK(moments.covariance(0)(0, 0) == Approx(1.0 / 4.0 - 1.0 / 16.0));
}
