#include "lowering/weight_codes.h"

#include <algorithm>
#include <cmath>

namespace bitplace {
namespace {

// The bits that stand for a weight: 1 means -1, two bits count from -3 in steps of 2.
unsigned field_of(DataType type, std::int32_t code) {
  if (type == DataType::b1) return code < 0 ? 1u : 0u;
  if (type == DataType::b2) return static_cast<unsigned>(code + 3) / 2;
  return static_cast<unsigned>(code) & (type == DataType::s4 ? 0xfu : 0xffu);
}

}  // namespace

std::vector<std::int32_t> trained_codes(const Graph& graph, const Node& convolution, std::int32_t largest) {
  const Tensor* steps = graph.parameter(convolution, "weight_scale");
  if (steps == nullptr) return {};
  const Tensor& weight = *graph.parameter(convolution, "weight");
  const std::int64_t filters = weight.shape[0], depth = weight.shape.elements() / filters;
  std::vector<std::int32_t> codes;
  codes.reserve(static_cast<std::size_t>(weight.shape.elements()));
  for (std::int64_t i = 0; i < weight.shape.elements(); ++i) {
    const float multiple = std::nearbyint(weight.as<float>()[i] / steps->as<float>()[i / depth]);
    if (!(std::fabs(multiple) <= static_cast<float>(largest))) return {};
    codes.push_back(static_cast<std::int32_t>(multiple));
  }
  return codes;
}

DataType smallest_weight_type(const std::vector<std::int32_t>& codes) {
  std::int32_t largest = 0;
  bool odd = true;
  for (const std::int32_t code : codes) {
    largest = std::max(largest, std::abs(code));
    odd = odd && code % 2 != 0;
  }
  if (odd && largest <= 1) return DataType::b1;
  if (odd && largest <= 3) return DataType::b2;
  return largest <= 7 ? DataType::s4 : DataType::s8;
}

Tensor pack_weight_codes(std::string name, DataType type, const Shape& shape,
                         const std::vector<std::int32_t>& codes) {
  Tensor packed{std::move(name), type, shape, std::vector<std::byte>(dense_bytes(type, shape))};
  const auto bits = static_cast<std::size_t>(bits_per_element(type));
  const auto filters = static_cast<std::size_t>(shape[0]);
  const std::size_t depth = codes.size() / filters, row_bytes = packed.data.size() / filters;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t bit = i % depth * bits;
    packed.data[i / depth * row_bytes + bit / 8] |=
        static_cast<std::byte>(field_of(type, codes[i]) << bit % 8);
  }
  return packed;
}

Tensor invert_rows(const Tensor& weight, const std::vector<bool>& rows) {
  Tensor inverted = weight;
  const std::int64_t depth = weight.shape[1] * weight.shape[2] * weight.shape[3];
  const auto row_bytes = static_cast<std::size_t>((depth + 7) / 8);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!rows[row]) continue;
    std::byte* bytes = inverted.data.data() + row * row_bytes;
    for (std::size_t i = 0; i < row_bytes; ++i)
      bytes[i] = ~bytes[i];
    if (depth % 8 != 0) bytes[row_bytes - 1] &= static_cast<std::byte>((1 << depth % 8) - 1);
  }
  return inverted;
}

}  // namespace bitplace
