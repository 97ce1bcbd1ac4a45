// What lets one source be a device kernel under nvcc and a plain C++ function under any compiler.
//
// Everything that a kernel computes, indices above all, lies in functions marked BITPLACE_DEVICE in plain
// headers. Headers that .cu files include stay within C++17, use no CUDA header and no std containers.
// Inside such a function `#if defined(__CUDA_ARCH__)` is true only where nvcc compiles for the device.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__CUDACC__)
#define BITPLACE_DEVICE __host__ __device__ __forceinline__
#define BITPLACE_UNROLL _Pragma("unroll")
#else
#define BITPLACE_DEVICE inline
#define BITPLACE_UNROLL
#endif

namespace bitplace::cuda {

inline constexpr int kWarpSize = 32;

template <typename Integer>
BITPLACE_DEVICE constexpr Integer divide_up(Integer a, Integer b) {
  return (a + b - 1) / b;
}

template <typename Integer>
BITPLACE_DEVICE constexpr Integer round_up(Integer a, Integer b) {
  return divide_up(a, b) * b;
}

template <typename Number>
BITPLACE_DEVICE constexpr Number smaller(Number a, Number b) {
  return b < a ? b : a;
}

template <typename Number>
BITPLACE_DEVICE constexpr Number larger(Number a, Number b) {
  return a < b ? b : a;
}

// A struct of shared memory or registers for kernels that need none.
struct Nothing {};

}  // namespace bitplace::cuda
