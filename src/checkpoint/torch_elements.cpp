#include "checkpoint/torch_elements.h"

#include <algorithm>
#include <cstring>

namespace bitplace {
namespace {

constexpr auto u8 = CheckpointType::u8;  // in the place of types that are not read
constexpr TorchType kTypes[] = {
    {"FloatStorage", "float32", 4, CheckpointType::f32, true, false},
    {"DoubleStorage", "float64", 8, CheckpointType::f64, true, false},
    {"HalfStorage", "float16", 2, CheckpointType::f16, true, false},
    {"BFloat16Storage", "bfloat16", 2, CheckpointType::bf16, true, false},
    {"LongStorage", "int64", 8, CheckpointType::s64, true, false},
    {"IntStorage", "int32", 4, CheckpointType::s32, true, false},
    {"ShortStorage", "int16", 2, CheckpointType::s16, true, false},
    {"CharStorage", "int8", 1, CheckpointType::s8, true, false},
    {"ByteStorage", "uint8", 1, CheckpointType::u8, true, false},
    {"BoolStorage", "bool", 1, CheckpointType::boolean, true, false},
    {"QInt8Storage", "qint8", 1, CheckpointType::s8, false, true},
    {"QUInt8Storage", "quint8", 1, CheckpointType::u8, false, true},
    {"QInt32Storage", "qint32", 4, CheckpointType::s32, false, true},
    {"QUInt4x2Storage", "quint4x2", 1, u8, false, false},
    {"QUInt2x4Storage", "quint2x4", 1, u8, false, false},
    {"ComplexFloatStorage", "complex64", 8, u8, false, false},
    {"ComplexDoubleStorage", "complex128", 16, u8, false, false},
};

bool is_row_major(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
  std::int64_t expected = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

}  // namespace

const TorchType* torch_type_of_storage(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TorchType& type) { return type.storage == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

const TorchType* torch_type_of_dtype(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TorchType& type) { return type.dtype == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

void gather_elements(const std::byte* source, std::size_t width, const std::vector<std::int64_t>& shape,
                     std::vector<std::int64_t> strides, std::vector<std::byte>* to) {
  if (is_row_major(shape, strides)) {
    std::memcpy(to->data(), source, to->size());
    return;
  }
  std::vector<std::int64_t> index(shape.size(), 0);
  // The stride along a dimension of one element is arbitrary and must not be added up.
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1) strides[axis] = 0;
  }
  std::int64_t position = 0;
  for (std::size_t at = 0; at < to->size(); at += width) {
    std::memcpy(to->data() + at, source + static_cast<std::size_t>(position) * width, width);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      position += strides[axis];
      if (++index[axis] < shape[axis]) break;
      position -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
}

void swap_bytes(std::vector<std::byte>* bytes, std::size_t width) {
  for (std::size_t i = 0; i + width <= bytes->size(); i += width)
    std::reverse(bytes->begin() + static_cast<std::ptrdiff_t>(i),
                 bytes->begin() + static_cast<std::ptrdiff_t>(i + width));
}

}  // namespace bitplace
