// A kernel for the GPU as the rest of the library sees it: a row with a function that puts it on a stream.
// Rows are built everywhere; the functions behind `launch` exist only where nvcc built them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/common/kernel.h"

namespace bitplace::cuda {

// Puts a kernel, or several that follow one another, on a stream (a cudaStream_t) and returns a cudaError_t
// as int, 0 for success. `parameters` points to the structure of the kernel's header; it is read before the
// call returns. Pointers inside are device memory.
using LaunchFunction = int (*)(const void* parameters, void* stream);

// BITPLACE_LAUNCH(launch_x) in a row: the function where this build has it, null elsewhere.
#if BITPLACE_CUDA_KERNELS
#define BITPLACE_LAUNCH(function) function
#else
#define BITPLACE_LAUNCH(function) nullptr
#endif

inline constexpr int kAnyArchitecture = 999;

struct DeviceKernel {
  const char* name;          // "threshold_s32__ballot": unique among all rows
  int lowest_architecture;   // 75 is sm_75
  int highest_architecture;  // inclusive; kAnyArchitecture: no end
  LaunchFunction launch;
  // What cuobjdump must show in the kernel's SASS for an architecture, such as "BMMA.88128.XOR.POPC". Null,
  // or null for an architecture: nothing is promised.
  const char* (*instruction)(int architecture) = nullptr;
  // A part of the kernel's mangled name that no other kernel has, by which its SASS is found.
  const char* symbol = nullptr;
};

// What the kernel promises for an architecture; empty where that is nothing.
inline const char* promised_instruction(const DeviceKernel& kernel, int architecture) {
  const char* name = kernel.instruction != nullptr ? kernel.instruction(architecture) : nullptr;
  return name != nullptr ? name : "";
}

inline bool runs_on(const DeviceKernel& kernel, int architecture) {
  return architecture >= kernel.lowest_architecture && architecture <= kernel.highest_architecture;
}

}  // namespace bitplace::cuda
