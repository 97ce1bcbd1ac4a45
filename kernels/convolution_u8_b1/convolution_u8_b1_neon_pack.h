// The baseline part of the NEON kernels: packed constants, tasks and scratch.
//
// subset_indices (Armv8-A):  indices u8 [output / 32][group of 4 pixels][32 outputs], 1 bit per weight
//   scratch per task: s32 [blocks * 32] maxima of the pooling window; one window;
//                     tables u8 [position][group][16 low, 16 high]
// negative_quads (dot product):  weights u8 [output / 16][step][4 quads][16 outputs][4 bytes], 1 is negative
//   scratch per task: 4 windows
//
// Behind both: thresholds s32 [blocks * 32], flips u32 [blocks].
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::convolution_u8_b1 {

namespace subset_indices {
inline constexpr int kPositions = 2;
inline constexpr std::int64_t kGroupPixels = 4;
inline constexpr std::int64_t kTableBytes = 32;

struct Layout {
  std::int64_t groups;
  std::int64_t epilogue_offset;
  std::int64_t best_bytes, position_tables_bytes, task_scratch;
};

Layout layout_of(const ConvolutionProblem& problem);
// Declines groups.
bool accepts(const ConvolutionProblem& problem);
std::size_t packed_bytes(const ConvolutionProblem& problem);
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem);
std::int64_t prepare_tasks(const ConvolutionProblem& problem);
// A task: one row of pooled outputs with all channels, because tables serve all of them.
std::int64_t run_tasks(const ConvolutionProblem& problem);
}  // namespace subset_indices

namespace negative_quads {
inline constexpr int kPositions = 4;
inline constexpr std::int64_t kTileOutputs = 16;
inline constexpr std::int64_t kStepBytes = 16;
inline constexpr std::int64_t kStepWeights = kStepBytes * kTileOutputs;
inline constexpr std::int64_t kTaskBlocks = 2;

struct Layout {
  std::int64_t steps;  // vectors of 16 pixels per window
  std::int64_t epilogue_offset;
  std::int64_t window_stride, task_scratch;
};

Layout layout_of(const ConvolutionProblem& problem);
// Declines groups.
bool accepts(const ConvolutionProblem& problem);
std::size_t packed_bytes(const ConvolutionProblem& problem);
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem);
std::int64_t prepare_tasks(const ConvolutionProblem& problem);
// A task: one row of pooled outputs, up to 64 channels; neighbouring tasks share weights.
std::int64_t run_tasks(const ConvolutionProblem& problem);
}  // namespace negative_quads

}  // namespace bitplace::convolution_u8_b1
