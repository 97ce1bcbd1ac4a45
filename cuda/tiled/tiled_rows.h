// Rows of convolution tables that run tiled convolutions.
#pragma once

#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

template <const TiledForm& kForm>
bool tiled_accepts(const ConvolutionProblem& p, int) {
  return accepts_tiled(p, kForm);
}

// kForm is a constant of a header.
template <const TiledForm& kForm>
constexpr DeviceConvolutionKernel tiled_row(const DeviceKernel& kernel) {
  return {kernel, tiled_accepts<kForm>,
          [](const ConvolutionProblem& p) { return tiled_packed_bytes(p, kForm); },
          [](const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
            pack_tiled(p, kForm, constants, packed);
          },
          [](const ConvolutionProblem&, std::int32_t) { return std::size_t{0}; }};
}

}  // namespace bitplace::cuda
