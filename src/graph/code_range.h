// What values the integer codes of a graph can have, as far as the graph says it. Kernels are chosen by it:
// bytes that are never negative need no sign, and small ones no wide sums.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace bitplace {

struct CodeRange {
  std::int32_t low = 0;
  std::int32_t high = 0;

  std::int32_t magnitude() const { return -low > high ? -low : high; }
};

// Every code that the type has: u8 [0, 255], s8 [-127, 127], b1 [-1, 1]; [0, 0] for types that are no codes.
CodeRange type_range(DataType type);

// Largest magnitude of a weight of this type: 1, 3 (two bits, in thirds), 7, 127.
std::int32_t largest_weight(DataType type);

// Whole numbers that clamp a requantization: the attributes' bounds inside [-127, 127], or as they are where
// the upper one is 128 to 255 and so the codes have no sign.
CodeRange requantized_range(float low, float high);

// One range per value of a valid graph.
std::vector<CodeRange> code_ranges(const Graph& graph);

}  // namespace bitplace
