#include "kernels/common/neon_blocks.h"

#include <cstring>

namespace bitplace {

void pack_epilogue(const ConvolutionProblem& p, const ConvolutionConstants& constants, std::uint8_t* packed) {
  const std::int64_t channels = output_blocks(p) * kBlockOutputs;
  if (p.epilogue != ConvolutionEpilogue::threshold_b1) {
    const auto bytes = sizeof(float) * static_cast<std::size_t>(p.output_channels);
    if (constants.scale != nullptr) std::memcpy(packed, constants.scale, bytes);
    if (constants.bias != nullptr) std::memcpy(packed + channels * 4, constants.bias, bytes);
    return;
  }
  auto* threshold = reinterpret_cast<std::int32_t*>(packed);
  auto* flip = reinterpret_cast<std::uint32_t*>(packed + channels * 4);
  for (std::int64_t c = 0; c < channels; ++c) {
    const bool exists = c < p.output_channels;
    threshold[c] = exists ? constants.threshold[c] : INT32_MIN;
    if (exists && constants.flip[c] != 0) flip[c / 32] |= 1u << (c % 32);
  }
}

}  // namespace bitplace
