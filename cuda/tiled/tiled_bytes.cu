#include "cuda/tiled/tiled_bytes.h"

#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {

int launch_tiled_bytes16(const TiledParameters& p, void* stream) {
  return p.unsigned_input ? launch_tiled<Bytes16<true>>(p, stream) : launch_tiled<Bytes16<false>>(p, stream);
}

int launch_tiled_bytes32(const TiledParameters& p, void* stream) {
  return p.unsigned_input ? launch_tiled<Bytes32<true>>(p, stream) : launch_tiled<Bytes32<false>>(p, stream);
}

}  // namespace bitplace::cuda
