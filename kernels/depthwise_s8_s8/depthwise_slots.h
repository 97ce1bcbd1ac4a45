// What the 256-bit depthwise kernels share: constants packed by channel chunks and slots. Plain data and
// functions that are compiled for the baseline.
//
// Channels are cut into chunks of 32; the last one overlaps its neighbour where 32 does not divide the
// channels, and a single chunk may be wider than they are. A lane of 32 bits belongs to one channel and holds
// `slots` vertically adjacent codes: 4 bytes x - low, or 2 such codes as 16-bit words. A chunk has 4 vectors
// of 8 lanes; vector i holds channels 4 i ... 4 i + 3 and 16 + 4 i ... 16 + 4 i + 3, the order in which
// unpacking within 128 bits leaves them and packing undoes it.
//
// One or two output rows are computed from the same slots: two where the kernel's rows leave a slot free,
// because the second output row then needs no slot more (slots 4, 3 rows: w0 w1 w2 0 and 0 w0 w1 w2).
//
// Packed, for each chunk:
//
//   weights   [slot group][kernel column][output row][4 vectors][8 lanes][slots]   s8 or s16
//   start     s32 [32]   low * sum of weights
//   scale     f32 [32]
//   bias      f32 [32]
//
// Example: 3 x 3, slots 4: one slot group, so 3 columns x 2 output rows x 128 bytes of weights.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::depthwise_slots {

inline constexpr std::int64_t kChunkChannels = 32;
inline constexpr std::int64_t kChunkVectors = 4;
inline constexpr std::int64_t kChunkBytes = 128;  // of one slot group in one column

struct SlotForm {
  std::int64_t slots;  // 4 bytes or 2 words
  std::int64_t low;    // codes are x - low
};

// The chosen form with what follows from it.
struct SlotLayout {
  SlotForm form;
  std::int64_t rows;    // output rows computed together
  std::int64_t groups;  // slot groups
  std::int64_t chunks;
  std::int64_t weight_bytes;  // of a chunk
  std::int64_t chunk_bytes;   // of all its constants
};
SlotLayout slot_layout(const ConvolutionProblem& problem, const SlotForm& form);

// First channel of a chunk.
std::int64_t chunk_channel(const ConvolutionProblem& problem, std::int64_t chunk);

struct ChunkConstants {
  bool clamp_first;  // accumulator * scale + bias may leave the range of s32
  const std::uint8_t* weights;
  const std::int32_t* start;
  const float* scale;
  const float* bias;
};
ChunkConstants chunk_constants(const SlotLayout& layout, const void* packed, std::int64_t chunk);

std::size_t packed_bytes(const ConvolutionProblem& problem, const SlotForm& form);
void pack(const ConvolutionProblem& problem, const SlotForm& form, const ConvolutionConstants& constants,
          void* packed);

// A task computes some chunks of the output rows [row, row + rows).
struct SlotTask {
  std::int64_t row, rows;
  std::int64_t first_chunk, chunks;
};
std::int64_t task_count(const ConvolutionProblem& problem, const SlotForm& form);
SlotTask slot_task(const ConvolutionProblem& problem, const SlotLayout& layout, std::int64_t task);

}  // namespace bitplace::depthwise_slots
