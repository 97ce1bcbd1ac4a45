#include "cuda/depthwise/depthwise_pack.h"

#include <cstring>

#include "cuda/depthwise/depthwise.h"

namespace bitplace::cuda {

std::size_t depthwise_packed_bytes(const ConvolutionProblem& problem, std::size_t weight_bytes) {
  return static_cast<std::size_t>(depthwise_layout(problem, static_cast<std::int64_t>(weight_bytes)).bytes);
}

void pack_depthwise(const ConvolutionProblem& problem, std::size_t weight_bytes,
                    const ConvolutionConstants& constants, void* packed) {
  const DepthwiseLayout layout = depthwise_layout(problem, static_cast<std::int64_t>(weight_bytes));
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const auto channels = static_cast<std::size_t>(problem.output_channels);
  const auto padded = static_cast<std::size_t>(layout.channels);
  const auto taps = static_cast<std::size_t>(convolution_depth(problem));
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t tap = 0; tap < taps; ++tap) {
      std::memcpy(bytes + (tap * padded + c) * weight_bytes,
                  constants.weight_rows + (c * taps + tap) * weight_bytes, weight_bytes);
    }
  }
  if (constants.scale != nullptr) std::memcpy(bytes + layout.scale_offset, constants.scale, 4 * channels);
  if (constants.bias != nullptr) std::memcpy(bytes + layout.bias_offset, constants.bias, 4 * channels);
}

}  // namespace bitplace::cuda
