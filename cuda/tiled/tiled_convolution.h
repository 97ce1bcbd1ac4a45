// A convolution as a product of matrices: windows x filters, by one of the products of tiled_products.h.
//
// A block computes Tile::kRows windows (of pooled outputs, whole pools) times Tile::kColumns filters of one
// group. Depth passes through shared memory in stages of 64 bytes per window and filter; Tile::kStages of
// them are under way or in use at a time, and one barrier stands between two. Windows are gathered on the way
// by a table of taps (tiled_parameters.h), so any kernel, stride, dilation and padding is the same product.
// Behind the last stage accumulators go through shared memory once, so that whole pixels' channels are
// stored by neighbouring lanes, pools are reduced, and bits are packed, before anything leaves the chip.
//
//   Shared memory   windows 16 B x rows, counts 4 B x rows, and the larger of
//                   stages (rows + columns) x 64 B x kStages and accumulators 4 B x rows x (columns + 8)
#pragma once

#include "cuda/common/phases.h"
#include "cuda/tiled/tiled_load.h"
#include "cuda/tiled/tiled_products.h"
#include "cuda/tiled/tiled_store.h"

namespace bitplace::cuda {

// Kernel says what is multiplied and where it runs: Product, Output (of elements), Meaning (of counters),
// kElementBytes of windows (4 for words of bits), kMakesBits, kCountsBits, kLowestArchitecture,
// kHighestArchitecture.
template <class Kernel, class TileOfKernel>
struct TiledConvolution {
  using Parameters = TiledParameters;
  using Tile = TileOfKernel;
  using Product = typename Kernel::Product;
  using Number = typename Product::Number;
  using Registers = typename Product::template Registers<Tile>;
  static constexpr int kThreads = Tile::kThreads;
  static constexpr int kLeastBlocks = Tile::kLeastBlocks;
  static constexpr int kWindowWords = Tile::kRows * kStageWords;
  static constexpr int kFilterWords = Tile::kColumns * Product::kFilterChunks * kChunkWords;
  static constexpr int kStageSize = kWindowWords + kFilterWords;
  static constexpr int kStagedWords = Tile::kRows * Tile::kStagedWidth;

  struct Shared {
    alignas(128) std::uint32_t words[larger(kStageSize * Tile::kStages, kStagedWords)];
    WindowPosition windows[Tile::kRows];
    std::int32_t counts[Tile::kRows];
  };

  static BITPLACE_DEVICE std::int32_t pixels_per_tile(const Parameters& p) {
    return Tile::kRows / p.pool_area;
  }

  static Grid grid(const Parameters& p) {
    return {divide_up(p.pixels, pixels_per_tile(p)), divide_up(p.group_outputs, std::int32_t{Tile::kColumns}),
            p.groups};
  }

  static BITPLACE_DEVICE void load(const Parameters& p, const Position& at, Shared& shared,
                                   std::int32_t stage, std::int32_t slot) {
    std::uint32_t* words = shared.words + slot * kStageSize;
    if (stage < p.stages) {
      load_windows<Tile, Kernel::kElementBytes>(p, at.block_z, stage, at.thread, shared.windows, words);
      load_filters<Tile, Product::kFilterChunks>(p, at.block_z, at.block_y * Tile::kColumns, stage, at.thread,
                                                 words + kWindowWords);
    }
    end_copy_group();
  }

  static BITPLACE_DEVICE void clear(Registers& r) {
    BITPLACE_UNROLL
    for (int i = 0; i < Tile::kRowBlocks; ++i) {
      BITPLACE_UNROLL
      for (int j = 0; j < Tile::kColumnBlocks; ++j)
        r.c[i][j][0] = r.c[i][j][1] = 0;
      if constexpr (Kernel::kCountsBits) r.set[i][0] = r.set[i][1] = 0;
    }
  }

  static BITPLACE_DEVICE std::uint32_t as_word(std::int32_t x) { return static_cast<std::uint32_t>(x); }
  static BITPLACE_DEVICE std::uint32_t as_word(float x) { return bits_of(x); }

  static BITPLACE_DEVICE void stage_accumulators(const Position& at, const Registers& r, Shared& shared) {
    BITPLACE_UNROLL
    for (int i = 0; i < Tile::kRowBlocks; ++i) {
      const int row = Tile::accumulator_row(at.warp(), at.lane(), i);
      BITPLACE_UNROLL
      for (int j = 0; j < Tile::kColumnBlocks; ++j) {
        const int column = Tile::accumulator_column(at.warp(), at.lane(), j);
        *reinterpret_cast<Pair*>(shared.words + Tile::staged_offset(row, column)) = {
            {as_word(r.c[i][j][0]), as_word(r.c[i][j][1])}};
      }
      if constexpr (Kernel::kCountsBits) {
        const bool first_of_row = at.warp() % 2 == 0 && at.lane() % 4 == 0;
        if (first_of_row) shared.counts[row] = r.set[i][0];
      }
    }
  }

  static BITPLACE_DEVICE void store(const Parameters& p, const Position& at, const Shared& shared) {
    const StagedTile tile = {shared.words,
                             shared.windows,
                             shared.counts,
                             std::int64_t{at.block_x} * pixels_per_tile(p),
                             at.block_y * Tile::kColumns,
                             at.block_z * p.group_outputs};
    if constexpr (Kernel::kMakesBits) {
      if (p.epilogue == ConvolutionEpilogue::threshold_b1) {
        store_bits<Tile, typename Kernel::Meaning>(p, tile, at.thread);
        return;
      }
    }
    store_elements<Tile, typename Kernel::Output>(p, tile, at.thread);
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
#if defined(__CUDA_ARCH__)
    if constexpr (__CUDA_ARCH__ >= 10 * Kernel::kLowestArchitecture &&
                  __CUDA_ARCH__ < 10 * (Kernel::kHighestArchitecture + 1))
#endif
      run_phases(p, block);
  }

  template <class Block>
  static BITPLACE_DEVICE void run_phases(const Parameters& p, Block& block) {
    Shared& shared = block.shared();
    block.each_thread([&](const Position& at, Registers& r) {
      const std::int64_t first_pixel = std::int64_t{at.block_x} * pixels_per_tile(p);
      if (at.thread < Tile::kRows) {
        shared.windows[at.thread] = window_position<Tile>(p, at.block_z, first_pixel, at.thread);
        shared.counts[at.thread] = 0;
      }
      clear(r);
    });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) {
      for (int stage = 0; stage < Tile::kStages - 1; ++stage)
        load(p, at, shared, stage, stage);
    });
    std::int32_t slot = 0;
    for (std::int32_t stage = 0; stage < p.stages; ++stage) {
      block.each_thread([&](const Position&, Registers&) { wait_for_copies<Tile::kStages - 2>(); });
      block.synchronize();
      const std::int32_t freed = slot == 0 ? Tile::kStages - 1 : slot - 1;
      block.each_thread(
          [&](const Position& at, Registers&) { load(p, at, shared, stage + Tile::kStages - 1, freed); });
      const std::uint32_t* windows = shared.words + slot * kStageSize;
      Product::template multiply<Tile>(block, windows, windows + kWindowWords);
      slot = slot == Tile::kStages - 1 ? 0 : slot + 1;
    }
    block.synchronize();
    block.each_thread([&](const Position& at, Registers& r) { stage_accumulators(at, r, shared); });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) { store(p, at, shared); });
  }
};

}  // namespace bitplace::cuda
