// The baseline part of the NEON kernel: packed constants, tasks and scratch.
//
//   weights    [output / 4][step][output % 4][16 bytes]   words in window order, then 0
//   thresholds s32 [blocks * 32], flips u32 [blocks]; without thresholds scales and biases f32 [blocks * 32]
//   tap sums   s32 [kernel_height * kernel_width][blocks * 32]   only for `zero` padding
//
// Scratch: per task 4 gathered windows.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::convolution_b1_b1::window_vectors {

inline constexpr int kPositions = 4;
inline constexpr int kOutputs = 4;
inline constexpr std::int64_t kStepBytes = 16;
inline constexpr std::int64_t kTaskBlocks =
    2;  // 64 outputs: their weights stay in a first-level cache of 32 KiB

struct Layout {
  std::int64_t pixel_bytes, window_bytes;
  std::int64_t steps;  // vectors of 16 bytes per window
  std::int64_t task_scratch;
  bool has_tap_sums;  // taps outside the input must count 0
  std::int64_t epilogue_offset, tap_sums_offset, packed_bytes;
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

}  // namespace bitplace::convolution_b1_b1::window_vectors
