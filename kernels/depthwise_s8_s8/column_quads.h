// Depthwise convolution by column quads: 4 activations of one channel, from 4 input rows of one column, fill
// a 32-bit lane. A column's quads serve all kernel columns, and with stride 1 two output rows, whose weights
// are the same shifted by one row. Plain data and functions that are compiled for the baseline.
//
//   rows 0 1 2 3 of a 3 x 3 kernel's window:   upper output w0 w1 w2 0,  lower output 0 w0 w1 w2
//
// Channels are cut into chunks of V = 4, 2 or 1 vectors of 16; requantize_s8 takes as many of 64 as there
// are, the other epilogues 16 each, in the channels' order. Lanes of a chunk follow what saturating packs
// undo:
//   channel = lane / 4 * 4 V + vector * 4 + lane % 4
//
// Packed: ColumnHeader, then
//   start    s32 [slots]      -offset * sum of the weights
//   scale    f32 [slots]      bias  f32 [slots]
//   weights  s8 [chunk][kernel column][quad][output row][vector][16 lanes][4 rows]
// with a slot per lane of every chunk, chunk after chunk.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::column_quads {

inline constexpr std::int64_t kLanes = 16;
inline constexpr std::int64_t kVectorBytes = 64;
inline constexpr std::int64_t kMostQuads = 8;           // of a column
inline constexpr std::int64_t kBufferBytes = 16 << 10;  // of quads that a task holds at once

struct ColumnGeometry {
  std::int64_t rows_together;  // output rows that share quads, 1 or 2
  std::int64_t quads;          // of a column
  std::int64_t slots;          // lanes of all chunks
  std::int64_t band, bands;    // output rows of a task, number of tasks
};
ColumnGeometry geometry(const ConvolutionProblem& problem);

struct ColumnHeader {
  ColumnGeometry geometry;
  std::int64_t start, scale, bias, weights;  // bytes from the header
  std::int64_t offset;                       // of activations
  std::int64_t limits_floats;  // a scaled sum may leave s32: it is clamped before it is converted
};

struct Chunk {
  std::int64_t vectors, channel, channels, slot;  // channels that exist, first slot
};
// The chunk from `channel` on, `slot` being its first.
Chunk chunk_at(const ConvolutionProblem& problem, std::int64_t channel, std::int64_t slot);

bool accepts(const ConvolutionProblem& problem);
std::size_t packed_bytes(const ConvolutionProblem& problem);
// Activations are read as x + offset, 0 or 128.
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, std::int32_t offset,
          void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem);   // none
std::int64_t prepare_tasks(const ConvolutionProblem& problem);  // none
void prepare(const ConvolutionCall& call, std::int64_t task);
std::int64_t run_tasks(const ConvolutionProblem& problem);

}  // namespace bitplace::column_quads
