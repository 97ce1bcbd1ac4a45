// The convolutions that every kernel of a table is compared on.
#pragma once

#include <vector>

#include "kernels/convolution_case.h"

namespace bitplace::test {

// `repetitions` draws for every combination of kernel extent, stride, dilation, padding and pooling; channel
// counts, groups, image extents, asymmetric pads and unequal axes are drawn at random. Epilogue: raw_s32.
std::vector<ConvolutionProblem> sweep(ConvolutionInput type, int repetitions, Random& random);

// Output extents that the attributes imply; false where no pooled output fits.
bool infer_output(ConvolutionProblem& problem);

}  // namespace bitplace::test
