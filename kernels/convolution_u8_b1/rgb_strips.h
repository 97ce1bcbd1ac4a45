// What the kernels that look up sums of RGB pixels do around their inner loop (rgb_tables.h): the tables of a
// strip of output rows, the sums of all bytes of each window, pooling and the epilogue. Everything has
// internal linkage: this header is included by files of different instruction sets.
//
// The tables of the input rows that a row of outputs reads are a ring of rows: input row y is its row y %
// rows. The next row of outputs makes only those that are new to it.
//
// `Kernel` offers
//   Vector, kVectors                        16-bit lanes for kBlockChannels / kVectors channels
//   load, set1, zero                        and the operations below by their names
//   make_tables(pixels, columns, tables)    of one row of pixels
//   add_taps(windows, constants, indices, sums)        sums of a block at kPositions windows
#pragma once

#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"
#include "kernels/convolution_u8_b1/rgb_tables.h"

namespace bitplace::convolution_u8_b1 {
namespace {

constexpr int kPositions = 4;
constexpr std::int64_t kColumnsBehind = 64;  // of the last column's sum, which vectors reach

// 16-bit sums of a block of channels at four positions.
template <typename Kernel>
struct RarerSums {
  typename Kernel::Vector at[kPositions][Kernel::kVectors];
};

// Four windows: the columns of their first tables, and for the first two and the last two the distances from
// there to the table of each tap.
struct RgbWindows {
  const std::uint8_t* first[kPositions];
  const std::int32_t* offsets[2];
  std::int64_t index[kPositions];  // into the window sums
};

// What one row of outputs is computed from.
struct RgbRow {
  alignas(kAlignment) std::uint8_t tables[kAllTablesBytes];
  alignas(kAlignment) std::uint16_t column_sums[3 * kMostColumns + kColumnsBehind];
  std::int32_t window_sums[kMostWindows + 3];  // [pool_height][output_width * pool_width]
  std::uint16_t half[kMostWindows];            // H_0
  std::uint16_t even[kMostWindows];            // 1 where the window's sum is even
  std::int32_t offsets[kMostOffsets];          // [pool_height][taps]
};

inline void set_offsets(const ConvolutionProblem& p, const TableExtent& extent, std::int64_t first_row,
                        std::int32_t* offsets) {
  for (std::int64_t dy = 0; dy < p.pool_height; ++dy) {
    for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
      const std::int64_t row = (first_row + dy * p.stride_height + ky * p.dilation_height) % extent.rows;
      for (std::int64_t kx = 0; kx < p.kernel_width; ++kx)
        *offsets++ = static_cast<std::int32_t>((row * extent.columns + kx * p.dilation_width) * kTableBytes);
    }
  }
}

// The sums of all bytes of the windows of one row of outputs: down the columns first, then along.
template <typename Kernel>
inline void sum_windows(const ConvolutionProblem& p, const RgbConstants& constants, const Source& source,
                        const std::uint8_t* pixels, std::int64_t columns, RgbRow& row) {
  const std::int64_t windows = std::int64_t{p.output_width} * p.pool_width;
  for (std::int64_t i = 0; i < kColumnsBehind; ++i)
    row.column_sums[3 * columns + i] = 0;
  for (std::int64_t dy = 0; dy < p.pool_height; ++dy) {
    const std::uint8_t* top = pixels + dy * p.stride_height * source.row_bytes;
    Kernel::sum_columns(top, p.dilation_height * source.row_bytes, p.kernel_height, 3 * columns,
                        row.column_sums);
    for (std::int64_t first = 0; first < windows; first += 4) {
      const std::uint16_t* starts[4];
      for (std::int64_t i = 0; i < 4; ++i) {
        const std::int64_t x = first + i < windows ? first + i : windows - 1;
        starts[i] = row.column_sums + 3 * x * p.stride_width;
      }
      Kernel::dot_4(starts, constants.tap_bytes, constants.window_bytes,
                    row.window_sums + dy * windows + first);
    }
  }
  for (std::int64_t i = 0; i < p.pool_height * windows; ++i) {
    row.half[i] = static_cast<std::uint16_t>((row.window_sums[i] >> 1) + 1);
    row.even[i] = static_cast<std::uint16_t>(~row.window_sums[i] & 1);
  }
}

// The threshold without 32-bit sums: what `right` side lacks to be reached by the left one is 0 where the
// inequality of rgb_tables.h holds. Over a pooling window it must hold everywhere (the most of it, as all its
// bits, is 0), or with the other rarer sign nowhere (the least of it is not 0).
template <typename Kernel>
struct ThresholdBlock {
  using Vector = typename Kernel::Vector;

