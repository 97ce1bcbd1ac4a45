// Scalar operations with the same result on both sides. Multiplications and additions are written with the
// plain operators: nvcc is told not to fuse them (--fmad=false), the host's compiler likewise.
#pragma once

#include <cmath>

#include "cuda/common/host_device.h"

namespace bitplace::cuda {

BITPLACE_DEVICE std::int32_t population_count(std::uint32_t bits) {
#if defined(__CUDA_ARCH__)
  return __popc(bits);
#else
  return __builtin_popcount(bits);
#endif
}

// To the nearest whole number, ties to the even one. |x| < 2^31.
BITPLACE_DEVICE std::int32_t round_half_even(float x) {
#if defined(__CUDA_ARCH__)
  return __float2int_rn(x);
#else
  return static_cast<std::int32_t>(std::nearbyint(x));
#endif
}

}  // namespace bitplace::cuda
