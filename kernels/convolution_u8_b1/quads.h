// What the multiply-accumulate kernels of this folder share: constants packed by quads, and the bordered copy
// of a padded input. Plain data and functions that are compiled for the baseline.
//
// A segment is what one window holds contiguously: a whole kernel row (kernel_width * channels bytes), or one
// pixel where the kernel is dilated sideways. A quad is 4 consecutive bytes of a segment; the last one of a
// segment is filled up with zero weights, so up to 3 bytes behind a segment are read and do not count.
//
// Folded, the bytes behind a segment's last whole quad are not filled up: those of all segments follow each
// other in quads of their own, behind all others, and the kernel gathers these bytes of the image.
//
// Packed, for a kernel with L lanes of 4 bytes per vector and n = vectors of all output channels (rounded up
// to whole 32-channel words), cut into blocks of v vectors:
//
//   quad offsets   s64 [quads]              from a window's first byte; folded, of the whole quads only, and
//                  s64 [left over]          of each byte left over, and
//                  s64 [folded quads]       0, 4, 8 ...
//   thresholds     s32 [n * L]              padding channels INT32_MIN, so that their bit is 0
//   flips          one bit per channel      in the order of the activation's bits
//   weights        s8 [block][quad][v][L][4]   +1 or -1; 0 beyond the segment or the channels
//
// Example: 2 x 1 kernel, 5 channels, 1 output channel: 2 segments of 5 bytes, 4 quads, and the first lane
// holds
//   (w0 w1 w2 w3) (w4 0 0 0) (w5 w6 w7 w8) (w9 0 0 0),      or, folded,
//   (w0 w1 w2 w3) (w5 w6 w7 w8) (w4 w9 0 0).
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::convolution_u8_b1 {

struct QuadConstants {
  const std::int64_t* offsets;
  const std::int32_t* threshold;
  const std::uint8_t* flip_bits;
  const std::int8_t* weights;
  std::int64_t quads;
  std::int64_t vectors;
  std::int64_t whole_quads;  // the first of the quads, which lie at offsets[0 ... whole_quads)
  std::int64_t left_over;    // bytes, which lie at offsets[whole_quads ...)
};

// Vectors [first, first + count) of all output channels.
struct VectorBlock {
  std::int64_t first, count;
};

// What windows are cut from: the input itself, or its bordered copy in scratch.
struct Source {
  const std::uint8_t* data;
  std::int64_t row_bytes;
};

std::int64_t vector_blocks(std::int64_t vectors, std::int64_t most);
// Blocks differ by at most one vector.
VectorBlock vector_block(std::int64_t vectors, std::int64_t most, std::int64_t index);

// Declines groups.
bool accepts_quads(const ConvolutionProblem& problem);
std::size_t quad_packed_bytes(const ConvolutionProblem& problem);
std::size_t folded_packed_bytes(const ConvolutionProblem& problem);
void pack_quads(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed,
                std::int64_t lanes, std::int64_t most_vectors, bool folded = false);
QuadConstants quad_constants(const ConvolutionProblem& problem, const void* packed, std::int64_t lanes,
                             bool folded = false);

// The bordered copy: as many rows and columns as the windows reach, zero outside the image. An input that
// every window lies inside is read in place.
std::size_t border_scratch_bytes(const ConvolutionProblem& problem);
std::int64_t border_tasks(const ConvolutionProblem& problem);
void make_border(const ConvolutionCall& call, std::int64_t task);
Source source_of(const ConvolutionCall& call);

}  // namespace bitplace::convolution_u8_b1
