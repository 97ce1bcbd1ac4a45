// How the NEON convolutions cut their outputs, and the constants of the epilogue: what kernels and their
// packing both count by. Packing is compiled for the baseline; the rest has internal linkage.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/common/convolution.h"

namespace bitplace {

// What the epilogue wants. Channels that do not exist have threshold INT32_MIN and no flip: their bit is 0.
struct EpilogueConstants {
  const std::int32_t* threshold;  // threshold: [blocks * 32]
  const std::uint32_t* flip;      // threshold: [blocks]
  const float *scale, *bias;      // others: [blocks * 32], 0 where there are none
};

// Writes epilogue_bytes() bytes into zeroed memory.
void pack_epilogue(const ConvolutionProblem& problem, const ConvolutionConstants& constants,
                   std::uint8_t* packed);

namespace {

inline constexpr std::int64_t kBlockOutputs = 32;  // one word of b1 output
inline constexpr std::int64_t kCopyBytes = 16;     // windows are copied in such steps

inline constexpr std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

inline std::int64_t output_blocks(const ConvolutionProblem& p) {
  return (std::int64_t{p.output_channels} + kBlockOutputs - 1) / kBlockOutputs;
}

// Bytes that a gathered window takes, with room for copies that write up to 15 bytes too many.
inline std::int64_t window_stride(std::int64_t window_bytes) {
  return round_up(window_bytes, kCopyBytes) + kCopyBytes;
}

inline std::int64_t epilogue_bytes(const ConvolutionProblem& p) {
  const bool thresholds = p.epilogue == ConvolutionEpilogue::threshold_b1;
  return output_blocks(p) * (kBlockOutputs + (thresholds ? 1 : kBlockOutputs)) * 4;
}

inline EpilogueConstants epilogue_constants(const ConvolutionProblem& p, const std::uint8_t* packed) {
  const std::uint8_t* second = packed + output_blocks(p) * kBlockOutputs * 4;
  return {reinterpret_cast<const std::int32_t*>(packed), reinterpret_cast<const std::uint32_t*>(second),
          reinterpret_cast<const float*>(packed), reinterpret_cast<const float*>(second)};
}

}  // namespace
}  // namespace bitplace
