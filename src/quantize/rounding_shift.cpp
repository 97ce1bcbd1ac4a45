#include "quantize/rounding_shift.h"

#include "lowering/weight_codes.h"
#include "quantize/own_parameter.h"
#include "quantize/weight_scale.h"

namespace bitplace {
namespace {

// What rounding one filter's weights adds to the mean of its output. `inputs`: the means of the channels that
// it reads, which its weights go through again and again.
double shift_of(const float* filter, std::size_t depth, int largest_code, const double* inputs,
                std::size_t channels) {
  const float scale =
      weight_scale(filter, static_cast<std::int64_t>(depth), largest_code, weight_scale_method(largest_code));
  double shift = 0.0;
  for (std::size_t i = 0; i < depth; ++i) {
    const double rounded = static_cast<double>(weight_code(filter[i], scale, largest_code)) * scale;
    shift += (rounded - static_cast<double>(filter[i])) * inputs[i % channels];
  }
  return shift;
}

}  // namespace

Graph correct_rounding_shifts(const Graph& folded, const PrecisionMap& precisions,
                              const ChannelMeans& means) {
  Graph corrected = folded;
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    const Node& node = folded.nodes[i];
    if (!has_precision(folded, node) || !is_integer(precisions.of(node.name))) continue;
    const int largest_code = largest_weight_code(precisions.of(node.name));
    if (!trained_codes(folded, node, largest_code).empty()) continue;
    const Tensor& weight = *folded.parameter(node, "weight");
    const auto filters = static_cast<std::size_t>(weight.shape[0]);
    const std::size_t depth = static_cast<std::size_t>(weight.shape.elements()) / filters;
    const auto channels = static_cast<std::size_t>(weight.shape[3]);  // of a group
    const auto groups = static_cast<std::size_t>(std::get<ConvolutionAttributes>(node.attributes).groups);
    const std::vector<double>& inputs = means[static_cast<std::size_t>(node.inputs[0])];
    float* bias = own_parameter(corrected, i, "bias");
    for (std::size_t filter = 0; filter < filters; ++filter) {
      const std::size_t group = filter / (filters / groups);
      bias[filter] -= static_cast<float>(shift_of(weight.as<float>() + filter * depth, depth, largest_code,
                                                  inputs.data() + group * channels, channels));
    }
  }
  return corrected;
}

}  // namespace bitplace
