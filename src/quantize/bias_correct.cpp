#include "quantize/bias_correct.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "lowering/rewrite.h"
#include "quantize/channel_statistics.h"
#include "quantize/float_runner.h"
#include "quantize/own_parameter.h"

namespace bitplace {
namespace {

constexpr double kLeastShareInside = 0.5;

ChannelSums sums_of(const Graph& folded, const Node& layer) {
  const auto& a = std::get<ConvolutionAttributes>(layer.attributes);
  return {static_cast<std::size_t>(value_at(folded, layer.output).shape[3]), a.output_low, a.output_high};
}

// By node of the folded graph; only integer layers have any.
using LayerMeans = std::vector<std::vector<ChannelMean>>;

Result<LayerMeans> float_means(const Graph& folded, const ModelMaker& make,
                               const std::vector<std::size_t>& layers, const CalibrationImages& images) {
  BITPLACE_ASSIGN(model, make(folded, PrecisionMap{}, {}));
  BITPLACE_ASSIGN(runner, FloatRunner::create(model));
  std::vector<std::optional<ChannelSums>> sums(model.graph.values.size());
  std::vector<std::size_t> values;
  for (const std::size_t layer : layers) {
    const ValueId value = layer_output(model.graph, folded.nodes[layer].name);
    if (value == kNone)
      return make_error(ErrorCode::internal, "layer '" + folded.nodes[layer].name + "'",
                        "is not in the float model");
    values.push_back(static_cast<std::size_t>(value));
    sums[values.back()] = sums_of(folded, folded.nodes[layer]);
  }
  BITPLACE_TRY(for_each_image(images, {}, [&](const ImageView& image, double weight) {
    return runner.run(image, [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
      std::optional<ChannelSums>& sum = sums[static_cast<std::size_t>(value)];
      if (sum) sum->add(numbers, count, weight);
      return {};
    });
  }));
  LayerMeans means(folded.nodes.size());
  for (std::size_t i = 0; i < layers.size(); ++i)
    means[layers[i]] = sums[values[i]]->means();
  return means;
}

Result<std::vector<ChannelMean>> quantized_means(const Quantization& quantization, const ModelMaker& make,
                                                 const Node& layer, const CalibrationImages& images) {
  BITPLACE_ASSIGN(model, make(quantization.folded, quantization.precisions, quantization.ranges));
  const ValueId wanted = layer_output(model.graph, layer.name);
  if (wanted == kNone)
    return make_error(ErrorCode::internal, "layer '" + layer.name + "'", "is not in the quantized model");
  BITPLACE_ASSIGN(runner, FloatRunner::create(model, code_scales(model.graph, quantization)));
  ChannelSums sums = sums_of(quantization.folded, layer);
  BITPLACE_TRY(for_each_image(images, {}, [&](const ImageView& image, double weight) {
    return runner.run(
        image,
        [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
          if (value == wanted) sums.add(numbers, count, weight);
          return {};
        },
        wanted);
  }));
  return sums.means();
}

}  // namespace

Result<Graph> correct_biases(const Quantization& quantization, const Graph& reference, const ModelMaker& make,
                             const CalibrationImages& images, const CalibrationProgress& progress) {
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < quantization.folded.nodes.size(); ++i) {
    const Node& node = quantization.folded.nodes[i];
    const bool weighted = has_precision(quantization.folded, node);
    if (weighted && is_integer(quantization.precisions.of(node.name))) layers.push_back(i);
  }
  BITPLACE_ASSIGN(means, float_means(reference, make, layers, images));
  Quantization corrected = quantization;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Node& layer = corrected.folded.nodes[layers[i]];
    BITPLACE_ASSIGN(quantized, quantized_means(corrected, make, layer, images));
    float* bias = own_parameter(corrected.folded, layers[i], "bias");
    const std::vector<ChannelMean>& wanted = means[layers[i]];
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      const double difference = wanted[c].mean - quantized[c].mean;
      bias[c] += static_cast<float>(difference / std::max(wanted[c].inside, kLeastShareInside));
    }
    if (progress) progress(i + 1, layers.size());
  }
  return std::move(corrected.folded);
}

}  // namespace bitplace
