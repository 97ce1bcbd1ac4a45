// Convolutions with weights of one bit, of any shape, one product at a time: for what the tiled ones leave
// out (cuda/tiled/tiled_pack.h), bits of groups that share words and pools of more than 32 windows, and for
// nothing else. A thread makes an element of the output, or a word of bits; weights are canonical rows.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/common/epilogue.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"

namespace bitplace::cuda {

struct DirectParameters {
  ConvolutionProblem problem;
  std::int32_t batch;
  std::int32_t results;  // of an image: words of bits, or elements
  const std::uint8_t* input;
  const std::uint8_t* weight_rows;
  std::int64_t weight_row_bytes;
  const std::int32_t* threshold;
  const std::uint8_t* flip;
  const float* scale;
  const float* bias;
  void* output;
};
DirectParameters direct_parameters(const DeviceConvolutionCall& call);

// Activations: the bytes of a pixel, and the value of one of its channels.
struct DirectBits {
  static BITPLACE_DEVICE std::int32_t pixel_bytes(const ConvolutionProblem& p) {
    return (p.input_channels + 31) / 32 * 4;
  }
  static BITPLACE_DEVICE std::int32_t value(const std::uint8_t* pixel, std::int32_t channel) {
    return (pixel[channel / 8] >> (channel % 8) & 1) != 0 ? -1 : 1;
  }
};
struct DirectPixels {
  static BITPLACE_DEVICE std::int32_t pixel_bytes(const ConvolutionProblem& p) { return p.input_channels; }
  static BITPLACE_DEVICE std::int32_t value(const std::uint8_t* pixel, std::int32_t channel) {
    return pixel[channel];
  }
};

template <class Activation>
struct DirectConvolution {
  using Parameters = DirectParameters;
  using Shared = Nothing;
  using Registers = Nothing;
  static constexpr int kThreads = 128;
  static constexpr int kLeastBlocks = 8;

  static Grid grid(const Parameters& p) { return {divide_up(p.results, std::int32_t{kThreads}), p.batch}; }

  // A pixel of the output.
  struct Pixel {
    std::int32_t image, index;
  };
  // A position of the output before pooling.
  struct Window {
    std::int32_t image, y, x;
  };

  static BITPLACE_DEVICE std::int32_t dot(const Parameters& parameters, const Window& at,
                                          std::int32_t output) {
    const ConvolutionProblem& p = parameters.problem;
    const std::int32_t channels = p.input_channels / p.groups;
    const std::int32_t first = output / (p.output_channels / p.groups) * channels;
    const std::uint8_t* row = parameters.weight_rows + output * parameters.weight_row_bytes;
    const std::int32_t outside_value = p.padding == ConvolutionPadding::one ? 1 : 0;
    std::int32_t sum = 0;
    std::int32_t index = 0;
    for (std::int32_t ky = 0; ky < p.kernel_height; ++ky) {
      for (std::int32_t kx = 0; kx < p.kernel_width; ++kx) {
        const std::int32_t y = at.y * p.stride_height - p.pad_top + ky * p.dilation_height;
        const std::int32_t x = at.x * p.stride_width - p.pad_left + kx * p.dilation_width;
        const bool inside = y >= 0 && y < p.input_height && x >= 0 && x < p.input_width;
        const std::int64_t index_of_pixel = (std::int64_t{at.image} * p.input_height + y) * p.input_width + x;
        const std::uint8_t* pixel =
            parameters.input + (inside ? index_of_pixel * Activation::pixel_bytes(p) : 0);
        for (std::int32_t c = first; c < first + channels; ++c, ++index) {
          const std::int32_t value = inside ? Activation::value(pixel, c) : outside_value;
          sum += (row[index / 8] >> (index % 8) & 1) != 0 ? -value : value;
        }
      }
    }
    return sum;
  }

  // The maximum over the windows of a pooled pixel.
  static BITPLACE_DEVICE std::int32_t pooled_dot(const Parameters& parameters, const Pixel& at,
                                                 std::int32_t output) {
    const ConvolutionProblem& p = parameters.problem;
    const std::int32_t x = at.index % p.output_width;
    const std::int32_t y = at.index / p.output_width;
    std::int32_t best = INT32_MIN;
    for (std::int32_t dy = 0; dy < p.pool_height; ++dy) {
      for (std::int32_t dx = 0; dx < p.pool_width; ++dx) {
        const Window window = {at.image, y * p.pool_height + dy, x * p.pool_width + dx};
        best = larger(best, dot(parameters, window, output));
      }
    }
    return best;
  }

  static BITPLACE_DEVICE std::uint32_t word(const Parameters& p, const Pixel& pixel, std::int32_t first) {
    std::uint32_t bits = 0;
    for (std::int32_t bit = 0; bit < 32 && first + bit < p.problem.output_channels; ++bit) {
      const std::int32_t output = first + bit;
      const bool set = threshold_bit(pooled_dot(p, pixel, output), p.threshold[output], p.flip[output] != 0);
      bits |= static_cast<std::uint32_t>(set) << bit;
    }
    return bits;
  }

  static BITPLACE_DEVICE std::uint32_t element(const Parameters& p, const Pixel& pixel, std::int32_t output) {
    const std::int32_t sum = pooled_dot(p, pixel, output);
    if (p.problem.epilogue == ConvolutionEpilogue::raw_s32) return static_cast<std::uint32_t>(sum);
    return bits_of(affine(sum, p.scale[output], p.bias[output], p.problem.output_low, p.problem.output_high));
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers&) {
      const std::int32_t result = at.block_x * kThreads + at.thread;
      if (result >= p.results) return;
      const bool makes_bits = p.problem.epilogue == ConvolutionEpilogue::threshold_b1;
      const std::int32_t per_pixel =
          makes_bits ? divide_up(p.problem.output_channels, 32) : p.problem.output_channels;
      const Pixel pixel = {at.block_y, result / per_pixel};
      const std::int32_t part = result % per_pixel;
      static_cast<std::uint32_t*>(p.output)[std::int64_t{at.block_y} * p.results + result] =
          makes_bits ? word(p, pixel, part * 32) : element(p, pixel, part);
    });
  }
};

}  // namespace bitplace::cuda
