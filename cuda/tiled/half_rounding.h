// binary32 to binary16, rounded to nearest even.
#pragma once

#include "cuda/common/host_device.h"
#if !defined(__CUDA_ARCH__)
#include "kernels/common/half.h"
#endif

namespace bitplace::cuda {

BITPLACE_DEVICE std::uint32_t round_to_half(float value) {
#if defined(__CUDA_ARCH__)
  std::uint16_t half = 0;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(value));
  return half;
#else
  return float_to_half(value);
#endif
}

}  // namespace bitplace::cuda
