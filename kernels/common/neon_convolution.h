// What the NEON convolutions with b1 weights share: pooling and epilogue over blocks of 32 output channels.
// Included by NEON files only; internal linkage throughout, no standard library.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/common/neon_bits.h"
#include "kernels/common/neon_blocks.h"
#include "kernels/common/neon_epilogue.h"
#include "kernels/common/neon_windows.h"

namespace bitplace {
namespace {

inline constexpr std::int64_t kBlockVectors = kBlockOutputs / 4;

// Position `index` of a row of pooled outputs: window after window, each row by row.
inline Position position_at(const ConvolutionProblem& p, std::int64_t output_row, std::int64_t index) {
  const std::int64_t area = std::int64_t{p.pool_height} * p.pool_width;
  const std::int64_t pixel = index / area;
  const std::int64_t in_window = index % area;
  return {output_row * p.pool_height + in_window / p.pool_width,
          pixel * p.pool_width + in_window % p.pool_width};
}

inline std::int64_t row_positions(const ConvolutionProblem& p) {
  return std::int64_t{p.output_width} * p.pool_height * p.pool_width;
}

// The 32 accumulators of one block at one position.
struct BlockSums {
  int32x4_t at[kBlockVectors];
};

// Writes the finished maxima of one pooled pixel and one block.
inline void finish_pixel(const ConvolutionCall& call, const EpilogueConstants& constants, std::int64_t pixel,
                         std::int64_t block, const BlockSums& sums) {
  const ConvolutionProblem& p = *call.problem;
  if (p.epilogue == ConvolutionEpilogue::threshold_b1) {
    uint32x4_t below[kBlockVectors];
    for (std::int64_t v = 0; v < kBlockVectors; ++v)
      below[v] = vcltq_s32(sums.at[v], vld1q_s32(constants.threshold + block * kBlockOutputs + v * 4));
    auto* output = static_cast<std::uint32_t*>(call.output) + pixel * output_blocks(p) + block;
    *output = bits_of_masks(below) ^ constants.flip[block];
    return;
  }
  const std::int64_t first = block * kBlockOutputs;
  const std::int64_t left = p.output_channels - first;
  with_writer(call, int32x4_t{}, [&](const auto& write) {
    for (std::int64_t v = 0; v < kBlockVectors && v * 4 < left; v += 2) {
      const std::int64_t c = first + v * 4;
      const int32x4_t pair[2] = {sums.at[v], sums.at[v + 1]};
      write(load_constants(constants.scale + c, constants.bias + c), pair, pixel * p.output_channels + c,
            left - v * 4);
    }
  });
}

// Pools the accumulators of position `index` of output row `row`: keeps the maximum of a window in `best` and
// hands it on when the window is complete. Positions come in order.
inline void pool_position(const ConvolutionCall& call, const EpilogueConstants& constants, std::int64_t row,
                          std::int64_t index, std::int64_t block, const BlockSums& sums, BlockSums& best) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t area = std::int64_t{p.pool_height} * p.pool_width;
  const std::int64_t in_window = index % area;
  for (std::int64_t v = 0; v < kBlockVectors; ++v)
    best.at[v] = in_window == 0 ? sums.at[v] : vmaxq_s32(best.at[v], sums.at[v]);
  if (in_window == area - 1) finish_pixel(call, constants, row * p.output_width + index / area, block, best);
}

}  // namespace
}  // namespace bitplace
