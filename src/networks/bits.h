// Packing +-1 weights into canonical bit rows.
#pragma once

#include <string>

#include "bitplace/tensor.h"

namespace bitplace {

// A b1 tensor of the shape; is_negative(row, index) says the sign of each element, index counting along the
// row.
template <typename IsNegative>
Tensor pack_sign_rows(std::string name, const Shape& shape, const IsNegative& is_negative) {
  Tensor tensor{std::move(name), DataType::b1, shape, {}};
  tensor.data.resize(dense_bytes(DataType::b1, shape));
  const std::int64_t rows = shape[0], row_elements = shape.elements() / rows;
  const std::size_t row_bytes = tensor.data.size() / static_cast<std::size_t>(rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    std::byte* bytes = tensor.data.data() + static_cast<std::size_t>(row) * row_bytes;
    for (std::int64_t i = 0; i < row_elements; ++i) {
      if (is_negative(row, i)) bytes[i / 8] |= static_cast<std::byte>(1 << i % 8);
    }
  }
  return tensor;
}

}  // namespace bitplace
