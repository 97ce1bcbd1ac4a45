// What the x86 kernels of convolution_b1_b1 share: a bordered copy of the activation, weights in blocks of
// output channels, and thresholds in the kernels' own integer domain. Compiled for the baseline; kernels see
// plain data only. The layouts with pictures: docs/packing.md.
//
// Domain. With P = popcount(x xor w) over all taps, where taps in the padding read bit 0 (+1):
//   padding one or valid:  accumulator = depth - Q  with  Q = 2 P
//   padding zero:          accumulator = depth - Q  with  Q = 2 P + sum of the weights of the padded taps
// (each padded tap must add 0 instead of its weight). A maximum of accumulators is a minimum of Q, and
//   accumulator < threshold  <=>  Q >= limit,  limit = depth - threshold + 1,
// clamped to [0, 2 depth + 1], outside which nothing changes because 0 <= Q <= 2 depth.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::convolution_b1_b1 {

// How the activation and the weights are cut into steps of the inner loop.
enum class Form : std::int32_t {
  word_pairs,    // words of 32 channels, in pairs (a, a xor b); blocks of 32 outputs
  nibble_pairs,  // 4 channels of two neighbouring outputs in one table offset; blocks of 64 outputs. Groups
                 // have blocks of their own and a bordered copy each.
};

// Everything a kernel needs to know, in bytes and steps. It is stored at the start of packed memory.
struct Geometry {
  std::int32_t block_outputs;
  std::int32_t blocks;
  std::int32_t chunks;           // of the output, each a task for each block
  std::int32_t blocks_per_task;  // 1, or all where blocks of different groups share words of the output
  // The bordered copy of a group: what the windows touch, padding included, and nothing more.
  std::int32_t bordered_height, bordered_width;
  std::int64_t pixel_bytes, bordered_row_bytes;
  // A kernel row is read in segments that are contiguous in the bordered copy: the whole row, or one tap
  // where taps are dilated.
  std::int32_t segments;       // per kernel row
  std::int32_t segment_steps;  // words or nibbles
  std::int64_t segment_distance;
  // Offsets inside one block of packed constants, whose first is at kGeometryBytes.
  std::int64_t weight_row_bytes;  // one kernel row of one block
  std::int64_t skipped_offset;    // s32 [kernel_height + 1][outputs]: 2 * popcount of the kernel rows before
  std::int64_t padded_offset;     // s32 [kernel_height + 1][kernel_width + 1][outputs]: sums of the weights
                                  // above and to the left; only for padding zero
  std::int64_t limit_offset;      // threshold: s32 [outputs]
  std::int64_t flip_offset;       // threshold: u32 [outputs / 32]
  std::int64_t scale_offset;      // affine: f32 [outputs]
  std::int64_t bias_offset;       // affine: f32 [outputs]
  std::int64_t block_bytes;
};
inline constexpr std::size_t kGeometryBytes = 128;
static_assert(sizeof(Geometry) <= kGeometryBytes);

Geometry geometry(const ConvolutionProblem& problem, Form form);

// The baseline part of a kernel's row, for each form. Declined: copies beyond 1 GiB, and groups: all by
// word_pairs, those of a few outputs, which would leave most of a block unused, by nibble_pairs.
namespace word_pairs {
bool accepts(const ConvolutionProblem& problem);
std::size_t packed_bytes(const ConvolutionProblem& problem);
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem);
std::int64_t prepare_tasks(const ConvolutionProblem& problem);
std::int64_t run_tasks(const ConvolutionProblem& problem);
}  // namespace word_pairs

namespace nibble_pairs {
bool accepts(const ConvolutionProblem& problem);
std::size_t packed_bytes(const ConvolutionProblem& problem);
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem);
std::int64_t prepare_tasks(const ConvolutionProblem& problem);
std::int64_t run_tasks(const ConvolutionProblem& problem);
}  // namespace nibble_pairs

}  // namespace bitplace::convolution_b1_b1
