#include "plan/widen_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/common/half.h"

namespace bitplace {
namespace {

int code_at(const std::uint8_t* row, std::int64_t index, DataType type) {
  const int bits = bits_per_element(type);
  const std::int64_t first_bit = index * bits;
  const int field = row[first_bit / 8] >> (first_bit % 8) & ((1 << bits) - 1);
  switch (type) {
    case DataType::b1:
      return 1 - 2 * field;
    case DataType::b2:
      return 2 * field - 3;
    case DataType::s4:
      return field < 8 ? field : field - 16;
    default:
      return static_cast<std::int8_t>(field);
  }
}

// The nearest half, ties to even, of a finite number that has one.
std::uint16_t nearest_half(double x) {
  constexpr int kFractionBits = 10, kSmallestExponent = -14;
  const int exponent = std::max(std::ilogb(x), kSmallestExponent);
  const double units = std::nearbyint(std::ldexp(x, kFractionBits - exponent));
  return float_to_half(static_cast<float>(std::ldexp(units, exponent - kFractionBits)));
}

std::size_t bytes_per_row(const Tensor& weights) {
  return weights.data.size() / static_cast<std::size_t>(weights.shape[0]);
}

}  // namespace

std::vector<std::uint8_t> widen_weights(const Tensor& weights, DataType to) {
  const std::int64_t rows = weights.shape[0];
  const std::int64_t columns = weights.shape.elements() / rows;
  const std::size_t row_bytes = bytes_per_row(weights);
  const int bits = bits_per_element(to);
  const auto wide_row_bytes = static_cast<std::size_t>((columns * bits + 7) / 8);
  std::vector<std::uint8_t> wide(wide_row_bytes * static_cast<std::size_t>(rows));
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
    const std::uint8_t* from = weights.as<std::uint8_t>() + r * row_bytes;
    std::uint8_t* row = wide.data() + r * wide_row_bytes;
    for (std::int64_t i = 0; i < columns; ++i) {
      const auto field = static_cast<std::uint32_t>(code_at(from, i, weights.type)) & ((1u << bits) - 1);
      row[i * bits / 8] |= static_cast<std::uint8_t>(field << (i * bits % 8));
    }
  }
  return wide;
}

std::vector<std::uint8_t> widen_to_floats(const Tensor& weights, const float* scale, DataType to) {
  const std::int64_t rows = weights.shape[0];
  const std::int64_t columns = weights.shape.elements() / rows;
  const std::size_t bytes = to == DataType::f16 ? 2 : 4;
  std::vector<std::uint8_t> wide(static_cast<std::size_t>(weights.shape.elements()) * bytes);
  std::uint8_t* out = wide.data();
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::uint8_t* row =
        weights.as<std::uint8_t>() + static_cast<std::size_t>(r) * bytes_per_row(weights);
    for (std::int64_t i = 0; i < columns; ++i, out += bytes) {
      // Exact: levels have at most 7 bits, scales 24.
      const double weight = code_at(row, i, weights.type) * static_cast<double>(scale[r]);
      const auto single = static_cast<float>(weight);
      const std::uint16_t half = to == DataType::f16 ? nearest_half(weight) : std::uint16_t{0};
      std::memcpy(out, to == DataType::f16 ? static_cast<const void*>(&half) : &single, bytes);
    }
  }
  return wide;
}

}  // namespace bitplace
