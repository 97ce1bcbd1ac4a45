// Depthwise convolutions of floats on Arm: strips of 4 positions where windows are 3 x 3 and overlap, single
// positions elsewhere. Included by NEON files only; internal linkage throughout, no standard library.
//
// A single position loads 9 pixels and 9 weights for 9 multiplications: loads bound it. In a strip the
// weights stay in registers and a pixel is loaded once for all windows that it lies under: 18 pixels for 4
// positions at stride 1, 27 at stride 2. Sums run column by column, then down each column, in strips and
// single positions alike.
//
// A kernel is one of neon_depthwise_run.h, which derives from FloatTaps and has
//   Pixel, Weight       8 channels, as they are multiplied
//   load_pixel, load_weight
//   add_product(sums, pixel, weight)
//
// Registers in a strip: 8 accumulators, 18 weights of f32 or 9 of f16, 2 pixels.
#pragma once

#include "kernels/common/neon_depthwise_run.h"

namespace bitplace {
namespace {

inline constexpr std::size_t kStrip = 4;  // positions
inline constexpr std::size_t kSide = 3;   // of a strip's windows

template <typename Kernel>
inline void clear_sums(DepthwiseSums<Kernel>& sums) {
  sums.at[0][0] = sums.at[0][1] = vdupq_n_f32(0);
}

// What neon_depthwise_run.h asks of a kernel.
template <typename Kernel>
struct FloatTaps {
  using Vector = float32x4_t;
  static constexpr std::size_t kWriters = 1;

  template <typename Sums>
  static void begin(const std::int32_t*, Sums& sums) {
    clear_sums(sums);
  }

  template <std::size_t kTaps, typename Sums>
  static void add_taps(const PixelPointer* taps, std::int64_t offset, const std::uint8_t* weights,
                       Sums& sums) {
#pragma GCC unroll 25
    for (std::size_t t = 0; t < kTaps; ++t)
      Kernel::add_product(sums, Kernel::load_pixel(taps[t] + offset),
                          Kernel::load_weight(weights + static_cast<std::int64_t>(t) * Kernel::kTapBytes));
  }
};

template <typename Kernel>
struct StripWeights {
  typename Kernel::Weight at[kSide * kSide];
};

// Adds the pixels of one column to the windows of the strip that it lies under.
template <typename Kernel, std::size_t kStride>
inline void add_column(const PixelPointer*& pixels, std::int64_t offset, std::size_t column,
                       const StripWeights<Kernel>& weights, DepthwiseSums<Kernel> (&sums)[kStrip]) {
#pragma GCC unroll 3
  for (std::size_t ky = 0; ky < kSide; ++ky) {
    const typename Kernel::Pixel pixel = Kernel::load_pixel(pixels[column * kSide + ky] + offset);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kStrip; ++i)
      if (column >= i * kStride && column < i * kStride + kSide)
        Kernel::add_product(sums[i], pixel, weights.at[(column - i * kStride) * kSide + ky]);
    // Keeps g++ 12 from loading many pixels first, which spills weights.
    __asm__ volatile("" : "+r"(pixels));
  }
}

// 4 positions: all channels.
template <typename Kernel, std::size_t kStride, typename Writer>
[[gnu::noinline]] void depthwise_strip(const DepthwiseTask& t, const PixelPointer* pixels,
                                       std::int64_t position, Writer write) {
  constexpr std::size_t kColumns = (kStrip - 1) * kStride + kSide;
  const std::int64_t channels = t.call->problem->output_channels;
  const std::uint8_t* packed = t.packed;
  const auto* bias = reinterpret_cast<const float*>(t.packed + t.layout.bias_offset);
  const auto block = [&](std::int64_t c, std::int64_t count) {
    const PixelPointer* from = pixels;
    StripWeights<Kernel> weights;
#pragma GCC unroll 9
    for (std::size_t i = 0; i < kSide * kSide; ++i)
      weights.at[i] = Kernel::load_weight(packed + static_cast<std::int64_t>(i) * Kernel::kTapBytes);
    DepthwiseSums<Kernel> sums[kStrip];
#pragma GCC unroll 4
    for (auto& at_position : sums)
      clear_sums(at_position);
#pragma GCC unroll 9
    for (std::size_t column = 0; column < kColumns; ++column)
      add_column<Kernel, kStride>(from, c * Kernel::kInputBytes, column, weights, sums);
    const OutputConstants constants = load_constants(bias + c, bias + c);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kStrip; ++i)
      write(constants, sums[i].at[0], (position + static_cast<std::int64_t>(i)) * channels + c, count);
    packed += static_cast<std::int64_t>(kSide * kSide) * Kernel::kTapBytes;
  };
  std::int64_t c = 0;
  for (; c + 8 <= channels; c += 8)
    block(c, 8);
  if (c < channels) block(c, channels - c);
}

// One row of outputs in strips; the last one ends with the row, and may repeat what the one before did.
template <typename Kernel, std::size_t kStride, typename Writer>
inline void row_of_strips(const DepthwiseTask& t, std::int64_t row, Writer write) {
  constexpr auto kPositions = static_cast<std::int64_t>(kStrip);
  const std::int64_t width = t.call->problem->output_width;
  for (std::int64_t begin = 0; begin < width; begin += kPositions) {
    const std::int64_t column = begin + kPositions <= width ? begin : width - kPositions;
    depthwise_strip<Kernel, kStride>(t, t.pointers + column * t.layout.pointer_step, row * width + column,
                                     write);
  }
}

// Runs a task of a float kernel.
template <typename Kernel>
inline void run_depthwise_floats(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const bool strips = p.kernel_height == kSide && p.kernel_width == kSide && p.dilation_width == 1 &&
                      p.stride_width <= 2 && p.output_width >= std::int64_t{kStrip};
  if (!strips) {
    run_depthwise<Kernel>(call, task);
    return;
  }
  for_each_row(call, Kernel::kElements, task, [&](const DepthwiseTask& t, std::int64_t row) {
    with_writer(call, typename Kernel::Vector{}, [&](auto write) {
      if (p.stride_width == 1) {
        row_of_strips<Kernel, 1>(t, row, write);
      } else {
        row_of_strips<Kernel, 2>(t, row, write);
      }
    });
  });
}

}  // namespace
}  // namespace bitplace
