// The library's own elementary functions: fixed sequences of binary32 operations, each rounded to nearest
// even and none fused, so that a descriptor does not depend on a C library or an instruction set. Here they
// are defined, one number at a time; elementary_lanes.h repeats them operation by operation.
//
// exp overflows to infinity above 88.7228; exp and sigmoid fall through the subnormals to 0 below -103.9;
// tanh and erf keep the sign of zero; log is -infinity of either zero and a NaN of negative numbers.
// Infinities give their limits, a NaN gives a NaN.
#pragma once

namespace bitplace {

float exp_f32(float x);
float log_f32(float x);
float sigmoid_f32(float x);  // 1 / (1 + e^-x)
float tanh_f32(float x);
float erf_f32(float x);

// The largest errors over all floats, in units in the last place of the float nearest to the exact result
// (tests/kernels/elementary_test.cpp).
inline constexpr double kExpUlps = 1.03;
inline constexpr double kLogUlps = 0.85;
inline constexpr double kSigmoidUlps = 2.41;
inline constexpr double kTanhUlps = 2.61;
inline constexpr double kErfUlps = 7.18;

}  // namespace bitplace
