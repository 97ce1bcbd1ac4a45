// Emulation of tiled convolutions: a row's own, which chooses a tile as a launch does, and one for each
// tile, named "<row>/128x64", "<row>/64x64" and "<row>/32x32".
#pragma once

#include <string>

#include "cuda/common/emulate.h"
#include "cuda/tiled/tiled_kernels.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

// As on a Jetson Orin NX or AGX.
inline constexpr int kEmulatedMultiprocessors = 16;

template <class Kernel>
void emulate_tile(const TiledParameters& p, TileShape shape, ThreadOrder order) {
  switch (shape) {
    case TileShape::rows128_columns64:
      return emulate<TiledConvolution<Kernel, LargeTile>>(&p, order);
    case TileShape::rows64_columns64:
      return emulate<TiledConvolution<Kernel, MediumTile>>(&p, order);
    default:
      return emulate<TiledConvolution<Kernel, SmallTile>>(&p, order);
  }
}

// Four registrations of a row. Where the kernel depends on the sign of the activations there are two.
template <const TiledForm& kForm, class SignedKernel, class UnsignedKernel = SignedKernel>
class EmulatedTiles {
 public:
  explicit EmulatedTiles(const char* row)
      : names_{std::string(row) + "/128x64", std::string(row) + "/64x64", std::string(row) + "/32x32"},
        chosen_(row, run_chosen),
        large_(names_[0].c_str(), run<TileShape::rows128_columns64>),
        medium_(names_[1].c_str(), run<TileShape::rows64_columns64>),
        small_(names_[2].c_str(), run<TileShape::rows32_columns32>) {}

 private:
  static TiledParameters parameters(const void* call) {
    return tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kForm);
  }
  static void run_shape(const TiledParameters& p, TileShape shape, ThreadOrder order) {
    if (p.unsigned_input) return emulate_tile<UnsignedKernel>(p, shape, order);
    emulate_tile<SignedKernel>(p, shape, order);
  }
  template <TileShape kShape>
  static void run(const void* call, ThreadOrder order) {
    run_shape(parameters(call), kShape, order);
  }
  static void run_chosen(const void* call, ThreadOrder order) {
    const TiledParameters p = parameters(call);
    run_shape(p, choose_tile(p, kEmulatedMultiprocessors), order);
  }

  std::string names_[3];
  EmulatedKernel chosen_, large_, medium_, small_;
};

}  // namespace bitplace::cuda
