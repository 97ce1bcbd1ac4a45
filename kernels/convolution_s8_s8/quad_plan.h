// What the integer convolutions for 256-bit vectors share: constants packed by quads, and where windows lie.
// Plain data and functions that are compiled for the baseline.
//
// Activations are read as *codes* that a row chooses (QuadForm): bytes x - low, which are unsigned, or 16-bit
// x. A segment is what one window holds contiguously: a whole kernel row, or one tap where the kernel is
// dilated sideways or the convolution has groups. A quad is 4 consecutive bytes of a segment, 4 byte codes or
// 2 words; the last one of a segment is filled up with zero weights, so up to 3 bytes behind a segment are
// read and do not count.
//
// Packed:
//
//   header    s32 clamp_first              1 where accumulator * scale + bias may leave the range of s32
//   offsets   s64 [quads]                  from a window's first byte
//   extra     s64 [group][pair of vectors][1 + room]   joint forms: how many extra quads the block that
//   begins
//                                          there has, -1 where its quads are not joined; their offsets
//   start     s32 [group][vectors * 8]     low * sum of weights: what byte codes leave out
//   scale     f32 [group][vectors * 8]
//   bias      f32 [group][vectors * 8]
//   weights   s8 or s16 [group][block][quad + room][vectors of the block][8 lanes][codes of a quad]
//
// A block is 2 vectors of 8 channels, the last of a group with an odd number of vectors 1; where windows are
// taken by runs and 32 channels are left, 4. Packing to 16 and 8 bits works within 128 bits and shall leave
// channels in order: lanes of a block of 2 hold channels 0-3 8-11 and 4-7 12-15, vector i of a block of 4
// holds 4 i ... 4 i + 3 and 16 + 4 i ... 16 + 4 i + 3. Example: 1 x 3 kernel, 2 channels, bytes: a segment of
// 6 codes, 2 quads; lane 0 holds
//   (w0 w1 w2 w3) (w4 w5 0 0).
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::quad_plan {

inline constexpr std::int64_t kLanes = 8;

// How activations and weights are held.
struct QuadForm {
  std::int64_t code_bytes;    // of an activation: 1 unsigned, 2 signed
  std::int64_t low;           // byte codes are x - low
  std::int64_t weight_bytes;  // 1 or 2
  bool runs = false;          // pixels are taken by runs of evenly spaced windows
  std::int64_t block_vectors = 2;
  // Products of two quads are added in 16 bits where 4 weights of one sign sum up to no more (quad_joint.h);
  // their number is even then. 0: never.
  std::int64_t joint_limit = 0;
};

// The form with its way over the pixels: by runs where rows are long, in blocks of 4 vectors where those have
// few weights, which 2 pixels read anew.
QuadForm with_runs(const ConvolutionProblem& problem, QuadForm form);

// Outputs whose windows are evenly spaced: those of a row, or all.
std::int64_t even_pixels(const ConvolutionProblem& problem, const QuadForm& form);

// Vectors of the block that begins with `vector` of a group.
std::int64_t block_vectors(const QuadForm& form, std::int64_t vector, std::int64_t group_outputs);

// Reads weight `index` of a canonical row of 8 or 4-bit weights.
std::int32_t weight_at(const std::uint8_t* row, std::int64_t index, int weight_bits);

// Whether accumulator * scale + bias stays clear of the ends of s32 whatever the activations are: then
// clamping may follow the conversion to integers. `magnitudes`: the sum of the channel's |w|.
bool stays_in_range(const ConvolutionProblem& problem, std::int64_t magnitudes, float scale, float bias);

// The codes of one image: the input itself, or its converted and bordered copy in scratch.
struct Codes {
  bool copied;
  std::int64_t rows, columns;  // that some window reaches, the border included
  std::int64_t pixel_bytes, row_bytes;
};
Codes codes_of(const ConvolutionProblem& problem, const QuadForm& form);
std::size_t scratch_bytes(const ConvolutionProblem& problem, const QuadForm& form);
std::int64_t prepare_tasks(const ConvolutionProblem& problem, const QuadForm& form);

// Packed constants, of one group where they differ between groups.
struct QuadConstants {
  bool clamp_first;
  const std::int64_t* offsets;
  std::int64_t quads;
  std::int64_t vectors;  // of a group
  const std::int32_t* start;
  const float* scale;
  const float* bias;
  const std::uint8_t* weights;
  std::int64_t vector_quad_bytes;  // weights of one vector and quad
  std::int64_t room;               // for extra quads of a block
  const std::int64_t* extra;
};
// Those of the block that begins with `vector`; extra quads of joint forms only.
const std::uint8_t* block_weights(const QuadConstants& constants, std::int64_t vector);
const std::int64_t* block_extra(const QuadConstants& constants, std::int64_t vector);
std::size_t packed_bytes(const ConvolutionProblem& problem, const QuadForm& form);
// Canonical weights have 8 or 4 bits.
void pack(const ConvolutionProblem& problem, const QuadForm& form, const ConvolutionConstants& constants,
          int weight_bits, void* packed);
QuadConstants quad_constants(const ConvolutionProblem& problem, const QuadForm& form, const void* packed,
                             std::int64_t group);

// A task computes some channels of one group at some pixels of the output, counted row by row. Pixels are the
// outer order, so that a thread that takes neighbouring tasks writes what it reads in the next layer. 64
// channels are a cache line of s8 outputs, so tasks that run at once rarely write the same line.
struct QuadTask {
  std::int64_t group;
  std::int64_t first_vector, vectors;
  std::int64_t first_pixel, pixels;
};
std::int64_t run_tasks(const ConvolutionProblem& problem);
QuadTask quad_task(const ConvolutionProblem& problem, std::int64_t task);

}  // namespace bitplace::quad_plan
