// A published int8 network as a float graph, layer by layer against its own integer arithmetic.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>

#include "networks/evaluated_values.h"
#include "networks/import_tflite.h"
#include "support/random.h"
#include "support/test_data.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Codes = std::vector<std::int64_t>;

// Not square, so that rows and columns cannot be confused; padding differs from that at 224.
constexpr TfliteInputSize kSize{48, 64};

std::optional<TfliteModel> published_mobilenet(const std::string& test) {
  const auto path = test_data("models/tf2_mobilenet_v2_1.0_224_ptq.tflite", test);
  if (!path) return std::nullopt;
  Result<Checkpoint> checkpoint = read_checkpoint(*path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  return std::get<TfliteModel>(std::move(checkpoint->contents));
}

ImportedTflite imported(const TfliteModel& model, const TfliteInputSize& size) {
  Result<ImportedTflite> result = import_real_tflite(model, size);
  if (!result.ok()) FAIL(result.error().message());
  return *std::move(result);
}

// The integer arithmetic of TFLite's specification of 8-bit quantization, on a map of codes.
struct CodeMap {
  std::int64_t height = 0, width = 0, channels = 0;
  Codes codes;
};

class IntegerNetwork {
 public:
  explicit IntegerNetwork(const TfliteModel& model) : model_(model) {}

  const TfliteTensor& tensor(std::int32_t index) const {
    return model_.tensors[static_cast<std::size_t>(index)];
  }
  static std::int64_t option(const TfliteOperator& op, const std::string& name) {
    for (const auto& [key, value] : op.options) {
      if (key == name) return value;
    }
    FAIL("no option " << name);
    return 0;
  }

  std::int64_t saturate(double real, const TfliteTensor& output, std::int64_t low, std::int64_t high) const {
    const auto code = static_cast<std::int64_t>(std::round(real / double{output.scale[0]}));
    return std::clamp(code + output.zero_point[0], low, high);
  }

  // Both kinds: a filter is [output, row, column, input], or [1, row, column, output] of a depthwise one.
  CodeMap convolve(const TfliteOperator& op, const CodeMap& in, bool depthwise) const {
    const TfliteTensor &source = tensor(op.inputs[0]), &filter = tensor(op.inputs[1]);
    const TfliteTensor &bias = tensor(op.inputs[2]), &output = tensor(op.outputs[0]);
    const std::int64_t filters = depthwise ? filter.shape[3] : filter.shape[0];
    const std::int64_t rows = filter.shape[1], columns = filter.shape[2];
    const std::int64_t stride_h = option(op, "stride_h"), stride_w = option(op, "stride_w");
    REQUIRE(option(op, "padding") == 0);
    CodeMap out{(in.height + stride_h - 1) / stride_h, (in.width + stride_w - 1) / stride_w, filters, {}};
    const std::int64_t top = std::max<std::int64_t>(0, (out.height - 1) * stride_h + rows - in.height) / 2;
    const std::int64_t left = std::max<std::int64_t>(0, (out.width - 1) * stride_w + columns - in.width) / 2;
    const auto [low, high] = code_range(op, output);
    const auto* weights = reinterpret_cast<const std::int8_t*>(filter.data.data());
    const auto* biases = reinterpret_cast<const std::int32_t*>(bias.data.data());
    for (std::int64_t i = 0; i < out.height * out.width * filters; ++i) {
      const std::int64_t o = i % filters, x = i / filters % out.width, y = i / filters / out.width;
      std::int64_t sum = biases[o];
      for (std::int64_t ky = 0; ky < rows; ++ky) {
        for (std::int64_t kx = 0; kx < columns; ++kx) {
          const std::int64_t row = y * stride_h - top + ky, column = x * stride_w - left + kx;
          if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
          const std::int64_t* pixel =
              &in.codes[static_cast<std::size_t>((row * in.width + column) * in.channels)];
          const std::int64_t zero = source.zero_point[0];
          if (depthwise) {
            sum += (pixel[o] - zero) * weights[(ky * columns + kx) * filters + o];
          } else {
            const std::int8_t* tap = weights + ((o * rows + ky) * columns + kx) * in.channels;
            for (std::int64_t c = 0; c < in.channels; ++c)
              sum += (pixel[c] - zero) * tap[c];
          }
        }
      }
      const double real = static_cast<double>(sum) * double{source.scale[0]} *
                          double{filter.scale[static_cast<std::size_t>(o)]};
      out.codes.push_back(saturate(real, output, low, high));
    }
    return out;
  }

  CodeMap add(const TfliteOperator& op, const CodeMap& a, const CodeMap& b) const {
    const TfliteTensor &first = tensor(op.inputs[0]), &second = tensor(op.inputs[1]);
    CodeMap out{a.height, a.width, a.channels, {}};
    for (std::size_t i = 0; i < a.codes.size(); ++i)
      out.codes.push_back(saturate(real_of(a.codes[i], first) + real_of(b.codes[i], second),
                                   tensor(op.outputs[0]), -128, 127));
    return out;
  }

  // The activation limits codes before they saturate.
  std::pair<std::int64_t, std::int64_t> code_range(const TfliteOperator& op, const TfliteTensor& out) const {
    if (option(op, "fused_activation_function") == 0) return {-128, 127};
    REQUIRE(option(op, "fused_activation_function") == 3);
    const auto six = static_cast<std::int64_t>(std::round(6.0 / double{out.scale[0]})) + out.zero_point[0];
    return {std::max<std::int64_t>(-128, out.zero_point[0]), std::min<std::int64_t>(127, six)};
  }

  static double real_of(std::int64_t code, const TfliteTensor& tensor) {
    return double{tensor.scale[0]} * static_cast<double>(code - tensor.zero_point[0]);
  }

  Numbers reals(const CodeMap& map, std::int32_t index) const {
    Numbers values;
    for (const std::int64_t code : map.codes)
      values.push_back(real_of(code, tensor(index)));
    return values;
  }

 private:
  const TfliteModel& model_;
};

CodeMap random_image(const TfliteTensor& codes_of) {
  Random random;
  CodeMap image{kSize.height, kSize.width, 3, {}};
  // Smooth, as images are: noise alone would leave most of the network's range unused.
  for (std::int64_t i = 0; i < kSize.height * kSize.width * 3; ++i) {
    const double wave =
        90.0 * std::sin(static_cast<double>(i / 3 % kSize.width) * 0.2 + static_cast<double>(i % 3));
    const double pixel = 128.0 + wave + 30.0 * std::cos(static_cast<double>(i / 3 / kSize.width) * 0.3);
    const std::int64_t noisy = static_cast<std::int64_t>(pixel) + random.integer(-8, 8);
    image.codes.push_back(std::clamp<std::int64_t>(noisy, 0, 255) - 127 + codes_of.zero_point[0]);
  }
  return image;
}

double cosine(const Numbers& a, const Numbers& b) {
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("the published int8 MobileNetV2 is a float graph up to its last feature map") {
  const auto model = published_mobilenet("import MobileNetV2");
  if (!model) return;
  CHECK_FALSE(is_larq_model(*model));
  const ImportedTflite network = imported(*model, {});
  CHECK(network.network == "mobilenet_v2");
  CHECK(network.graph.nodes.size() == 62);
  const auto value = [&](ValueId id) { return network.graph.values[static_cast<std::size_t>(id)]; };
  CHECK(value(network.graph.input).shape == Shape(1, 224, 224, 3));
  CHECK(value(network.graph.features).shape == Shape(1, 7, 7, 1280));
  CHECK(network.graph.nodes[0].name == "Conv2d_0_0");
  CHECK(network.graph.nodes[1].name == "expanded_conv_1/depthwise");
  REQUIRE(network.scaling.has_value());
  CHECK(network.scaling->mean == Approx(127.0 / 255.0));
  CHECK(network.scaling->deviation == Approx(0.5).epsilon(1e-6));
  REQUIRE(network.notes.size() == 1);
  CHECK(network.notes[0] ==
        "left out behind the last feature map: MEAN, CONV_2D, RESHAPE, SOFTMAX, QUANTIZE");
  const auto& stem = std::get<ConvolutionAttributes>(network.graph.nodes[0].attributes);
  CHECK(stem.pad_top == 0);
  CHECK(stem.pad_bottom == 1);
  CHECK(stem.output_high == 6.0f);

  const Graph larger = imported(*model, {320, 241}).graph;
  CHECK(larger.values[static_cast<std::size_t>(larger.features)].shape == Shape(1, 10, 8, 1280));
  CHECK(std::get<ConvolutionAttributes>(larger.nodes[0].attributes).pad_left == 1);
  CHECK(imported(*model, {320, 320}).network == "mobilenet_v2");
}

// Every layer reads the integer network's own codes, so that its numbers may differ from the integer result
// only by the rounding to a code, half a step, and by saturation.
TEST_CASE("every layer of the published MobileNetV2 gives its integer result before rounding") {
  const auto model = published_mobilenet("layers of MobileNetV2");
  if (!model) return;
  const Graph graph = imported(*model, kSize).graph;
  const IntegerNetwork integer(*model);
  std::map<std::int32_t, CodeMap> maps;
  const TfliteOperator& quantize = model->operators[0];
  REQUIRE(quantize.name == "QUANTIZE");
  const std::int32_t first = quantize.outputs[0];
  maps[first] = random_image(integer.tensor(first));
  const Numbers image = integer.reals(maps[first], first);
  std::size_t layer = 0;
  double worst = 0.0;
  std::int32_t last = first;
  for (std::size_t i = 1; layer < graph.nodes.size(); ++i, ++layer) {
    const TfliteOperator& op = model->operators[i];
    const Node& node = graph.nodes[layer];
    std::vector<Numbers> operands = {integer.reals(maps.at(op.inputs[0]), op.inputs[0])};
    CodeMap result;
    if (op.name == "ADD") {
      operands.push_back(integer.reals(maps.at(op.inputs[1]), op.inputs[1]));
      result = integer.add(op, maps.at(op.inputs[0]), maps.at(op.inputs[1]));
    } else {
      result = integer.convolve(op, maps.at(op.inputs[0]), op.name == "DEPTHWISE_CONV_2D");
    }
    last = op.outputs[0];
    const TfliteTensor& tensor = integer.tensor(last);
    std::vector<const Numbers*> inputs;
    for (const Numbers& operand : operands)
      inputs.push_back(&operand);
    const Numbers real = evaluate_node(graph, node, inputs);
    REQUIRE(real.size() == result.codes.size());
    const double step = tensor.scale[0];
    const double low = IntegerNetwork::real_of(-128, tensor), high = IntegerNetwork::real_of(127, tensor);
    double difference = 0.0;
    for (std::size_t k = 0; k < real.size(); ++k)
      difference = std::max(difference, std::abs(std::clamp(real[k], low, high) -
                                                 IntegerNetwork::real_of(result.codes[k], tensor)));
    INFO(node.name);
    // Weights and biases were rounded to binary32, which moves a sum by less than a thousandth of a step.
    CHECK(difference <= 0.501 * step);
    CHECK(difference > 0.0);
    worst = std::max(worst, difference / step);
    maps[last] = std::move(result);
  }
  CHECK(worst > 0.4);  // the comparison sees rounding, so it saw the numbers
  const std::vector<Numbers> whole = evaluate_real(graph, image);
  const double similarity =
      cosine(whole[static_cast<std::size_t>(graph.features)], integer.reals(maps[last], last));
  CHECK(similarity > 0.95);
}
