// A stretch of outputs whose slots are in the buffer, as the tiles of the 256-bit depthwise kernels see it.
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_epilogue.h"
#include "kernels/depthwise_s8_s8/depthwise_slots.h"

namespace bitplace::depthwise_slots {
namespace {

// A window's taps in the buffer: bytes between slot groups, between kernel columns, and between the weights
// of consecutive taps.
struct Taps {
  std::int64_t groups, columns;
  std::int64_t group_bytes, column_bytes, weight_bytes;
};

inline __m256i load(const std::uint8_t* from) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
}

// A stretch of one or two output rows in one chunk.
struct Stretch {
  ChunkConstants constants;
  Bounds bounds;
  Taps taps;
  const std::uint8_t* codes;
  std::int64_t step;  // bytes between the slots of neighbouring outputs
  std::int64_t outputs;
  std::uint8_t* output;
  std::int64_t pixel_bytes;
  std::int64_t row_bytes;
};

}  // namespace
}  // namespace bitplace::depthwise_slots
