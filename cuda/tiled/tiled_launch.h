// Launches of tiled convolutions. For .cu files only.
#pragma once

#include "cuda/common/launch_kernel.h"
#include "cuda/tiled/tiled_kernels.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

template <class Kernel>
int launch_tiled(const TiledParameters& p, void* stream) {
  int device = 0, multiprocessors = 0;
  cudaError_t error = cudaGetDevice(&device);
  if (error == cudaSuccess)
    error = cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device);
  if (error != cudaSuccess) return static_cast<int>(error);
  switch (choose_tile(p, multiprocessors)) {
    case TileShape::rows128_columns64:
      return launch<TiledConvolution<Kernel, LargeTile>>(&p, stream);
    case TileShape::rows64_columns64:
      return launch<TiledConvolution<Kernel, MediumTile>>(&p, stream);
    default:
      return launch<TiledConvolution<Kernel, SmallTile>>(&p, stream);
  }
}

// `call` points to a DeviceConvolutionCall.
template <class Kernel>
int launch_tiled(const void* call, const TiledForm& form, void* stream) {
  return launch_tiled<Kernel>(tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), form),
                              stream);
}

}  // namespace bitplace::cuda
