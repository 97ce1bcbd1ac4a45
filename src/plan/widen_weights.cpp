#include "plan/widen_weights.h"

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

}  // namespace

std::vector<std::uint8_t> widen_weights(const Tensor& weights, DataType to) {
  const std::int64_t rows = weights.shape[0];
  const std::int64_t columns = weights.shape.elements() / rows;
  const std::size_t row_bytes = weights.data.size() / static_cast<std::size_t>(rows);
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

}  // namespace bitplace
