// Depthwise convolution on the GPU: s8 and u8 codes with s8 weights (kernels/depthwise_s8_s8), f16 and f32
// (kernels/depthwise_f16_f16, kernels/depthwise_f32_f32).
//
//   accumulator[c] = sum over taps of x[c] * w[c], exactly in s32, or in f32 by fused multiply-adds, taps in
//   row-major order
//
// Packed layout (depthwise_pack.h): weights [tap][channels], then scales, then biases, channels rounded up to
// four. A thread makes kDepthwiseColumns neighbouring outputs of four channels: threads side by side take
// neighbouring channels, so that every access is a line, and a weight in registers serves all outputs. Where
// the kernel and the stride are known to the compiler, a row's inputs are loaded once for all of its taps.
// Every product meets its own accumulator: there is no use for dot products here. Registers: 16 accumulators,
// up to 9 inputs and a weight of four channels each.
//
// Not measured.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/common/epilogue.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"

namespace bitplace::cuda {

inline constexpr int kDepthwiseColumns = 4;
inline constexpr int kDepthwiseChannels = 4;

// Where the constants lie.
struct DepthwiseLayout {
  std::int64_t channels;  // rounded up
  std::int64_t scale_offset, bias_offset, bytes;
};

BITPLACE_DEVICE DepthwiseLayout depthwise_layout(const ConvolutionProblem& p, std::int64_t weight_bytes) {
  const std::int64_t channels = round_up<std::int64_t>(p.output_channels, kDepthwiseChannels);
  const std::int64_t weights = p.kernel_height * p.kernel_width * channels * weight_bytes;
  const std::int64_t scale = round_up<std::int64_t>(weights, kPacketBytes);
  return {channels, scale, scale + 4 * channels, scale + 8 * channels};
}

// Code: std::int8_t or std::uint8_t.
template <typename Code>
struct DepthwiseCodes {
  using Element = Code;
  using Weight = std::int8_t;
  using Sum = std::int32_t;
  static BITPLACE_DEVICE Sum add(Sum sum, Element x, Weight w) { return sum + x * w; }
};

// Number: float, or std::uint16_t for f16.
template <typename Number>
struct DepthwiseFloats {
  using Element = Number;
  using Weight = Number;
  using Sum = float;
  static BITPLACE_DEVICE Sum add(Sum sum, Element x, Weight w) {
    return std::fmaf(number_of(x), number_of(w), sum);
  }
};

// The first of a thread's outputs.
struct DepthwisePlace {
  std::int64_t image;
  std::int32_t row, column, channel;
};

// kKernel x kKernel taps with stride kStride and without dilation on whole quads of channels, or where both
// are 0 any kernel on any channels.
template <class Arithmetic, int kKernel, int kStride>
struct DepthwiseKernel {
  using Parameters = DeviceConvolutionCall;
  using Element = typename Arithmetic::Element;
  using Weight = typename Arithmetic::Weight;
  using Sum = typename Arithmetic::Sum;
  using Inputs = Packet<Element, kDepthwiseChannels>;
  using Weights = Packet<Weight, kDepthwiseChannels>;
  using Shared = Nothing;
  struct Registers {
    Sum sums[kDepthwiseColumns][kDepthwiseChannels];
  };
  static constexpr int kThreads = 128;
  static constexpr bool kAny = kKernel == 0;

  static BITPLACE_DEVICE std::int64_t quads(const ConvolutionProblem& p) {
    return divide_up(p.output_channels, kDepthwiseChannels);
  }
  static BITPLACE_DEVICE std::int64_t column_groups(const ConvolutionProblem& p) {
    return divide_up(p.output_width, kDepthwiseColumns);
  }
  static BITPLACE_DEVICE std::int64_t parts(const Parameters& p) {
    return p.batch * p.problem.output_height * column_groups(p.problem) * quads(p.problem);
  }
  static Grid grid(const Parameters& p) { return {divide_up<std::int64_t>(parts(p), kThreads)}; }

