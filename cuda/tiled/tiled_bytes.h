// Launches that several operations share: bytes with bytes, whatever the weights were in the file.
#pragma once

#include "cuda/tiled/tiled_parameters.h"

namespace bitplace::cuda {

int launch_tiled_bytes16(const TiledParameters& parameters, void* stream);
int launch_tiled_bytes32(const TiledParameters& parameters, void* stream);

}  // namespace bitplace::cuda
