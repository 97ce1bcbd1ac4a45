// Where a tile's words lie in shared memory, and which of them and of the accumulators a lane has.
//
// A stage holds 64 bytes of depth of every row (a window of the input, or a filter): 4 chunks of 16 bytes. A
// bank is a word wide and there are 32 of them, so the 8 chunks that 8 lanes touch at once must lie in 8
// different places modulo 128 bytes. Rows r and r + 2 of 64 bytes lie in the same place: their chunks are
// exchanged by r / 2, so that any 8 rows from a multiple of 8 on have chunk c in 8 places. Filters of nibbles
// take half, 2 chunks, and r / 4 exchanges them.
#pragma once

#include "cuda/common/host_device.h"

namespace bitplace::cuda {

inline constexpr int kChunkWords = 4;
inline constexpr int kStageWords = 16;  // of depth
inline constexpr int kStageBytes = 4 * kStageWords;
inline constexpr int kStageChunks = kStageWords / kChunkWords;

template <int kChunks>
BITPLACE_DEVICE constexpr int swizzled_chunk(int row, int chunk) {
  static_assert(kChunks == 2 || kChunks == 4);
  return chunk ^ (row / (8 / kChunks) % kChunks);
}

// Word of a stage with kChunks chunks per row.
template <int kChunks>
BITPLACE_DEVICE constexpr int chunk_offset(int row, int chunk) {
  return (row * kChunks + swizzled_chunk<kChunks>(row, chunk)) * kChunkWords;
}

// A block's outputs: kRows windows x kColumns filters, cut into 2 x 2 warps, and those into blocks of 8 x 8.
// kStages of depth are on their way or in use.
template <int kRowsOfTile, int kColumnsOfTile, int kStagesOfTile>
struct Tile {
  static constexpr int kRows = kRowsOfTile;
  static constexpr int kColumns = kColumnsOfTile;
  static constexpr int kStages = kStagesOfTile;
  // Of the blocks that a multiprocessor holds at once, as many as its registers allow these accumulators.
  static constexpr int kLeastBlocks = kRows * kColumns > 4096 ? 3 : kRows* kColumns > 1024 ? 4 : 6;
  static constexpr int kWarps = 4;
  static constexpr int kThreads = kWarps * kWarpSize;
  static constexpr int kWarpRows = kRows / 2;
  static constexpr int kWarpColumns = kColumns / 2;
  static constexpr int kRowBlocks = kWarpRows / 8;
  static constexpr int kColumnBlocks = kWarpColumns / 8;
  static_assert(kRowBlocks % 2 == 0 && kColumnBlocks % 2 == 0);

  static BITPLACE_DEVICE constexpr int first_row(int warp) { return warp / 2 * kWarpRows; }
  static BITPLACE_DEVICE constexpr int first_column(int warp) { return warp % 2 * kWarpColumns; }

  // Of a block of 8 x 8 accumulators a lane has two neighbours, as tensor cores leave them.
  static BITPLACE_DEVICE constexpr int accumulator_row(int warp, int lane, int row_block) {
    return first_row(warp) + 8 * row_block + lane / 4;
  }
  static BITPLACE_DEVICE constexpr int accumulator_column(int warp, int lane, int column_block) {
    return first_column(warp) + 8 * column_block + lane % 4 * 2;
  }

  // Accumulators on their way to the epilogue: 8 words more per row than there are columns put the 16 pairs
  // that half a warp writes at once in 32 banks.
  static constexpr int kStagedWidth = kColumns + 8;
  static BITPLACE_DEVICE constexpr int staged_offset(int row, int column) {
    return row * kStagedWidth + column;
  }

  // Loads of lanes into matrices that LoadMatrices brings: of A two blocks of rows and two chunks of depth
  // in the order rows first, of B in the order chunks first.
  static BITPLACE_DEVICE constexpr int a_load_row(int warp, int lane, int row_block) {
    return first_row(warp) + 8 * (row_block + lane / 8 % 2) + lane % 8;
  }
  static BITPLACE_DEVICE constexpr int a_load_chunk(int lane) { return lane / 16; }
  static BITPLACE_DEVICE constexpr int b_load_column(int warp, int lane, int column_block) {
    return first_column(warp) + 8 * (column_block + lane / 16) + lane % 8;
  }
  static BITPLACE_DEVICE constexpr int b_load_chunk(int lane) { return lane / 8 % 2; }
};

}  // namespace bitplace::cuda