  static BITPLACE_DEVICE DepthwisePlace place_of(const ConvolutionProblem& p, std::int64_t part) {
    const std::int64_t group = quotient(part, quads(p));
    const std::int64_t row = quotient(group, column_groups(p));
    const std::int64_t image = quotient(row, p.output_height);
    return {image, static_cast<std::int32_t>(row - image * p.output_height),
            static_cast<std::int32_t>(group - row * column_groups(p)) * kDepthwiseColumns,
            static_cast<std::int32_t>(part - group * quads(p)) * kDepthwiseChannels};
  }

  static BITPLACE_DEVICE bool whole_quads(const ConvolutionProblem& p) {
    return !kAny || p.output_channels % kDepthwiseChannels == 0;
  }

  // Four channels of the pixel in column x of a row, from its own first channel on; zeros beside the image.
  static BITPLACE_DEVICE Inputs load_inputs(const ConvolutionProblem& p, const Element* row, std::int32_t x,
                                            std::int32_t channel) {
    Inputs inputs = {};
    if (x < 0 || x >= p.input_width) return inputs;
    const Element* from = row + std::int64_t{x} * p.input_channels + channel;
    if (whole_quads(p)) return load<kDepthwiseChannels>(from);
    BITPLACE_UNROLL
    for (int c = 0; c < kDepthwiseChannels; ++c)
      if (channel + c < p.input_channels) inputs.at[c] = from[c];
    return inputs;
  }

  static BITPLACE_DEVICE void add(const Inputs& x, const Weights& w, Sum (&sums)[kDepthwiseChannels]) {
    BITPLACE_UNROLL
    for (int c = 0; c < kDepthwiseChannels; ++c)
      sums[c] = Arithmetic::add(sums[c], x.at[c], w.at[c]);
  }

  // The taps of one kernel row, whose weights begin at `weights` and lie `step` apart.
  static BITPLACE_DEVICE void add_row(const ConvolutionProblem& p, const DepthwisePlace& place,
                                      const Element* row, const Weight* weights, std::int64_t step,
                                      Registers& r) {
    if constexpr (kAny) {
      for (std::int32_t kx = 0; kx < p.kernel_width; ++kx) {
        const Weights w = load<kDepthwiseChannels>(weights + kx * step);
        BITPLACE_UNROLL
        for (int i = 0; i < kDepthwiseColumns; ++i) {
          const std::int32_t x = (place.column + i) * p.stride_width - p.pad_left + kx * p.dilation_width;
          add(load_inputs(p, row, x, place.channel), w, r.sums[i]);
        }
      }
    } else {
      constexpr int kInputs = (kDepthwiseColumns - 1) * kStride + kKernel;
      const std::int32_t first = place.column * kStride - p.pad_left;
      Inputs inputs[static_cast<std::size_t>(kInputs)];
      BITPLACE_UNROLL
      for (int i = 0; i < kInputs; ++i)
        inputs[i] = load_inputs(p, row, first + i, place.channel);
      BITPLACE_UNROLL
      for (int kx = 0; kx < kKernel; ++kx) {
        const Weights w = load<kDepthwiseChannels>(weights + kx * step);
        BITPLACE_UNROLL
        for (int i = 0; i < kDepthwiseColumns; ++i)
          add(inputs[i * kStride + kx], w, r.sums[i]);
      }
    }
  }

  static BITPLACE_DEVICE void accumulate(const Parameters& call, const DepthwisePlace& place, Registers& r) {
    const ConvolutionProblem& p = call.problem;
    const DepthwiseLayout layout = depthwise_layout(p, sizeof(Weight));
    BITPLACE_UNROLL
    for (int i = 0; i < kDepthwiseColumns; ++i) {
      BITPLACE_UNROLL
      for (int c = 0; c < kDepthwiseChannels; ++c)
        r.sums[i][c] = 0;
    }
    const std::int32_t rows = kAny ? p.kernel_height : kKernel;
    for (std::int32_t ky = 0; ky < rows; ++ky) {
      const std::int32_t y = place.row * p.stride_height - p.pad_top + ky * p.dilation_height;
      if (y < 0 || y >= p.input_height) continue;
      const Element* row = static_cast<const Element*>(call.input) +
                           (place.image * p.input_height + y) * p.input_width * p.input_channels;
      const Weight* weights =
          static_cast<const Weight*>(call.packed) + ky * p.kernel_width * layout.channels + place.channel;
      add_row(p, place, row, weights, layout.channels, r);
    }
  }

