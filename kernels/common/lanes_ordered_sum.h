// The 16 interleaved partial sums of ordered_sum.h in the vectors of the lanes L of an instruction set.
// Included by instruction-set files only, internal linkage throughout.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/common/ordered_sum.h"

namespace bitplace {
namespace {

template <typename L>
struct Sixteen {
  static constexpr std::size_t kLanes = static_cast<std::size_t>(L::kFloats);
  static constexpr std::size_t kVectors = kPartialSums / kLanes;
  typename L::Floats at[kVectors];
};

template <typename L>
inline Sixteen<L> sixteen_zeros() {
  Sixteen<L> sums;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    sums.at[v] = L::set(0.0f);
  return sums;
}

// T: float, or std::uint16_t for f16. Need not be aligned, as nothing that vectors are loaded from.
template <typename L, typename T>
inline Sixteen<L> load_sixteen(const T* from) {
  Sixteen<L> numbers;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    numbers.at[v] = L::load(from + v * Sixteen<L>::kLanes);
  return numbers;
}

// sums + a * b, the product rounded before it is added.
template <typename L>
inline Sixteen<L> add_products(Sixteen<L> sums, const Sixteen<L>& a, const Sixteen<L>& b) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    sums.at[v] = L::add(sums.at[v], L::multiply(a.at[v], b.at[v]));
  return sums;
}

template <typename L>
inline float total_of_sixteen(const Sixteen<L>& sums) {
  float partial[kPartialSums];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    L::store(partial + v * Sixteen<L>::kLanes, sums.at[v]);
  return tree_sum(partial);
}

}  // namespace
}  // namespace bitplace
