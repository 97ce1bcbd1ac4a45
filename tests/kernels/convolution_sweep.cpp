#include "kernels/convolution_sweep.h"

#include <algorithm>
#include <initializer_list>
#include <stdexcept>

namespace bitplace::test {
namespace {

constexpr std::int64_t kMostMultiplyAccumulates = 300'000;

std::int32_t draw(Random& random, std::initializer_list<std::int32_t> values) {
  return values.begin()[random.integer(0, static_cast<std::int64_t>(values.size()) - 1)];
}

std::int32_t between(Random& random, std::int32_t low, std::int32_t high) {
  return static_cast<std::int32_t>(random.integer(low, high));
}

std::int32_t positions(std::int32_t extent, std::int32_t window, std::int32_t dilation, std::int32_t stride) {
  const std::int32_t span = (window - 1) * dilation + 1;
  return extent < span ? 0 : (extent - span) / stride + 1;
}

// An input extent that gives `pooled` outputs, a remainder that pooling drops, and one that the stride drops.
std::int32_t input_extent(Random& random, std::int32_t pooled, std::int32_t pool, std::int32_t window,
                          std::int32_t dilation, std::int32_t stride, std::int32_t pads) {
  const std::int32_t unpooled = pooled * pool + between(random, 0, pool - 1);
  const std::int32_t padded =
      (unpooled - 1) * stride + (window - 1) * dilation + 1 + between(random, 0, stride - 1);
  return std::max(padded - pads, 1);
}

void draw_channels(ConvolutionProblem& p, SweepChannels channels, Random& random) {
  p.groups = 1;
  switch (channels) {
    case SweepChannels::image:
      p.input_channels = draw(random, {1, 2, 3, 3, 3, 4, 8, 33});
      break;
    case SweepChannels::bits:
      p.input_channels = draw(random, {1, 3, 31, 32, 33, 64, 96, 100, 128, 160, 256});
      break;
    case SweepChannels::codes:
      p.input_channels = draw(random, {1, 2, 3, 4, 7, 8, 15, 16, 17, 24, 31, 32, 33, 64, 96, 100, 144});
      break;
    case SweepChannels::depthwise:
      p.input_channels = draw(random, {1, 3, 8, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 96, 130, 144, 200});
      p.output_channels = p.groups = p.input_channels;
      return;
  }
  p.output_channels = draw(random, {1, 5, 8, 16, 24, 31, 32, 33, 63, 64, 65, 96, 100, 128, 256});
  const bool grouped = between(random, 0, 5) == 0;
  if (!grouped) return;
  for (const std::int32_t groups : {32, 16, 10, 8, 5, 4, 3, 2}) {
    if (p.input_channels % groups == 0 && p.output_channels % groups == 0 && between(random, 0, 1) == 0) {
      p.groups = groups;
    }
  }
}

void draw_pads(ConvolutionProblem& p, Random& random) {
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 0;
  if (p.padding == ConvolutionPadding::valid) return;
  // Mostly what networks use, up to half a kernel; at times so much that windows lie wholly in the padding.
  const bool huge = between(random, 0, 9) == 0;
  const std::int32_t most = huge ? p.kernel_height + 3 : p.kernel_height / 2 + 1;
  p.pad_top = between(random, 0, most);
  p.pad_left = between(random, 0, most);
  p.pad_bottom = between(random, 0, most);
  p.pad_right = between(random, 0, most);
}

// Makes the work small enough for the reference: fewer pixels first, then fewer channels.
void shrink(ConvolutionProblem& p, SweepChannels channels, Random& random) {
  while (multiply_accumulates(p) > kMostMultiplyAccumulates) {
    if (p.output_height > 1 && p.output_height >= p.output_width) {
      --p.output_height;
    } else if (p.output_width > 1) {
      --p.output_width;
    } else {
      draw_channels(p, channels, random);
    }
  }
}

}  // namespace

bool infer_output(ConvolutionProblem& p) {
  p.output_height = positions(p.input_height + p.pad_top + p.pad_bottom, p.kernel_height, p.dilation_height,
                              p.stride_height) /
                    p.pool_height;
  p.output_width =
      positions(p.input_width + p.pad_left + p.pad_right, p.kernel_width, p.dilation_width, p.stride_width) /
      p.pool_width;
  return p.output_height >= 1 && p.output_width >= 1;
}

ConvolutionProblem square_problem(std::int32_t extent, std::int32_t inputs, std::int32_t outputs,
                                  std::int32_t kernel, std::int32_t stride, std::int32_t pad,
                                  ConvolutionPadding padding, std::int32_t pool) {
  ConvolutionProblem p{};
  p.input_height = p.input_width = extent;
  p.input_channels = inputs;
  p.output_channels = outputs;
  p.kernel_height = p.kernel_width = kernel;
  p.stride_height = p.stride_width = stride;
  p.dilation_height = p.dilation_width = p.groups = 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = pad;
  p.padding = padding;
  p.pool_height = p.pool_width = pool;
  p.epilogue = ConvolutionEpilogue::raw_s32;
  if (!infer_output(p)) throw std::logic_error("a convolution without output");
  return p;
}

ConvolutionProblem square_problem(std::int32_t extent, std::int32_t inputs, std::int32_t outputs,
                                  std::int32_t kernel, std::int32_t stride, std::int32_t pad) {
  return square_problem(extent, inputs, outputs, kernel, stride, pad,
                        pad > 0 ? ConvolutionPadding::zero : ConvolutionPadding::valid, 1);
}

namespace {

ConvolutionProblem draw_problem(ConvolutionProblem p, SweepChannels channels, Random& random) {
  const bool unequal_axes = between(random, 0, 3) == 0;
  p.kernel_width = unequal_axes ? draw(random, {1, 2, 3, 4, 5}) : p.kernel_height;
  p.stride_width = unequal_axes ? between(random, 1, 3) : p.stride_height;
  p.dilation_width = unequal_axes ? between(random, 1, 3) : p.dilation_height;
  draw_channels(p, channels, random);
  draw_pads(p, random);
  p.output_height = between(random, 1, 5);
  p.output_width = between(random, 1, 9);
  shrink(p, channels, random);
  p.input_height = input_extent(random, p.output_height, p.pool_height, p.kernel_height, p.dilation_height,
                                p.stride_height, p.pad_top + p.pad_bottom);
  p.input_width = input_extent(random, p.output_width, p.pool_width, p.kernel_width, p.dilation_width,
                               p.stride_width, p.pad_left + p.pad_right);
  infer_output(p);
  return p;
}

}  // namespace

std::vector<ConvolutionProblem> sweep(SweepChannels channels, int repetitions, Random& random) {
  std::vector<std::pair<std::int32_t, std::int32_t>> pools = {{1, 1}};
  if (channels == SweepChannels::image || channels == SweepChannels::bits) {
    pools.insert(pools.end(), {{2, 2}, {3, 3}, {2, 1}});
  }
  std::vector<ConvolutionPadding> paddings = {ConvolutionPadding::valid, ConvolutionPadding::zero};
  if (channels == SweepChannels::bits) paddings.push_back(ConvolutionPadding::one);
  std::vector<ConvolutionProblem> problems;
  ConvolutionProblem p{};
  p.epilogue = ConvolutionEpilogue::raw_s32;
  for (const std::int32_t kernel : {1, 2, 3, 5, 7, 11}) {
    for (const std::int32_t stride : {1, 2, 4}) {
      for (const std::int32_t dilation : {1, 2}) {
        for (const ConvolutionPadding padding : paddings) {
          for (const auto& [pool_height, pool_width] : pools) {
            p.kernel_height = kernel;
            p.stride_height = stride;
            p.dilation_height = dilation;
            p.padding = padding;
            p.pool_height = pool_height;
            p.pool_width = pool_width;
            for (int i = 0; i < repetitions; ++i)
              problems.push_back(draw_problem(p, channels, random));
          }
        }
      }
    }
  }
  return problems;
}

std::vector<ConvolutionProblem> sweep(ConvolutionInput type, int repetitions, Random& random) {
  return sweep(type == ConvolutionInput::u8 ? SweepChannels::image : SweepChannels::bits, repetitions,
               random);
}

}  // namespace bitplace::test
