#include "lowering/accumulator_scale.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "lowering/quantize_weights.h"
#include "lowering/weight_codes.h"

namespace bitplace {

CodedConvolution coded_convolution(const Graph& graph, const Node& convolution,
                                   const LevelsAttributes& levels) {
  const Tensor& weight = *graph.parameter(convolution, "weight");
  const Tensor* bias = graph.parameter(convolution, "bias");
  const auto filters = static_cast<std::size_t>(weight.shape[0]);
  CodedConvolution coded = {trained_codes(graph, convolution, largest_weight_code(Precision::int8)),
                            ChannelAffine(filters)};
  std::vector<float> steps;
  if (coded.codes.empty()) {
    steps = weight_scales(weight, Precision::int8, 0);
    coded.codes = nearest_codes(weight, Precision::int8, steps);
  } else {
    const auto* trained = graph.parameter(convolution, "weight_scale")->as<float>();
    steps.assign(trained, trained + filters);
  }
  const std::size_t depth = coded.codes.size() / filters;
  for (std::size_t c = 0; c < filters; ++c) {
    std::int64_t sum = 0, magnitudes = 0;
    for (std::size_t i = c * depth; i < (c + 1) * depth; ++i) {
      sum += coded.codes[i];
      magnitudes += std::abs(coded.codes[i]);
    }
    coded.largest = std::max(coded.largest, magnitudes * static_cast<std::int64_t>(levels.high));
    const double step = steps[c];
    coded.meaning.factor[c] = step * static_cast<double>(levels.step);
    coded.meaning.addend[c] = step * static_cast<double>(levels.base) * static_cast<double>(sum) +
                              (bias != nullptr ? static_cast<double>(bias->as<float>()[c]) : 0.0);
  }
  return coded;
}

AccumulatorScale::AccumulatorScale(const ChannelAffine& meaning, std::int64_t largest) {
  for (std::size_t c = 0; c < meaning.channels(); ++c) {
    const double factor = meaning.factor[c], addend = meaning.addend[c];
    scale.push_back(normal_scale(std::fabs(factor)));
    falling.push_back(factor < 0.0);
    // The smallest scale there is stands for 0; with it, 0 must not become less than 0.
    const bool zero = factor == 0.0 && addend == 0.0;
    bias.push_back(static_cast<float>(zero ? FLT_MIN * static_cast<double>(largest) : addend));
  }
}

}  // namespace bitplace
