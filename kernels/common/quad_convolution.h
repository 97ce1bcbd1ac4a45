// Integer convolutions that multiply quads: 4 bytes of a window, broadcast, times 4 bytes of each output
// channel's weights, one channel per 32-bit lane. A quad is 4 activations of one byte (vpdpbusd) or 2 of two
// bytes (vpmaddwd). Here is what does not depend on the instruction set: geometry, packed layout, tasks.
//
//   accumulator[o] = sum over the window's quads of x . w
//
// A segment is what one window holds contiguously: a whole kernel row (kernel_width * channels), or one tap
// where the kernel is dilated sideways or has groups. The last quad of a segment is filled up with zero
// weights: up to 3 bytes behind a segment are read and do not count. Groups of few outputs are merged until
// they fill a vector; weights between the merged ones are 0.
//
// Source: what windows are cut from. The input itself where it is unsigned and no window reaches outside;
// otherwise prepare() copies it, with a border as wide as the windows reach, as unsigned bytes (x xor 0x80,
// border 0x80) or as 16-bit values. Where a copy of bytes is offset by 128, accumulators start at -128 times
// the sum of the weights.
//
// Weights of 4 bits may stay so: two vectors share 64 bytes, the first in the high halves, which as bytes are
// 16 times the weight. Sums are then 16 times too large until they are shifted.
//
// Packed memory: QuadHeader, then the arrays it names by their byte offset:
//   offsets   s32 [quads]                          a window's quads from its first byte, kernel row by row
//   below     s32 [kernel_height + 1][lanes]       128 * sum of the weights of the kernel rows above, else 0,
//                                                  in the unit of the sums
//   scale     f32 [lanes]        bias  f32 [lanes]
//   weights   [block][quad][vector of the block, or pair of them][16 lanes][4 bytes]
// lanes = groups * vectors * 16; a block is up to 4 vectors: by runs, all but a group's last are 4, otherwise
// those of a group differ by at most one.
// Lanes follow the channels, except in requantize_s8, where saturating packs reorder them (lane_channel).
//
// Example: 2 x 1 kernel, 5 channels, 1 output channel, bytes: 2 segments of 5 bytes, 4 quads, lane 0 holds
//   (w0 w1 w2 w3) (w4 0 0 0) (w5 w6 w7 w8) (w9 0 0 0).
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::quad_convolution {

inline constexpr std::int64_t kLanes = 16;        // of one vector
inline constexpr std::int64_t kVectorBytes = 64;  // of weights
inline constexpr std::int64_t kMostVectors = 4;   // of one block
inline constexpr std::int64_t kPositions = 7;     // of one tile
inline constexpr std::int64_t kMostBlocks = 16;   // of one task

// How a row of a table holds activations and weights.
struct Form {
  std::int64_t activation_bytes;  // in the source: 1 unsigned, 2 signed
  bool nibbles;                   // weights stay at 4 bits
  std::int64_t weight_bits;       // of canonical weights
  bool halves = false;            // multiplies half vectors too, in half the time
};

struct Geometry {
  std::int64_t activation_bytes;                        // in the source, 1 or 2
  std::int64_t groups, group_inputs, group_outputs;     // after merging
  std::int64_t merged;                                  // groups of the problem in one of these
  std::int64_t row_segments, segment_bytes, row_quads;  // of a kernel row
  std::int64_t quads;                                   // of a window
  std::int64_t vectors, blocks;                         // of a group
  std::int64_t quad_bytes;  // of a block's weights, from quad to quad, of the widest block
  bool copied;              // the source is a copy in scratch
  bool offset;              // by 128
  std::int64_t source_rows, source_row_bytes;
  std::int64_t pixels;         // outputs per channel
  std::int64_t strip, strips;  // pixels of a task, their number
  std::int64_t chunk, chunks;  // blocks of a task, their number over all groups
  std::int64_t part;           // pixels of a strip that all blocks visit in turn
  bool by_runs;                // few quads: pixel after pixel, so that sums and epilogues overlap
  bool half;                   // of a group's last vector only lanes 0 to 7 are used, and computed
  std::int64_t row_pixels;     // outputs whose windows are evenly spaced: a row's, or all
};
Geometry geometry(const ConvolutionProblem& problem, const Form& form);

struct QuadHeader {
  Geometry geometry;
  std::int64_t offsets, below, scale, bias, weights;  // bytes from the header
  std::int64_t limits_floats;  // a scaled sum may leave s32: it is clamped before it is converted
};

// One block of output channels.
struct Block {
  std::int64_t index, group, first_vector, vectors;  // first_vector counts over all groups
  std::int64_t channel, channels;                    // first of all output channels; how many exist
  bool half;                                         // the last vector is half a vector
};
Block block_at(const Geometry& geometry, std::int64_t index);

// The channel, within its block of `whole` vectors and maybe half a one, that a lane holds.
std::int64_t lane_channel(ConvolutionEpilogue epilogue, std::int64_t whole, std::int64_t vector,
                          std::int64_t lane);

bool accepts(const ConvolutionProblem& problem);
std::size_t packed_bytes(const ConvolutionProblem& problem, const Form& form);
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, const Form& form,
          void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem, const Form& form);

// Rows of the copy that one prepare task makes.
std::int64_t rows_per_task(const Geometry& geometry);
std::int64_t prepare_tasks(const ConvolutionProblem& problem, const Form& form);
std::int64_t run_tasks(const ConvolutionProblem& problem, const Form& form);

}  // namespace bitplace::quad_convolution
