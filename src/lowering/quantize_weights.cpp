#include "lowering/quantize_weights.h"

#include <cmath>

#include "core/error.h"
#include "kernels/common/half.h"
#include "quantize/weight_scale.h"

namespace bitplace {
namespace {

void write_code(DataType type, std::byte* row, std::int64_t i, int code) {
  if (type == DataType::s8) {
    row[i] = static_cast<std::byte>(code);
    return;
  }
  row[i / 2] |= static_cast<std::byte>((code & 0xf) << (i % 2 * 4));
}

}  // namespace

WeightCodes quantize_weights(const Tensor& weight, Precision precision) {
  const bool four_bits = weight_bits(precision) == 4;
  const int largest_code = four_bits ? 7 : 127;
  const DataType type = four_bits ? DataType::s4 : DataType::s8;
  const std::int64_t filters = weight.shape[0], depth = weight.shape.elements() / filters;
  WeightCodes codes{
      {weight.name, type, weight.shape, std::vector<std::byte>(dense_bytes(type, weight.shape))}, {}};
  const std::size_t row_bytes = codes.tensor.data.size() / static_cast<std::size_t>(filters);
  for (std::int64_t filter = 0; filter < filters; ++filter) {
    const float* row = weight.as<float>() + filter * depth;
    const float scale = weight_scale(row, depth, largest_code, weight_scale_method(largest_code));
    codes.scales.push_back(scale);
    std::byte* out = codes.tensor.data.data() + static_cast<std::size_t>(filter) * row_bytes;
    for (std::int64_t i = 0; i < depth; ++i)
      write_code(type, out, i, weight_code(row[i], scale, largest_code));
  }
  return codes;
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
