// L2 normalisation with the lanes L of an instruction set: two passes, sum of squares and scaling. Included
// by instruction-set files only.
#pragma once

#include "kernels/common/lanes_norm.h"
#include "kernels/common/lanes_ordered_sum.h"
#include "kernels/common/lanes_transform.h"
#include "kernels/l2_normalize/l2_normalize.h"

namespace bitplace {
namespace {

template <typename L, typename T>
inline void scale_to_unit(const T* input, double sum_of_squares, float* output, std::int64_t count) {
  const typename L::Floats scale = L::set(reciprocal_norm<L>(sum_of_squares));
  transform<L>(
      output, count, [=](typename L::Floats x) { return L::multiply(x, scale); }, input);
}

// Squares are exact in 64 bits, so their order is free.
template <typename L>
void run_s32(const std::int32_t* input, float* output, std::int64_t count) {
  typename L::Longs sums = L::no_longs();
  std::int64_t i = 0;
  for (; i + L::kFloats <= count; i += L::kFloats)
    sums = L::add_squares(sums, L::load_ints(input + i));
  sums = L::add_squares(sums, L::load_ints(first_elements<L::kFloats>(input + i, count - i).at));
  scale_to_unit<L>(input, static_cast<double>(L::total(sums)), output, count);
}

// A lane that does not exist adds 0, which changes no partial sum because none is ever -0.
template <typename L>
void run_f32(const float* input, float* output, std::int64_t count) {
  Sixteen<L> sums = sixteen_zeros<L>();
  const auto add_squares = [&](const float* from) {
    const Sixteen<L> numbers = load_sixteen<L>(from);
    sums = add_products<L>(sums, numbers, numbers);
  };
  std::int64_t i = 0;
  for (; i + kPartialSums <= count; i += kPartialSums)
    add_squares(input + i);
  add_squares(first_elements<kPartialSums>(input + i, count - i).at);
  scale_to_unit<L>(input, static_cast<double>(total_of_sixteen<L>(sums)), output, count);
}

}  // namespace
}  // namespace bitplace
