// Element types, shapes and tensors.
//
// Bits follow one rule everywhere (docs/packing.md): 1 means -1, 0 means +1, bit = (x < 0). Unused bits are
// 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/export.h"

namespace bitplace {

enum class DataType : std::uint8_t {
  f32 = 0,
  f16 = 1,
  s32 = 2,
  s16 = 3,
  s8 = 4,  // [-127, 127]
  u8 = 5,
  s4 = 6,  // [-7, 7]
  b2 = 7,  // DoReFa levels -1, -1/3, 1/3, 1 as codes 0..3
  b1 = 8,  // -1 or +1
};
inline constexpr int kDataTypeCount = 9;

BITPLACE_API const char* data_type_name(DataType type) noexcept;
BITPLACE_API int bits_per_element(DataType type) noexcept;

// Up to four extents. Activations are NHWC; convolution weights are [output channel, row, column, input
// channel].
class Shape {
 public:
  static constexpr int kMaxRank = 4;

  constexpr Shape() noexcept = default;
  template <typename... Extents>
  explicit constexpr Shape(std::int64_t first, Extents... rest) noexcept
      : rank_(1 + static_cast<int>(sizeof...(rest))), extents_{first, static_cast<std::int64_t>(rest)...} {
    static_assert(1 + sizeof...(rest) <= kMaxRank);
  }

  constexpr int rank() const noexcept { return rank_; }
  constexpr std::int64_t operator[](int axis) const noexcept {
    return extents_[static_cast<std::size_t>(axis)];
  }
  constexpr std::int64_t& operator[](int axis) noexcept { return extents_[static_cast<std::size_t>(axis)]; }
  constexpr void append(std::int64_t extent) noexcept {
    extents_[static_cast<std::size_t>(rank_++)] = extent;
  }

  // Product of the extents. Shapes that come from files are bounded before this is called.
  constexpr std::int64_t elements() const noexcept {
    std::int64_t product = 1;
    for (int axis = 0; axis < rank_; ++axis)
      product *= (*this)[axis];
    return product;
  }

  friend constexpr bool operator==(const Shape& a, const Shape& b) noexcept {
    if (a.rank_ != b.rank_) return false;
    for (int axis = 0; axis < a.rank_; ++axis) {
      if (a[axis] != b[axis]) return false;
    }
    return true;
  }
  friend constexpr bool operator!=(const Shape& a, const Shape& b) noexcept { return !(a == b); }

 private:
  int rank_ = 0;
  std::array<std::int64_t, kMaxRank> extents_{};
};

// "6x6x256"
BITPLACE_API std::string to_string(const Shape& shape);

// A tensor in dense canonical layout: elements in row-major order, and for types below 8 bits one dense row
// per index of the first axis, least significant bit first, each row rounded up to a byte.
BITPLACE_API std::size_t dense_bytes(DataType type, const Shape& shape) noexcept;

struct Tensor {
  std::string name;
  DataType type = DataType::f32;
  Shape shape;
  std::vector<std::byte> data;  // dense_bytes(type, shape) bytes

  template <typename T>
  const T* as() const noexcept {
    return reinterpret_cast<const T*>(data.data());
  }
  template <typename T>
  T* as() noexcept {
    return reinterpret_cast<T*>(data.data());
  }
};

}  // namespace bitplace
