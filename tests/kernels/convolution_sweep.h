// The convolutions that every kernel of a table is compared on.
#pragma once

#include <vector>

#include "kernels/convolution_case.h"

namespace bitplace::test {

// What the channel counts of a sweep are like: few inputs, whole words of bits and their neighbours,
// multiples of vectors and their neighbours, or one filter per input channel.
enum class SweepChannels { image, bits, codes, depthwise };

// `repetitions` draws for every combination of kernel extent, stride, dilation, padding and, for images and
// bits, pooling; channel counts, groups, image extents, asymmetric pads and unequal axes are drawn at random.
// Epilogue: raw_s32; the ranges of codes and outputs are left 0.
std::vector<ConvolutionProblem> sweep(SweepChannels channels, int repetitions, Random& random);
std::vector<ConvolutionProblem> sweep(ConvolutionInput type, int repetitions, Random& random);

// Output extents that the attributes imply; false where no pooled output fits.
bool infer_output(ConvolutionProblem& problem);

// Square images, filters and pools; raw sums. Without a padding named, what is padded is padded with zeros.
ConvolutionProblem square_problem(std::int32_t extent, std::int32_t inputs, std::int32_t outputs,
                                  std::int32_t kernel, std::int32_t stride, std::int32_t pad,
                                  ConvolutionPadding padding, std::int32_t pool);
ConvolutionProblem square_problem(std::int32_t extent, std::int32_t inputs, std::int32_t outputs,
                                  std::int32_t kernel, std::int32_t stride, std::int32_t pad);

}  // namespace bitplace::test
