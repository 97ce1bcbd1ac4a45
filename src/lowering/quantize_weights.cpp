#include "lowering/quantize_weights.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "kernels/common/half.h"
#include "lowering/weight_codes.h"
#include "quantize/weight_scale.h"

namespace bitplace {
namespace {

// The smallest scale that keeps pairs of codes within kLargestPair, whatever rounding adds to them.
float pair_scale(const float* row, std::int64_t count, std::int64_t run) {
  float largest = 0.0f;
  for (std::int64_t i = 0; i + 1 < count; ++i) {
    if (i % run % 2 == 1 || i % run + 1 == run) continue;
    const float one = row[i], other = row[i + 1];
    largest = std::max({largest, std::max(one, 0.0f) + std::max(other, 0.0f),
                        std::max(-one, 0.0f) + std::max(-other, 0.0f)});
  }
  return largest / static_cast<float>(kLargestPair - 1) * 1.0001f;
}

}  // namespace

std::int64_t limited_run(const ConvolutionAttributes& a, const Tensor& weight, Precision precision,
                         bool signed_input) {
  if (!signed_input || a.groups > 1 || weight_bits(precision) != 8) return 0;
  return weight.shape[3] * (a.dilation_width == 1 ? weight.shape[2] : 1);
}

std::vector<float> weight_scales(const Tensor& weight, Precision precision, std::int64_t run) {
  const int largest_code = largest_weight_code(precision);
  const std::int64_t filters = weight.shape[0], depth = weight.shape.elements() / filters;
  std::vector<float> scales;
  for (std::int64_t filter = 0; filter < filters; ++filter) {
    const float* row = weight.as<float>() + filter * depth;
    const float scale = weight_scale(row, depth, largest_code, weight_scale_method(largest_code));
    scales.push_back(run > 0 ? std::max(scale, pair_scale(row, depth, run)) : scale);
  }
  return scales;
}

std::vector<std::int32_t> nearest_codes(const Tensor& weight, Precision precision,
                                        const std::vector<float>& scales) {
  const int largest_code = largest_weight_code(precision);
  const auto count = static_cast<std::size_t>(weight.shape.elements());
  std::vector<std::int32_t> codes(count);
  for (std::size_t i = 0; i < count; ++i)
    codes[i] = weight_code(weight.as<float>()[i], scales[i / (count / scales.size())], largest_code);
  return codes;
}

Tensor quantize_weights(const Tensor& weight, Precision precision, const std::vector<float>& scales) {
  return pack_weight_codes(weight.name, weight_bits(precision) == 4 ? DataType::s4 : DataType::s8,
                           weight.shape, nearest_codes(weight, precision, scales));
}

LayerCodes layer_codes(const Graph& graph, const Node& convolution, Precision precision, bool signed_input) {
  const Tensor& weight = *graph.parameter(convolution, "weight");
  const std::vector<std::int32_t> trained = trained_codes(graph, convolution, largest_weight_code(precision));
  if (!trained.empty()) {
    const Tensor& given = *graph.parameter(convolution, "weight_scale");
    return {pack_weight_codes(weight.name, smallest_weight_type(trained), weight.shape, trained),
            {given.as<float>(), given.as<float>() + given.shape.elements()}};
  }
  const auto& attributes = std::get<ConvolutionAttributes>(convolution.attributes);
  std::vector<float> steps =
      weight_scales(weight, precision, limited_run(attributes, weight, precision, signed_input));
  return {quantize_weights(weight, precision, steps), steps};
}

Result<Tensor> weights_to_f16(const Tensor& weight) {
  Tensor halves{weight.name, DataType::f16, weight.shape, {}};
  halves.data.resize(dense_bytes(DataType::f16, weight.shape));
  for (std::int64_t i = 0; i < weight.shape.elements(); ++i) {
    const float value = weight.as<float>()[i];
    const std::uint16_t half = float_to_half(value);
    if (!std::isfinite(half_to_float(half))) {
      return make_error(ErrorCode::unsupported, "tensor '" + weight.name + "'",
                        "element " + std::to_string(i) + " is too large for fp16");
    }
    halves.as<std::uint16_t>()[i] = half;
  }
  return halves;
}

}  // namespace bitplace
