// The baseline part of the depthwise convolutions on Arm: packed constants, tasks and scratch.
//
// Packed weights: element (c / block * taps + t) * block + c % block for channel c and tap t = kx *
// kernel_height
// + ky, channels that do not exist weigh 0. 3 x 3 taps, block 16, 20 channels:
//   t0: c0 ... c15 | t1: c0 ... c15 | ... | t8: c0 ... c15 | t0: c16 ... c19, 12 zeros | ...
// Behind them, for every channel of every block: start s32, scale f32, bias f32; then a pixel of zeros.
//
// Windows are lists of pointers to pixels, one per tap; a tap in the padding points at the zeros. Lists are
// made once per output row, column by column, so that neighbouring windows share what they overlap in.
//
// Signed products want signed bytes: u8 codes above 127 are read as x - 128, and `start` is 128 * sum(w).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/common/convolution.h"

namespace bitplace::neon {

// s8_quads: 3 x 3 taps for the dot product, element ((c / 16 * 3 + kx) * 16 + c % 16) * 4 + ky, the fourth 0.
// f16_widened: weights are packed as f32.
enum class DepthwiseElements : std::uint8_t { s8, s8_quads, f32, f16, f16_widened };

struct DepthwiseLayout {
  std::int64_t taps, blocks, block_channels;
  std::int64_t pixel_bytes;  // of the input
  std::int64_t block_bytes;  // weights of one block
  std::int64_t start_offset, scale_offset, bias_offset, zeros_offset, bytes;
  std::int64_t pointer_step;  // in the list, from one window to the next
  std::int64_t pointers;      // of one output row
  std::int64_t task_rows, tasks;
  bool shift_bytes;  // u8 codes become s8 by subtracting 128
};

DepthwiseLayout depthwise_layout(const ConvolutionProblem& problem, DepthwiseElements elements);

// The baseline functions of a row; instantiated where they are defined.
template <DepthwiseElements kElements>
struct DepthwiseRow {
  static bool accepts(
      const ConvolutionProblem& problem);  // everything; quads 3 x 3 taps side by side, stride 1 or 2
  static std::size_t packed_bytes(const ConvolutionProblem& problem);
  static void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
  static std::size_t scratch_bytes(const ConvolutionProblem& problem);   // one list per task
  static std::int64_t prepare_tasks(const ConvolutionProblem& problem);  // none
  static void prepare(const ConvolutionCall& call, std::int64_t task);
  static std::int64_t run_tasks(const ConvolutionProblem& problem);  // some output rows each
};

}  // namespace bitplace::neon