  struct Pooled {
    Vector any[Kernel::kVectors], least[Kernel::kVectors];
  };

  const ConvolutionProblem* problem;
  const RgbRow* row;
  const RgbBlock* constants;
  std::int64_t index, count;
  void* output;

  void take(const RarerSums<Kernel>& sums, const RgbWindows& windows, int position, bool first,
            Pooled& lack) const {
    const std::int64_t window = windows.index[position];
    const Vector half = Kernel::set1(row->half[window]);
    const Vector even = Kernel::set1(row->even[window]);
#pragma GCC unroll 4
    for (int v = 0; v < Kernel::kVectors; ++v) {
      constexpr int kLanes = kBlockChannels / Kernel::kVectors;
      const Vector chosen =
          Kernel::subtract(half, Kernel::bitwise_and(even, Kernel::load(constants->odd_half + v * kLanes)));
      const Vector right = Kernel::add_saturated(chosen, Kernel::load(constants->right + v * kLanes));
      const Vector left =
          Kernel::add_saturated(sums.at[position][v], Kernel::load(constants->left + v * kLanes));
      const Vector lacking = Kernel::subtract_saturated(right, left);
      lack.any[v] = first ? lacking : Kernel::bitwise_or(lack.any[v], lacking);
      lack.least[v] = first ? lacking : Kernel::minimum(lack.least[v], lacking);
    }
  }

  void finish(const Pooled& lack, std::int64_t pixel) const {
    constexpr int kLanes = kBlockChannels / Kernel::kVectors;
    Vector holds[Kernel::kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < Kernel::kVectors; ++v) {
      holds[v] = Kernel::equal(
          Kernel::choose(lack.any[v], lack.least[v], Kernel::load(constants->positive + v * kLanes)),
          Kernel::zero());
    }
    static_cast<std::uint32_t*>(output)[pixel * count + index] = Kernel::bits(holds) ^ constants->inverted;
  }
};

// Accumulators in 32 bits, and their maximum over a pooling window.
template <typename Kernel>
struct RawBlock {
  using Wide = typename Kernel::Vector;
  static constexpr std::size_t kResults = 2 * Kernel::kVectors;

  struct Pooled {
    Wide most[kResults];
  };

  const ConvolutionProblem* problem;
  const RgbRow* row;
  const RgbBlock* constants;
  std::int64_t index, count;
  void* output;

  void take(const RarerSums<Kernel>& sums, const RgbWindows& windows, int position, bool first,
            Pooled& pooled) const {
    constexpr std::size_t kLanes = kBlockChannels / kResults;
    const Wide all = Kernel::set1_32(row->window_sums[windows.index[position]]);
    const auto* rarer = reinterpret_cast<const std::uint16_t*>(sums.at[position]);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kResults; ++i) {
      const Wide sum = Kernel::widen(rarer + i * kLanes);
      const Wide positive = Kernel::subtract_32(Kernel::add_32(sum, sum), all);
      const Wide accumulator = Kernel::with_sign(positive, Kernel::load(constants->sign + i * kLanes));
      pooled.most[i] = first ? accumulator : Kernel::maximum_32(pooled.most[i], accumulator);
    }
  }

  void finish(const Pooled& pooled, std::int64_t pixel) const {
    const std::int64_t first = index * kBlockChannels;
    const std::int64_t left = problem->output_channels - first;
    auto* to = static_cast<std::int32_t*>(output) + pixel * problem->output_channels + first;
    if (left >= kBlockChannels) {
      __builtin_memcpy(to, pooled.most, sizeof pooled.most);
    } else {
      __builtin_memcpy(to, pooled.most, 4 * static_cast<std::size_t>(left));
    }
  }
};

// Walks over one row of outputs with one block of channels: with 2 x 2 pooling the four windows are those of
// one output; otherwise they belong to four neighbouring outputs, which step through their pooling windows
// together. Behind the row's end the last output is repeated and not written.
template <typename Kernel, typename Block>
struct RowOfOutputs {
  const Block& block;
  const RgbConstants& constants;
  std::int64_t first_pixel;

