// The elementary functions with the lanes L of an instruction set: operation by operation what elementary.cpp
// defines. Included by instruction-set files only.
#pragma once

#include <cstddef>
#include <limits>

#include "kernels/activation/elementary_constants.h"

namespace bitplace {
namespace {

// c[0] + c[1] x + ... from the highest coefficient down.
template <typename L, std::size_t kCoefficients>
inline typename L::Floats polynomial(const float (&coefficients)[kCoefficients], typename L::Floats x) {
  typename L::Floats sum = L::set(coefficients[kCoefficients - 1]);
#pragma GCC unroll 8
  for (std::size_t i = 2; i <= kCoefficients; ++i)
    sum = L::add(L::multiply(sum, x), L::set(coefficients[kCoefficients - i]));
  return sum;
}

// n of x = n ln 2 + r, as the sum with the rounder and as a number.
template <typename L>
struct Power {
  typename L::Floats sum;
  typename L::Floats n;
};

template <typename L>
inline Power<L> nearest_power(typename L::Floats x) {
  const typename L::Floats sum = L::add(L::multiply(x, L::set(kLog2E)), L::set(kRounder));
  return {sum, L::subtract(sum, L::set(kRounder))};
}

// e^r - 1.
template <typename L>
inline typename L::Floats exp_minus_one_of_rest(typename L::Floats x, typename L::Floats n) {
  using Floats = typename L::Floats;
  const Floats r =
      L::subtract(L::subtract(x, L::multiply(n, L::set(kLn2First))), L::multiply(n, L::set(kLn2Rest)));
  return L::add(L::multiply(polynomial<L>(kExp, r), L::multiply(r, r)), r);
}

template <typename L>
inline typename L::Floats exp(typename L::Floats x) {
  using Floats = typename L::Floats;
  const Floats inside = L::at_most(L::at_least(x, L::set(kExpLowest)), L::set(kExpHighest));
  const Power<L> power = nearest_power<L>(inside);
  const Floats e = L::add(exp_minus_one_of_rest<L>(inside, power.n), L::set(1.0f));
  const Floats half_sum = L::add(L::multiply(power.n, L::set(0.5f)), L::set(kRounder));
  const typename L::Ints whole = L::bits_of(power.sum);
  const typename L::Ints half = L::bits_of(half_sum);
  return L::multiply(L::multiply(e, L::power_of_two(half)), L::power_of_two(L::subtract(whole, half)));
}

// log(x 2^n) of a normal positive x or infinity; a NaN stays one.
template <typename L>
inline typename L::Floats log_of_scaled(typename L::Floats x, typename L::Floats n_of_scale) {
  using Floats = typename L::Floats;
  using Ints = typename L::Ints;
  const Ints bits = L::bits_of(x);
  const Ints power = L::shift_right_23(L::subtract(bits, L::set_ints(kSqrtHalfBits)));
  const Floats n = L::add(L::floats_of(power), n_of_scale);
  const Floats f = L::subtract(L::of_bits(L::subtract(bits, L::shift_left_23(power))), L::set(1.0f));
  const Floats s = L::divide(f, L::add(f, L::set(2.0f)));
  const Floats z = L::multiply(s, s);
  const Floats r = L::multiply(polynomial<L>(kLog, z), z);
  const Floats half_square = L::multiply(L::multiply(L::set(0.5f), f), f);
  const Floats rest = L::add(L::multiply(s, L::add(half_square, r)), L::multiply(n, L::set(kLn2Rest)));
  const Floats of_finite =
      L::subtract(L::multiply(n, L::set(kLn2First)), L::subtract(L::subtract(half_square, rest), f));
  const Floats or_nan = L::add(of_finite, L::subtract(x, x));
  return L::where_negative(L::subtract(L::set(kLargestFloat), x), x, or_nan);
}

// Of a normal positive number, infinity or a NaN.
template <typename L>
inline typename L::Floats log_of_normal(typename L::Floats x) {
  return log_of_scaled<L>(x, L::set(0.0f));
}

// Subnormal numbers, then everything but positive ones, are told by the sign of a difference.
template <typename L>
inline typename L::Floats log(typename L::Floats x) {
  using Floats = typename L::Floats;
  const Floats above_subnormal = L::subtract(x, L::set(kSmallestNormal));
  const Floats scaled = L::where_negative(above_subnormal, L::multiply(x, L::set(0x1p23f)), x);
  const Floats n_of_scale = L::where_negative(above_subnormal, L::set(-23.0f), L::set(0.0f));
  const Floats or_of_zero = L::where_negative(L::subtract(x, L::set(kSmallestFloat)),
                                              L::set(-std::numeric_limits<float>::infinity()),
                                              log_of_scaled<L>(scaled, n_of_scale));
  return L::where_negative(x, L::set(std::numeric_limits<float>::quiet_NaN()), or_of_zero);
}

template <typename L>
inline typename L::Floats sigmoid(typename L::Floats x) {
  using Floats = typename L::Floats;
  const Floats e = exp<L>(L::subtract(L::set(-0.0f), L::magnitude(x)));
  return L::divide(L::where_negative(x, e, L::set(1.0f)), L::add(L::set(1.0f), e));
}

template <typename L>
inline typename L::Floats tanh(typename L::Floats x) {
  using Floats = typename L::Floats;
  const Floats twice = L::multiply(L::at_most(L::magnitude(x), L::set(kTanhLimit)), L::set(2.0f));
  const Power<L> power = nearest_power<L>(twice);
  const Floats scale = L::power_of_two(L::bits_of(power.sum));
  const Floats e =
      L::add(L::multiply(scale, exp_minus_one_of_rest<L>(twice, power.n)), L::subtract(scale, L::set(1.0f)));
  return L::with_sign_of(L::divide(e, L::add(e, L::set(2.0f))), x);
}

template <typename L>
inline typename L::Floats erf(typename L::Floats x) {
  using Floats = typename L::Floats;
  const Floats magnitude = L::at_most(L::magnitude(x), L::set(kErfLimit));
  const Floats z = L::multiply(magnitude, magnitude);
  const Floats ratio = L::divide(L::multiply(magnitude, polynomial<L>(kErfP, z)), polynomial<L>(kErfQ, z));
  return L::with_sign_of(L::at_most(ratio, L::set(1.0f)), x);
}

}  // namespace
}  // namespace bitplace
