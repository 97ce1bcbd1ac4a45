// f32 to f16 and back (kernels/cast/cast.h) on the GPU. The integer definition, not the instructions: those
// lose a NaN's payload.
#pragma once

#include "cuda/elementwise/elementwise.h"
#include "kernels/cast/cast.h"

namespace bitplace::cuda {

struct CastToHalf : UnaryOperation<CastToHalf, CastCall, float, std::uint16_t> {
  static BITPLACE_DEVICE std::uint16_t apply(const CastCall&, float x) { return half_of_float(x); }
};

struct CastToFloat : UnaryOperation<CastToFloat, CastCall, std::uint16_t, float> {
  static BITPLACE_DEVICE float apply(const CastCall&, std::uint16_t x) { return float_of_half(x); }
};

}  // namespace bitplace::cuda
