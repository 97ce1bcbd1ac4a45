// What becomes of an accumulator (kernels/common/convolution.h): each float operation is rounded by itself.
#pragma once

#include "cuda/common/scalar_math.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace::cuda {

BITPLACE_DEVICE bool threshold_bit(std::int32_t accumulator, std::int32_t threshold, bool flip) {
  return (accumulator < threshold) != flip;
}

// clamp(float(accumulator) * scale + bias, low, high)
BITPLACE_DEVICE float affine(std::int32_t accumulator, float scale, float bias, float low, float high) {
  return clamp_number(static_cast<float>(accumulator) * scale + bias, low, high);
}

// The code as a number; its low byte is what is stored, signed or not.
BITPLACE_DEVICE std::int32_t requantize(std::int32_t accumulator, float scale, float bias, float low,
                                        float high) {
  return round_half_even(affine(accumulator, scale, bias, low, high));
}

}  // namespace bitplace::cuda
