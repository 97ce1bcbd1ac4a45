// From a kernel's structure (phases.h) to a launch. For .cu files only.
#pragma once

#include <cuda_runtime.h>

#include "cuda/common/launch.h"
#include "cuda/common/phases.h"

namespace bitplace::cuda {

// A kernel may say how many of its blocks a multiprocessor's registers shall hold at least, kLeastBlocks: the
// compiler then spends what they have, and saves none at the price of spills.
template <class Kernel, typename = void>
inline constexpr int least_blocks = 0;
template <class Kernel>
inline constexpr int least_blocks<Kernel, decltype(static_cast<void>(Kernel::kLeastBlocks))> =
    Kernel::kLeastBlocks;

template <class Kernel>
__global__ void __launch_bounds__(Kernel::kThreads, least_blocks<Kernel>)
    run_kernel(const typename Kernel::Parameters parameters) {
  extern __shared__ __align__(128) unsigned char memory[];
  DeviceBlock<Kernel> block({static_cast<std::int32_t>(blockIdx.x), static_cast<std::int32_t>(blockIdx.y),
                             static_cast<std::int32_t>(blockIdx.z), static_cast<std::int32_t>(threadIdx.x)},
                            *reinterpret_cast<typename Kernel::Shared*>(memory));
  Kernel::run(parameters, block);
}

template <class Kernel>
int launch(const void* parameters, void* stream) {
  constexpr int kSharedWithoutAsking = 48 * 1024;
  constexpr int shared_bytes = sizeof(typename Kernel::Shared);
  if (shared_bytes > kSharedWithoutAsking) {
    const cudaError_t error =
        cudaFuncSetAttribute(run_kernel<Kernel>, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes);
    if (error != cudaSuccess) return static_cast<int>(error);
  }
  const auto& p = *static_cast<const typename Kernel::Parameters*>(parameters);
  const Grid grid = Kernel::grid(p);
  const dim3 blocks(static_cast<unsigned>(grid.x), static_cast<unsigned>(grid.y),
                    static_cast<unsigned>(grid.z));
  run_kernel<Kernel><<<blocks, Kernel::kThreads, shared_bytes, static_cast<cudaStream_t>(stream)>>>(p);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace bitplace::cuda
