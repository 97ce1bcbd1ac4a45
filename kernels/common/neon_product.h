// The baseline part of the dense convolutions on Arm: packed constants, tasks and scratch.
//
// A convolution runs as a matrix product: `positions` gathered windows (rows of the left matrix) times blocks
// of kBlock outputs. Packed weights of one block, for outputs o and products k of its group:
//   element ((o / outputs * K + k / unit * unit) * outputs + o % outputs * unit) + k % unit
// with K = depth rounded up to `step`; outputs and products that do not exist weigh 0. Numeric picture for
// unit 4, outputs 8, depth 6, step 16:
//   o0: k0 k1 k2 k3 | o1: k0 k1 k2 k3 | ... | o7: k0 ... k3 | o0: k4 k5 0 0 | o1: k4 k5 0 0 | ... | zeros
// Behind the weights, for every output of every block: start s32, scale f32, bias f32.
//
// Signed products want signed bytes: u8 codes above 127 are read as x - 128 (one XOR when a window is
// gathered), and `start` is 128 * sum(w), so that sum((x - 128) * w) + start is exact.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/common/convolution.h"

namespace bitplace::neon {

enum class ProductWeights : std::uint8_t { s8, s4, f32, f16 };  // as the model stores them

// What distinguishes the rows' layouts.
struct ProductShape {
  ProductWeights weights;  // s4 is widened to s8
  std::int64_t unit;       // products of one output that lie side by side
  std::int64_t outputs;    // outputs that take turns
  std::int64_t step;       // products per step of the inner loop
  bool signed_bytes;       // the kernel multiplies signed bytes only
  bool windows_widened;    // f16 windows are gathered as f32
  bool windows_woven;      // pairs of windows take turns, 8 products each
};

struct ProductLayout {
  std::int64_t steps;                       // of the inner loop
  std::int64_t pixel_bytes;                 // of one group's channels of an input pixel
  std::int64_t input_stride;                // bytes from pixel to pixel
  std::int64_t window_stride;               // bytes from one gathered window to the next
  std::int64_t windows_bytes, woven_bytes;  // of a task
  std::int64_t staging_bytes;               // a window before it is widened
  std::int64_t block_bytes;                 // weights of one block
  std::int64_t group_blocks, blocks;        // of one group, of all
  std::int64_t start_offset, scale_offset, bias_offset, bytes;
  std::int64_t positions, task_positions, position_tasks;
  std::int64_t task_blocks, block_tasks;
  std::int64_t task_scratch;
  bool direct;       // windows are pixels: nothing is gathered
  bool shift_bytes;  // u8 codes become s8 by subtracting 128
};

inline constexpr std::int64_t kBlock = 8;          // outputs per block
inline constexpr std::int64_t kMostPositions = 8;  // of a tile

ProductLayout product_layout(const ConvolutionProblem& problem, const ProductShape& shape);

// The baseline functions of a row; instantiated where they are defined.
template <ProductShape kShape>
struct ProductRow {
  static bool accepts(const ConvolutionProblem& problem);  // everything
  static std::size_t packed_bytes(const ConvolutionProblem& problem);
  static void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
  static std::size_t scratch_bytes(const ConvolutionProblem& problem);   // windows of every task
  static std::int64_t prepare_tasks(const ConvolutionProblem& problem);  // none
  static void prepare(const ConvolutionCall& call, std::int64_t task);
  // A task: a run of positions times a run of blocks.
  static std::int64_t run_tasks(const ConvolutionProblem& problem);
};

// The rows' shapes. "rows" keeps 16 products of an output side by side, "quads" 4, "octets" 8.
inline constexpr ProductShape kRowsS8 = {ProductWeights::s8, 16, 4, 16, true, false, false};
inline constexpr ProductShape kRowsS4 = {ProductWeights::s4, 16, 4, 16, true, false, false};
inline constexpr ProductShape kQuadsS8 = {ProductWeights::s8, 4, 8, 16, true, false, false};
inline constexpr ProductShape kQuadsS4 = {ProductWeights::s4, 4, 8, 16, true, false, false};
inline constexpr ProductShape kOctetsS8 = {ProductWeights::s8, 8, 8, 16, false, false, true};
inline constexpr ProductShape kOctetsS4 = {ProductWeights::s4, 8, 8, 16, false, false, true};
inline constexpr ProductShape kSinglesF32 = {ProductWeights::f32, 1, 8, 4, false, false, false};
inline constexpr ProductShape kSinglesF16 = {ProductWeights::f16, 1, 8, 8, false, false, false};
inline constexpr ProductShape kWidenedF16 = {ProductWeights::f16, 1, 8, 4, false, true, false};

}  // namespace bitplace::neon
