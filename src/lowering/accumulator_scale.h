// What the accumulators of an integer convolution mean, and what its epilogue makes of them.
#pragma once

#include <cstdint>
#include <vector>

#include "lowering/channel_affine.h"

namespace bitplace {

// Weights that are codes, and number = accumulator * factor + addend per filter.
struct CodedConvolution {
  std::vector<std::int32_t> codes;  // filter by filter
  ChannelAffine meaning;
  std::int64_t largest = 1;  // magnitude of an accumulator
};

// A convolution of codes that stand for levels, level = code * step + base, padded with code 0. Its weights
// are those that it was trained with, or, where these are no codes of 8 bits, the nearest.
CodedConvolution coded_convolution(const Graph& graph, const Node& convolution,
                                   const LevelsAttributes& levels);

// Constants of the epilogue. Scales are positive: the weights of a filter that falls change their sign.
struct AccumulatorScale {
  AccumulatorScale(const ChannelAffine& meaning, std::int64_t largest);

  std::vector<float> scale, bias;
  std::vector<bool> falling;
};

}  // namespace bitplace
