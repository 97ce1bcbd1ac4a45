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

// Halves are folded onto halves with `fold`, vectors first and lanes then: ordered_sum.h's tree where it
// adds.
template <typename L, int kApart, typename Fold>
inline typename L::Floats fold_lanes(typename L::Floats x, Fold fold) {
  x = fold(x, L::template exchange<kApart>(x));
  if constexpr (kApart > 1) x = fold_lanes<L, kApart / 2>(x, fold);
  return x;
}

template <typename L, typename Fold>
inline float fold_sixteen(Sixteen<L> numbers, Fold fold) {
#pragma GCC unroll 2
  for (std::size_t half = Sixteen<L>::kVectors / 2; half > 0; half /= 2) {
#pragma GCC unroll 2
    for (std::size_t v = 0; v < half; ++v)
      numbers.at[v] = fold(numbers.at[v], numbers.at[v + half]);
  }
  return L::first(fold_lanes<L, static_cast<int>(L::kFloats) / 2>(numbers.at[0], fold));
}

template <typename L>
inline float total_of_sixteen(const Sixteen<L>& sums) {
  return fold_sixteen<L>(sums, [](typename L::Floats a, typename L::Floats b) { return L::add(a, b); });
}

}  // namespace
}  // namespace bitplace
