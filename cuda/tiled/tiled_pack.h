// Packing for tiled convolutions: on the host, once per plan.
#pragma once

#include <cstddef>

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_parameters.h"

namespace bitplace::cuda {

// What activations and weights are, in canonical rows and as they are packed. Nibbles of a stage are packed
// as the tensor cores of 8 bits want them: bytes k and 16 + k of every 32 share a byte, the first in its low
// half.
struct TiledForm {
  int activation_bits;
  int canonical_weight_bits;
  int packed_weight_bits;
};

// Whether the layout and the kernel's 32-bit arithmetic of indices hold the problem. Rows with more windows
// per pooled output than a tile has are left out, and bits of which two groups share a word.
bool accepts_tiled(const ConvolutionProblem& problem, const TiledForm& form);
std::size_t tiled_packed_bytes(const ConvolutionProblem& problem, const TiledForm& form);
void pack_tiled(const ConvolutionProblem& problem, const TiledForm& form,
                const ConvolutionConstants& constants, void* packed);
TiledParameters tiled_parameters(const DeviceConvolutionCall& call, const TiledForm& form);

}  // namespace bitplace::cuda