  void run() const {
    const ConvolutionProblem& p = *block.problem;
    const bool pools_2x2 = p.pool_height == 2 && p.pool_width == 2;
    for (std::int64_t column = 0; column < p.output_width; column += pools_2x2 ? 1 : kPositions) {
      if (pools_2x2) {
        run_pooled_2x2(column);
      } else {
        run_neighbours(column);
      }
    }
  }

 private:
  RarerSums<Kernel> sums_at(const RgbWindows& windows) const {
    RarerSums<Kernel> sums;
    Kernel::add_taps(windows, constants,
                     constants.indices + block.index * constants.taps * kBlockChannels * 2, sums);
    return sums;
  }

  void set_window(RgbWindows& windows, int position, std::int64_t dy, std::int64_t x) const {
    const ConvolutionProblem& p = *block.problem;
    windows.first[position] = block.row->tables + x * p.stride_width * kTableBytes;
    windows.offsets[position / 2] = block.row->offsets + dy * constants.taps;
    windows.index[position] = dy * p.output_width * p.pool_width + x;
  }

  void run_pooled_2x2(std::int64_t column) const {
    RgbWindows windows;
    for (int i = 0; i < kPositions; ++i)
      set_window(windows, i, i / 2, 2 * column + i % 2);
    const RarerSums<Kernel> sums = sums_at(windows);
    typename Block::Pooled lack;
#pragma GCC unroll 4
    for (int i = 0; i < kPositions; ++i)
      block.take(sums, windows, i, i == 0, lack);
    block.finish(lack, first_pixel + column);
  }

  void run_neighbours(std::int64_t column) const {
    const ConvolutionProblem& p = *block.problem;
    const std::int64_t left = p.output_width - column;
    const std::int64_t count = left < kPositions ? left : kPositions;
    typename Block::Pooled lack[kPositions];
    for (std::int64_t tap = 0; tap < std::int64_t{p.pool_height} * p.pool_width; ++tap) {
      RgbWindows windows;
      for (int i = 0; i < kPositions; ++i) {
        const std::int64_t output = column + (i < count ? i : count - 1);
        set_window(windows, i, tap / p.pool_width, output * p.pool_width + tap % p.pool_width);
      }
      const RarerSums<Kernel> sums = sums_at(windows);
      for (int i = 0; i < kPositions; ++i)
        block.take(sums, windows, i, tap == 0, lack[i]);
    }
    for (int i = 0; i < count; ++i)
      block.finish(lack[i], first_pixel + column + i);
  }
};

template <typename Kernel, template <typename> typename Block>
inline void run_row(const ConvolutionCall& call, const RgbConstants& constants, const RgbRow& row,
                    std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  // Block by block: the indices of one stay in the first cache while tables stream through it.
  for (std::int64_t b = 0; b < constants.block_count; ++b) {
    const Block<Kernel> block = {&p, &row, constants.blocks + b, b, constants.block_count, call.output};
    RowOfOutputs<Kernel, Block<Kernel>>{block, constants, index * p.output_width}.run();
  }
}

template <typename Kernel>
inline void run_strip(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  RgbRow row;
  const TableExtent extent = table_extent(p);
  const Source source = source_of(call);
  const RgbConstants constants = rgb_constants(p, call.packed);
  const std::int64_t tasks = rgb_tasks(p);
  const std::int64_t down = std::int64_t{p.pool_height} * p.stride_height;
  std::int64_t made = 0;
  for (std::int64_t i = p.output_height * task / tasks; i < p.output_height * (task + 1) / tasks; ++i) {
    const std::int64_t first = i * down;
    for (made = made < first ? first : made; made < first + extent.rows; ++made) {
      Kernel::make_tables(source.data + made * source.row_bytes, extent.columns,
                          row.tables + made % extent.rows * extent.columns * kTableBytes);
    }
    set_offsets(p, extent, first, row.offsets);
    sum_windows<Kernel>(p, constants, source, source.data + first * source.row_bytes, extent.columns, row);
    if (p.epilogue == ConvolutionEpilogue::threshold_b1) {
      run_row<Kernel, ThresholdBlock>(call, constants, row, i);
    } else {
      run_row<Kernel, RawBlock>(call, constants, row, i);
    }
  }
}

}  // namespace
}  // namespace bitplace::convolution_u8_b1
