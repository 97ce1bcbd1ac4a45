// How values lie in the arena.
#pragma once

#include <cstddef>

#include "graph/graph.h"

namespace bitplace {

// 32-bit words that hold one pixel's bits.
inline std::int64_t words_per_pixel(std::int64_t channels) {
  return (channels + 31) / 32;
}

// Bytes of an NHWC value: bits in 32-bit words per pixel, everything else densely packed.
inline std::size_t value_bytes(const Value& value) {
  const std::int64_t channels = value.shape[3];
  const std::int64_t pixels = value.shape.elements() / channels;
  if (value.type == DataType::b1) return static_cast<std::size_t>(pixels * words_per_pixel(channels) * 4);
  return static_cast<std::size_t>(pixels * channels * bits_per_element(value.type) / 8);
}

}  // namespace bitplace
