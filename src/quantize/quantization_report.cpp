#include "quantize/quantization_report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "lowering/arithmetic_choice.h"
#include "lowering/rewrite.h"
#include "quantize/float_runner.h"

namespace bitplace {
namespace {

std::size_t index(ValueId value) {
  return static_cast<std::size_t>(value);
}

// A layer in both models, and what is summed over the images.
struct ComparedLayer {
  LayerReport report;
  ValueId in_floats = kNone, quantized = kNone;
  double lowest = -std::numeric_limits<double>::infinity();  // beyond these numbers codes saturate
  double highest = std::numeric_limits<double>::infinity();
  double signal = 0.0, noise = 0.0, beyond = 0.0, total = 0.0;

  void add(const std::vector<float>& expected, const float* found, double weight) {
    double signals = 0.0, noises = 0.0;
    std::int64_t outside = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double x = expected[i], difference = x - static_cast<double>(found[i]);
      signals += x * x;
      noises += difference * difference;
      outside += x < lowest || x > highest ? 1 : 0;
    }
    signal += weight * signals;
    noise += weight * noises;
    beyond += weight * static_cast<double>(outside);
    total += weight * static_cast<double>(expected.size());
  }

  LayerReport finish() const {
    LayerReport finished = report;
    finished.clipped = total > 0.0 ? beyond / total : 0.0;
    finished.signal_to_noise =
        noise > 0.0 ? 10.0 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
    return finished;
  }
};

const Tensor* weight_of(const Graph& graph, const std::string& layer) {
  for (const Node& node : graph.nodes)
    if (node.op == Op::convolution && node.name == layer) return graph.parameter(node, "weight");
  return nullptr;
}

std::vector<ComparedLayer> compared_layers(const Quantization& quantization, const Graph& in_floats,
                                           const Graph& quantized) {
  const ArithmeticChoice choice(quantization.folded, quantization.precisions, quantization.ranges);
  std::vector<ComparedLayer> layers;
  for (const Node& node : quantization.folded.nodes) {
    ComparedLayer layer;
    layer.in_floats = layer_output(in_floats, node.name);
    layer.quantized = layer_output(quantized, node.name);
    if (layer.in_floats == kNone || layer.quantized == kNone) continue;
    layer.report.layer = node.name;
    layer.report.op = node.op;
    if (const Tensor* weight = weight_of(quantized, node.name))
      layer.report.weight_bits = bits_per_element(weight->type);
    const std::optional<CodeScale> codes = choice.codes_of_layer(node);
    if (codes && value_at(quantized, layer.quantized).type == codes->type()) {
      layer.report.codes = true;
      layer.report.scale = codes->scale;
      // What rounds to the outermost code is not clipped. Nothing is where a clamp keeps codes from being
      // negative.
      if (codes->low < 0) layer.lowest = (codes->low - 0.5) * static_cast<double>(codes->scale);
      layer.highest = (codes->high + 0.5) * static_cast<double>(codes->scale);
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

Result<QuantizationReport> quantization_report(const Quantization& quantization, const Graph& reference,
                                               const ModelMaker& make, const CalibrationImages& images,
                                               const CalibrationProgress& progress) {
  BITPLACE_ASSIGN(in_floats, make(reference, PrecisionMap{}, {}));
  BITPLACE_ASSIGN(quantized, make(quantization.folded, quantization.precisions, quantization.ranges));
  std::vector<ComparedLayer> layers = compared_layers(quantization, in_floats.graph, quantized.graph);
  BITPLACE_ASSIGN(float_runner, FloatRunner::create(in_floats));
  BITPLACE_ASSIGN(code_runner, FloatRunner::create(quantized, code_scales(quantized.graph, quantization)));
  Descriptors expected, found;
  std::vector<std::vector<float>> numbers_of(in_floats.graph.values.size());
  const auto keep = [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
    numbers_of[index(value)].assign(numbers, numbers + count);
    return {};
  };
  const auto compare = [&](const ImageView& image, double weight) -> Status {
    BITPLACE_TRY(float_runner.run(image, keep));
    expected.push_back(numbers_of[index(in_floats.graph.descriptor)]);
    return code_runner.run(image, [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
      for (ComparedLayer& layer : layers) {
        if (layer.quantized == value) layer.add(numbers_of[index(layer.in_floats)], numbers, weight);
      }
      if (value == quantized.graph.descriptor) found.emplace_back(numbers, numbers + count);
      return {};
    });
  };
  BITPLACE_TRY(for_each_image(images, progress, compare));
  QuantizationReport report;
  for (const ComparedLayer& layer : layers)
    report.layers.push_back(layer.finish());
  report.descriptor = compare_descriptors(expected, found, images.weights);
  return report;
}

}  // namespace bitplace
