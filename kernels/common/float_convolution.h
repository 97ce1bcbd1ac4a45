// What the float convolutions on x86 share: how the work is cut, and where the constants lie in packed
// memory. Compiled for the baseline; kernels see plain data only.
//
// A window is read as a list of pieces, each contiguous in memory: a kernel row where taps lie side by side
// and there is one group, otherwise one tap. All products of one output, in this order, are its depth; it is
// cut into slices, whose weights stay in the cache while all tiles of a task use them. Where windows reach
// over the edge, or activations are f16, they are read from a bordered f32 copy in scratch, so that no window
// asks where it is.
//
// Taps in the border need not be computed. Output pixels are sorted into classes: the whole window; a range
// of kernel rows, with all columns; a range of columns, with all rows. Each class has its own list of pieces.
// Corners belong to rows, so that tiles of one class are not too small; what they compute in the border adds
// products of zeros.
//
// Packed memory:
//   Geometry
//   classes   u8 of each output row, u8 of each output column; kWhole or 1 + its index
//   pieces    Piece [pieces]
//   slices    Slice [classes][slices + 1]             the last one closes a class's list
//   bias      f32 [groups][blocks of the group][block_outputs]
//   weights   [groups][blocks of the group][depth][outputs of the block, rounded up to vectors]
// A block is kBlockVectors vectors of outputs wide; outputs beyond the last have weights and bias 0. 2
// outputs, depth 3, 4 lanes:
//   w(0,0) w(1,0) 0 0 | w(0,1) w(1,1) 0 0 | w(0,2) w(1,2) 0 0
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::float_convolution {

inline constexpr std::int32_t kBlockVectors = 2;
inline constexpr std::int32_t kMostChunkPixels = 128;

// More classes than this are not told apart: the rest count as whole windows.
inline constexpr std::int32_t kMostClasses = 32;
inline constexpr std::uint8_t kWhole = 0;
// A class with fewer pixels of a chunk than this makes tiles too small to gain anything: they count as whole
// windows. Columns are told apart only where a chunk has rows enough.
inline constexpr std::int32_t kFewestPixels = 3;
inline constexpr std::int32_t kSliceDepth = 512;

// Products that lie side by side in memory.
struct Piece {
  std::int64_t offset;         // elements from the window's first
  std::int32_t first_product;  // of the slice
  std::int32_t length;
};

struct Slice {
  std::int32_t first_piece;
  std::int32_t first_product;
};

struct Geometry {
  bool copied;  // windows are read from scratch, not from the input
  std::int32_t copy_height, copy_width;
  std::int64_t pixel_step, row_step;  // elements between neighbours of what is read
  std::int32_t group_inputs, group_outputs;
  std::int32_t block_outputs;
  std::int32_t group_blocks, blocks;
  std::int32_t depth, slice_depth;  // products per output, and of these in a slice at most
  std::int32_t slices, classes, pieces;
  bool column_classes;
  // A task is a chunk of pixels in row order and some blocks of outputs; chunks follow each other first.
  std::int32_t pixels, chunks, block_parts;
  std::int64_t classes_offset, pieces_offset, slices_offset, bias_offset, weights_offset;  // bytes
  std::int64_t group_weights;                                                              // elements
};

// The baseline part of a kernel's row. Weight is float or std::uint16_t (f16, which is also the activations'
// type then).
template <typename Weight, int lanes>
struct Row {
  static bool accepts(const ConvolutionProblem& problem);
  static std::size_t packed_bytes(const ConvolutionProblem& problem);
  static void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
  static std::size_t scratch_bytes(const ConvolutionProblem& problem);
  static std::int64_t prepare_tasks(const ConvolutionProblem& problem);
  static std::int64_t run_tasks(const ConvolutionProblem& problem);
};

}  // namespace bitplace::float_convolution
