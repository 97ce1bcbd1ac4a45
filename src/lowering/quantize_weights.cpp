#include "lowering/quantize_weights.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "kernels/common/half.h"

namespace bitplace {
namespace {

// Smaller weights are 0: their products with scales would leave the normal numbers of binary32.
constexpr float kSmallestWeight = 1e-20f;

float scale_of(const float* row, std::int64_t count, int largest_code) {
  float largest = 0.0f;
  for (std::int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::fabs(row[i]));
  return largest < kSmallestWeight ? 0.0f : largest / static_cast<float>(largest_code);
}

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
    const float scale = scale_of(row, depth, largest_code);
    codes.scales.push_back(scale > 0.0f ? scale : 1.0f);
    if (scale == 0.0f) continue;
    std::byte* out = codes.tensor.data.data() + static_cast<std::size_t>(filter) * row_bytes;
    for (std::int64_t i = 0; i < depth; ++i) {
      const float code = std::nearbyint(row[i] / scale);
      const auto bound = static_cast<float>(largest_code);
      write_code(type, out, i, static_cast<int>(std::clamp(code, -bound, bound)));
    }
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
