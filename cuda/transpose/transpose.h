// A matrix transposed (kernels/transpose/transpose.h) on the GPU, in tiles that turn in shared memory, so
// that both sides are read and written along their rows. A column more keeps a tile's columns in different
// banks.
#pragma once

#include "cuda/common/batched_call.h"
#include "cuda/common/launch.h"
#include "cuda/common/phases.h"
#include "kernels/transpose/transpose.h"

namespace bitplace::cuda {

// Element: an unsigned integer as wide as the elements are.
template <typename Element>
struct TransposeKernel {
  using Parameters = BatchedCall<TransposeCall>;  // its count is channels
  static constexpr int kTile = 32;
  static constexpr int kThreads = 256;
  struct Shared {
    Element tile[kTile][kTile + 1];  // [pixel][channel]
  };
  using Registers = Nothing;

  static Grid grid(const Parameters& p) {
    return {divide_up<std::int64_t>(p.call.pixels, kTile), divide_up<std::int64_t>(p.call.channels, kTile),
            p.batch};
  }

  // visit(row, column) of a tile's elements that belong to a thread.
  template <class Visit>
  static BITPLACE_DEVICE void visit_tile(const Position& at, const Visit& visit) {
    BITPLACE_UNROLL
    for (int row = 0; row < kTile; row += kThreads / kTile)
      visit(at.thread / kTile + row, at.thread % kTile);
  }

  static BITPLACE_DEVICE void read(const Parameters& p, const Position& at, Shared& shared) {
    const auto* input =
        static_cast<const Element*>(p.call.input) + at.block_z * p.call.pixels * p.call.channels;
    visit_tile(at, [&](int row, int column) {
      const std::int64_t pixel = std::int64_t{at.block_x} * kTile + row;
      const std::int64_t channel = std::int64_t{at.block_y} * kTile + column;
      if (pixel < p.call.pixels && channel < p.call.channels)
        shared.tile[row][column] = input[pixel * p.call.channels + channel];
    });
  }

  static BITPLACE_DEVICE void write(const Parameters& p, const Position& at, const Shared& shared) {
    auto* output = static_cast<Element*>(p.call.output) + at.block_z * p.call.pixels * p.call.channels;
    visit_tile(at, [&](int row, int column) {
      const std::int64_t channel = std::int64_t{at.block_y} * kTile + row;
      const std::int64_t pixel = std::int64_t{at.block_x} * kTile + column;
      if (pixel < p.call.pixels && channel < p.call.channels)
        output[channel * p.call.pixels + pixel] = shared.tile[column][row];
    });
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers&) { read(p, at, block.shared()); });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) { write(p, at, block.shared()); });
  }
};

}  // namespace bitplace::cuda