  // result(i, c) for every output of the thread, as elements of the output.
  template <typename Out, class Result>
  static BITPLACE_DEVICE void store_all(const Parameters& call, const DepthwisePlace& place,
                                        const Result& result) {
    const ConvolutionProblem& p = call.problem;
    const std::int64_t row = (place.image * p.output_height + place.row) * p.output_width;
    BITPLACE_UNROLL
    for (int i = 0; i < kDepthwiseColumns; ++i) {
      if (place.column + i >= p.output_width) return;
      Out* to = static_cast<Out*>(call.output) + (row + place.column + i) * p.output_channels + place.channel;
      Packet<Out, kDepthwiseChannels> results;
      BITPLACE_UNROLL
      for (int c = 0; c < kDepthwiseChannels; ++c)
        results.at[c] = result(i, c);
      if (whole_quads(p)) {
        store(to, results);
        continue;
      }
      BITPLACE_UNROLL
      for (int c = 0; c < kDepthwiseChannels; ++c)
        if (place.channel + c < p.output_channels) to[c] = results.at[c];
    }
  }

  static BITPLACE_DEVICE void finish(const Parameters& call, const DepthwisePlace& place,
                                     const Registers& r) {
    const ConvolutionProblem& p = call.problem;
    const DepthwiseLayout layout = depthwise_layout(p, sizeof(Weight));
    const auto* packed = static_cast<const unsigned char*>(call.packed);
    const auto bias =
        load<kDepthwiseChannels>(reinterpret_cast<const float*>(packed + layout.bias_offset) + place.channel);
    if constexpr (sizeof(Weight) == 1) {
      const auto scale = load<kDepthwiseChannels>(
          reinterpret_cast<const float*>(packed + layout.scale_offset) + place.channel);
      if (p.epilogue == ConvolutionEpilogue::raw_s32) {
        store_all<std::int32_t>(call, place, [&](int i, int c) { return r.sums[i][c]; });
      } else if (p.epilogue == ConvolutionEpilogue::requantize_s8) {
        store_all<std::uint8_t>(call, place, [&](int i, int c) {
          return static_cast<std::uint8_t>(
              requantize(r.sums[i][c], scale.at[c], bias.at[c], p.output_low, p.output_high));
        });
      } else {
        store_all<float>(call, place, [&](int i, int c) {
          return affine(r.sums[i][c], scale.at[c], bias.at[c], p.output_low, p.output_high);
        });
      }
    } else {
      const auto result = [&](int i, int c) {
        return clamp_number(r.sums[i][c] + bias.at[c], p.output_low, p.output_high);
      };
      if (p.epilogue == ConvolutionEpilogue::affine_f16) {
        store_all<std::uint16_t>(call, place,
                                 [&](int i, int c) { return element_of<std::uint16_t>(result(i, c)); });
      } else {
        store_all<float>(call, place, result);
      }
    }
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers& r) {
      const std::int64_t part = std::int64_t{at.block_x} * kThreads + at.thread;
      if (part >= parts(p)) return;
      const DepthwisePlace place = place_of(p.problem, part);
      accumulate(p, place, r);
      finish(p, place, r);
    });
  }
};

// run(kernel) of the kernel for the activations' type. Type: std::int8_t, std::uint16_t for f16, or float.
template <typename Type, int kKernel, int kStride, class Run>
int run_depthwise(const DeviceConvolutionCall& call, const Run& run) {
  if constexpr (sizeof(Type) > 1) {
    return run(DepthwiseKernel<DepthwiseFloats<Type>, kKernel, kStride>());
  } else if (call.problem.input_low >= 0) {
    return run(DepthwiseKernel<DepthwiseCodes<std::uint8_t>, kKernel, kStride>());
  } else {
    return run(DepthwiseKernel<DepthwiseCodes<std::int8_t>, kKernel, kStride>());
  }
}

template <typename Type, int kKernel, int kStride>
int launch_depthwise(const void* parameters, void* stream);

}  // namespace bitplace::cuda
