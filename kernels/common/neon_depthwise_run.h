// How the depthwise convolutions of Arm run: position by position over lists of pointers to the pixels under
// the taps. Included by NEON files only; internal linkage throughout, no standard library.
//
// A kernel is a struct with
//   kElements   its DepthwiseElements
//   kWriters    groups of 8 channels in a block: 1, or 2 for bytes
//   Vector      int32x4_t or float32x4_t
//   Sums        the accumulators of a block, Vector [kWriters][2]
//   add_taps<kTaps>(taps, offset, weights, sums)
//               adds the products of kTaps pixels, `offset` bytes into each
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/common/neon_depthwise.h"
#include "kernels/common/neon_epilogue.h"
#include "kernels/common/neon_pin.h"

namespace bitplace {
namespace {

using PixelPointer = const std::uint8_t*;

template <typename Kernel>
struct DepthwiseSums {
  typename Kernel::Vector at[Kernel::kWriters][2];
};

// One task's view of the work.
struct DepthwiseTask {
  const ConvolutionCall* call;
  neon::DepthwiseLayout layout;
  const std::uint8_t* packed;
  PixelPointer* pointers;
};

inline PixelPointer pixel_or_zeros(const DepthwiseTask& t, std::int64_t y, std::int64_t x) {
  const ConvolutionProblem& p = *t.call->problem;
  if (y < 0 || y >= p.input_height || x < 0 || x >= p.input_width) return t.packed + t.layout.zeros_offset;
  return static_cast<PixelPointer>(t.call->input) + (y * p.input_width + x) * t.layout.pixel_bytes;
}

// The pixels of one column under one row of windows.
inline PixelPointer* list_column(const DepthwiseTask& t, std::int64_t row, std::int64_t x, PixelPointer* to) {
  const ConvolutionProblem& p = *t.call->problem;
  const std::int64_t y = row * p.stride_height - p.pad_top;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky)
    *to++ = pixel_or_zeros(t, y + ky * p.dilation_height, x);
  return to;
}

inline void list_pixels(const DepthwiseTask& t, std::int64_t row) {
  const ConvolutionProblem& p = *t.call->problem;
  PixelPointer* to = t.pointers;
  if (p.dilation_width == 1) {
    const std::int64_t columns = t.layout.pointers / p.kernel_height;
    for (std::int64_t i = 0; i < columns; ++i)
      to = list_column(t, row, i - p.pad_left, to);
    return;
  }
  for (std::int64_t column = 0; column < p.output_width; ++column)
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx)
      to = list_column(t, row, column * p.stride_width - p.pad_left + kx * p.dilation_width, to);
}

inline constexpr std::size_t kAnyTaps = 0;

// The accumulators of one block: all taps at once where their number is known, else 2 by 2.
template <typename Kernel, std::size_t kTaps>
inline void sum_block(const PixelPointer* taps, std::int64_t count, std::int64_t offset,
                      const std::uint8_t* weights, DepthwiseSums<Kernel>& sums) {
  if constexpr (kTaps != kAnyTaps) {
    Kernel::template add_taps<kTaps>(taps, offset, weights, sums);
  } else {
    std::int64_t t = 0;
    for (; t + 2 <= count; t += 2, weights += 2 * Kernel::kTapBytes)
      Kernel::template add_taps<2>(taps + t, offset, weights, sums);
    if (t < count) Kernel::template add_taps<1>(taps + t, offset, weights, sums);
  }
}

// One position: all channels.
template <typename Kernel, std::size_t kTaps, typename Writer>
[[gnu::noinline]] void depthwise_position(const DepthwiseTask& t, const PixelPointer* taps,
                                          std::int64_t position, Writer write) {
  constexpr std::int64_t kChannels = 8 * static_cast<std::int64_t>(Kernel::kWriters);
  const neon::DepthwiseLayout& layout = t.layout;
  const std::int64_t channels = t.call->problem->output_channels;
  const std::uint8_t* weights = t.packed;
  const auto* start = reinterpret_cast<const std::int32_t*>(t.packed + layout.start_offset);
  const auto* scale = reinterpret_cast<const float*>(t.packed + layout.scale_offset);
  const auto* bias = reinterpret_cast<const float*>(t.packed + layout.bias_offset);
  const std::int64_t tap_count = layout.taps;
  const std::int64_t block_bytes = layout.block_bytes;
  const std::int64_t first = position * channels;
  PixelPointer pixels[kTaps == kAnyTaps ? 1 : kTaps];
  if constexpr (kTaps != kAnyTaps)
    for (std::size_t i = 0; i < kTaps; ++i)
      pixels[i] = taps[i];
  const PixelPointer* const from = kTaps == kAnyTaps ? taps : pixels;
  const auto block = [&](std::int64_t c, std::int64_t count) {
    DepthwiseSums<Kernel> sums;
    Kernel::begin(start + c, sums);
    sum_block<Kernel, kTaps>(from, tap_count, c * Kernel::kInputBytes, weights, sums);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Kernel::kWriters; ++i) {
      const auto channel = c + static_cast<std::int64_t>(i) * 8;
      if (count > static_cast<std::int64_t>(i) * 8)
        write(load_constants(scale + channel, bias + channel), sums.at[i], first + channel,
              count - static_cast<std::int64_t>(i) * 8);
    }
    weights += block_bytes;
  };
  std::int64_t c = 0;
  for (; c + kChannels <= channels; c += kChannels)
    block(c, kChannels);
  if (c < channels) block(c, channels - c);
}

template <typename Kernel, std::size_t kTaps, typename Writer>
inline void depthwise_row(const DepthwiseTask& t, std::int64_t row, Writer write) {
  const std::int64_t width = t.call->problem->output_width;
  const PixelPointer* taps = t.pointers;
  for (std::int64_t column = 0; column < width; ++column, taps += t.layout.pointer_step)
    depthwise_position<Kernel, kTaps>(t, taps, row * width + column, write);
}

// Calls body(task, row) for every output row of a task, its pixels listed.
template <typename Body>
inline void for_each_row(const ConvolutionCall& call, neon::DepthwiseElements elements, std::int64_t task,
                         Body body) {
  DepthwiseTask t = {&call, neon::depthwise_layout(*call.problem, elements),
                     static_cast<const std::uint8_t*>(call.packed), nullptr};
  t.pointers = static_cast<PixelPointer*>(call.scratch) + task * t.layout.pointers;
  const std::int64_t end = (task + 1) * t.layout.task_rows;
  for (std::int64_t row = task * t.layout.task_rows; row < end && row < call.problem->output_height; ++row) {
    list_pixels(t, row);
    body(t, row);
  }
}

// Runs a task position by position.
template <typename Kernel>
inline void run_depthwise(const ConvolutionCall& call, std::int64_t task) {
  for_each_row(call, Kernel::kElements, task, [&](const DepthwiseTask& t, std::int64_t row) {
    with_writer(call, typename Kernel::Vector{}, [&](auto write) {
      if (t.layout.taps == 9) {
        depthwise_row<Kernel, 9>(t, row, write);
      } else if (t.layout.taps == 25) {
        depthwise_row<Kernel, 25>(t, row, write);
      } else {
        depthwise_row<Kernel, kAnyTaps>(t, row, write);
      }
    });
  });
}

}  // namespace
}  // namespace bitplace
