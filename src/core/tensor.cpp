#include "bitplace/tensor.h"

namespace bitplace {

const char* data_type_name(DataType type) noexcept {
  switch (type) {
    case DataType::f32:
      return "f32";
    case DataType::f16:
      return "f16";
    case DataType::s32:
      return "s32";
    case DataType::s16:
      return "s16";
    case DataType::s8:
      return "s8";
    case DataType::u8:
      return "u8";
    case DataType::s4:
      return "s4";
    case DataType::b2:
      return "b2";
    case DataType::b1:
      return "b1";
  }
  return "unknown";
}

int bits_per_element(DataType type) noexcept {
  switch (type) {
    case DataType::f32:
    case DataType::s32:
      return 32;
    case DataType::f16:
    case DataType::s16:
      return 16;
    case DataType::s8:
    case DataType::u8:
      return 8;
    case DataType::s4:
      return 4;
    case DataType::b2:
      return 2;
    case DataType::b1:
      return 1;
  }
  return 0;
}

std::string to_string(const Shape& shape) {
  std::string text;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis > 0) text += 'x';
    text += std::to_string(shape[axis]);
  }
  return text;
}

std::size_t dense_bytes(DataType type, const Shape& shape) noexcept {
  if (shape.rank() == 0) return 0;
  const std::int64_t rows = shape[0];
  std::int64_t row_elements = 1;
  for (int axis = 1; axis < shape.rank(); ++axis)
    row_elements *= shape[axis];
  const std::int64_t row_bytes = (row_elements * bits_per_element(type) + 7) / 8;
  return static_cast<std::size_t>(rows * row_bytes);
}

}  // namespace bitplace
