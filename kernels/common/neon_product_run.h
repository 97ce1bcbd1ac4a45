// How the dense convolutions of Arm run: windows are gathered (or are pixels of the input as they lie), and
// tiles of up to 8 positions times 8 outputs are multiplied and written. Included by NEON files only;
// internal linkage throughout, no standard library.
//
// A kernel is a struct with
//   kShape      its ProductShape
//   kPositions  the most positions of its tiles: 8, 4 or 2
//   Vector      int32x4_t or float32x4_t
//   tile<M>     the product of M windows and 8 outputs; out of line, so that tools find its loop by its name
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/common/neon_epilogue.h"
#include "kernels/common/neon_pin.h"
#include "kernels/common/neon_product.h"
#include "kernels/common/neon_windows.h"

namespace bitplace {
namespace {

// What a tile reads.
struct TileInput {
  const std::uint8_t* const* rows;  // windows of whole steps
  const std::uint8_t* weights;      // of the block
  const std::int32_t* start;        // of the block's 8 accumulators
  std::int64_t steps;
  std::int64_t exact_products;  // products that a 16-bit lane holds, whatever their values
};

template <typename Vector, std::size_t kPositions>
struct TileSums {
  Vector at[kPositions][2];
};

// x - 128 for every byte x.
inline void shift_window(std::uint8_t* window, std::int64_t bytes) {
  for (std::int64_t i = 0; i < bytes; i += kCopyBytes)
    vst1q_u8(window + i, veorq_u8(vld1q_u8(window + i), vdupq_n_u8(0x80)));
}

inline void widen_window(const std::uint8_t* halves, std::int64_t steps, std::uint8_t* window) {
  for (std::int64_t i = 0; i < steps; ++i) {
    const float16x4_t four = vreinterpret_f16_u8(vld1_u8(halves + i * 8));
    vst1q_f32(reinterpret_cast<float*>(window + i * 16), vcvt_f32_f16(four));
  }
}

// 8 products of one window, 8 of the other, and so on.
inline void weave_windows(const std::uint8_t* even, const std::uint8_t* odd, std::int64_t bytes,
                          std::uint8_t* woven) {
  for (std::int64_t i = 0; i < bytes; i += 16) {
    const uint64x2_t a = vreinterpretq_u64_u8(vld1q_u8(even + i));
    const uint64x2_t b = vreinterpretq_u64_u8(vld1q_u8(odd + i));
    vst1q_u8(woven + 2 * i, vreinterpretq_u8_u64(vzip1q_u64(a, b)));
    vst1q_u8(woven + 2 * i + 16, vreinterpretq_u8_u64(vzip2q_u64(a, b)));
  }
}

// One task's view of the work.
struct ProductTask {
  const ConvolutionCall* call;
  neon::ProductLayout layout;
  std::int64_t first_position, end_position, first_block, end_block;
  std::uint8_t* windows;
  std::int64_t exact_products;
};

inline ProductTask product_task(const ConvolutionCall& call, const neon::ProductShape& shape,
                                std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  ProductTask t{};
  t.call = &call;
  t.layout = neon::product_layout(p, shape);
  const std::int64_t position_task = task % t.layout.position_tasks;
  const std::int64_t block_task = task / t.layout.position_tasks;
  const std::int64_t end_position = (position_task + 1) * t.layout.task_positions;
  const std::int64_t end_block = (block_task + 1) * t.layout.task_blocks;
  t.first_position = position_task * t.layout.task_positions;
  t.end_position = end_position < t.layout.positions ? end_position : t.layout.positions;
  t.first_block = block_task * t.layout.task_blocks;
  t.end_block = end_block < t.layout.blocks ? end_block : t.layout.blocks;
  t.windows = static_cast<std::uint8_t*>(call.scratch) + task * t.layout.task_scratch;
  const std::int32_t low = t.layout.shift_bytes ? -128 : p.input_low;
  const std::int32_t high = t.layout.shift_bytes ? 127 : p.input_high;
  const std::int32_t largest = -low > high ? -low : high;
  const std::int32_t product = largest * p.largest_weight;
  t.exact_products = product > 0 ? INT16_MAX / product : INT16_MAX;
  return t;
}

// Points rows[0] to rows[count - 1] at the windows of positions `first` and up, as group `group` sees them.
inline void find_windows(const ProductTask& t, const neon::ProductShape& shape, std::int64_t first,
                         std::int64_t count, std::int64_t group, const std::uint8_t** rows) {
  const ConvolutionProblem& p = *t.call->problem;
  const neon::ProductLayout& layout = t.layout;
  const auto* input = static_cast<const std::uint8_t*>(t.call->input) + group * layout.pixel_bytes;
  std::uint8_t* const staging = t.windows + layout.windows_bytes;
  Position position = {first / p.output_width, first % p.output_width};
  for (std::int64_t m = 0; m < count; ++m, ++position.column) {
    if (position.column == p.output_width) position = {position.row + 1, 0};
    if (layout.direct) {
      rows[m] = input + (position.row * p.stride_height * p.input_width + position.column * p.stride_width) *
                            layout.input_stride;
      continue;
    }
    std::uint8_t* const window = t.windows + m * layout.window_stride;
    gather_window(p, input, layout.input_stride, layout.pixel_bytes, window_taps(p, position),
                  shape.windows_widened ? staging : window);
    if (layout.shift_bytes) shift_window(window, layout.steps * shape.step);
    if (shape.windows_widened) widen_window(staging, layout.steps, window);
    rows[m] = window;
  }
}

// The same for pairs of windows, woven as soon as they are gathered, which takes room for two only. Both
// pointers of a pair are the same; a last window without a partner is its own.
inline void find_woven_windows(const ProductTask& t, const neon::ProductShape& shape, std::int64_t first,
                               std::int64_t count, std::int64_t group, const std::uint8_t** rows) {
  std::uint8_t* woven = t.windows + t.layout.windows_bytes;
  for (std::int64_t m = 0; m < count; m += 2, woven += 2 * t.layout.window_stride) {
    const bool pair = m + 1 < count;
    find_windows(t, shape, first + m, pair ? 2 : 1, group, rows + m);
    weave_windows(rows[m], pair ? rows[m + 1] : rows[m], t.layout.steps * shape.step, woven);
    rows[m] = rows[m + 1] = woven;
  }
}

// Outputs of one block.
struct BlockOutputs {
  OutputConstants constants;
  std::int64_t channel, channels;  // the first, and how many
  std::int64_t pixel_elements;
};

template <std::size_t kPositions, typename Vector, typename Writer>
inline void write_tile(const BlockOutputs& outputs, const TileSums<Vector, kPositions>& sums,
                       std::int64_t position, Writer write) {
  std::int64_t index = position * outputs.pixel_elements + outputs.channel;
  for (std::size_t m = 0; m < kPositions; ++m, index += outputs.pixel_elements) {
    if (outputs.channels >= neon::kBlock) {
      write(outputs.constants, sums.at[m], index, neon::kBlock);
    } else {
      write(outputs.constants, sums.at[m], index, outputs.channels);
    }
  }
}

// Tiles of kPositions, then of half as many, until all of `rows` are done.
template <typename Kernel, std::size_t kPositions, typename Writer>
inline void run_tiles(TileInput input, const BlockOutputs& outputs, std::int64_t position, std::int64_t rows,
                      Writer write) {
  constexpr auto kRows = static_cast<std::int64_t>(kPositions);
  for (; rows >= kRows; rows -= kRows, position += kRows, input.rows += kRows) {
    TileSums<typename Kernel::Vector, kPositions> sums;
    Kernel::template tile<kPositions>(input, sums);
    write_tile(outputs, sums, position, write);
  }
  if constexpr (kPositions > 1)
    if (rows > 0) run_tiles<Kernel, kPositions / 2>(input, outputs, position, rows, write);
}

template <typename Kernel, typename Writer>
inline void run_block(const ProductTask& t, const std::uint8_t* const* rows, std::int64_t position,
                      std::int64_t count, std::int64_t block, Writer write) {
  const neon::ProductLayout& layout = t.layout;
  const ConvolutionProblem& p = *t.call->problem;
  const auto* packed = static_cast<const std::uint8_t*>(t.call->packed);
  const std::int64_t slot = block * neon::kBlock;
  const TileInput input = {rows, packed + block * layout.block_bytes,
                           reinterpret_cast<const std::int32_t*>(packed + layout.start_offset) + slot,
                           layout.steps, t.exact_products};
  const std::int64_t group_outputs = p.output_channels / p.groups;
  const std::int64_t in_group = block % layout.group_blocks * neon::kBlock;
  const BlockOutputs outputs = {
      load_constants(reinterpret_cast<const float*>(packed + layout.scale_offset) + slot,
                     reinterpret_cast<const float*>(packed + layout.bias_offset) + slot),
      block / layout.group_blocks * group_outputs + in_group, group_outputs - in_group, p.output_channels};
  run_tiles<Kernel, Kernel::kPositions>(input, outputs, position, count, write);
}

// Positions whose windows are at hand at once: pixels cost nothing, and the weights of a block then serve
// them from the first-level cache; gathered windows are limited by scratch.
inline constexpr std::int64_t kPixelsAtOnce = 4 * neon::kMostPositions;

// All of a task's blocks at `count` positions.
template <typename Kernel, typename Writer>
inline void run_positions(const ProductTask& t, std::int64_t first, std::int64_t count, Writer write) {
  for (std::int64_t block = t.first_block; block < t.end_block;) {
    const std::int64_t group = block / t.layout.group_blocks;
    const std::int64_t group_end = (group + 1) * t.layout.group_blocks;
    const std::int64_t end = group_end < t.end_block ? group_end : t.end_block;
    const std::uint8_t* rows[kPixelsAtOnce];
    if constexpr (Kernel::kShape.windows_woven) {
      find_woven_windows(t, Kernel::kShape, first, count, group, rows);
    } else {
      find_windows(t, Kernel::kShape, first, count, group, rows);
    }
    for (; block < end; ++block)
      run_block<Kernel>(t, rows, first, count, block, write);
  }
}

template <typename Kernel>
void run_product(const ConvolutionCall& call, std::int64_t task) {
  const ProductTask t = product_task(call, Kernel::kShape, task);
  const bool copied = !t.layout.direct || Kernel::kShape.windows_woven;
  const std::int64_t at_once = copied ? neon::kMostPositions : kPixelsAtOnce;
  with_writer(call, typename Kernel::Vector{}, [&](auto write) {
    for (std::int64_t first = t.first_position; first < t.end_position; first += at_once) {
      const std::int64_t left = t.end_position - first;
      run_positions<Kernel>(t, first, left < at_once ? left : at_once, write);
    }
  });
}

}  // namespace
}  // namespace bitplace
