// Weights in the type of a layer's arithmetic.
#pragma once

#include <cstdint>
#include <vector>

#include "bitplace/result.h"
#include "quantize/precision.h"

namespace bitplace {

// Codes of a layer's f32 weights, one scale per filter: weight is about code * scale.
struct WeightCodes {
  Tensor tensor;  // s8 or s4
  std::vector<float> scales;
};
// `run`: how many weights lie side by side in a window. Two of one sign in places 2 i and 2 i + 1 of a run
// sum up to kLargestPair at most, so that 16 bits hold their products with any two bytes and AVX2 can
// multiply bytes; that makes the steps of trained networks' weights about 1.2 times as large. 0: no limit.
WeightCodes quantize_weights(const Tensor& weight, Precision precision, std::int64_t run = 0);
inline constexpr int kLargestPair = 129;

// Rounded to nearest even. A weight that f16 cannot hold is an error that says which.
Result<Tensor> weights_to_f16(const Tensor& weight);

}  // namespace bitplace
