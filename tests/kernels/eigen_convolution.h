// A convolution stated independently of the kernels: windows gathered into a matrix, one Eigen product in
// binary64.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "kernels/common/convolution.h"

namespace bitplace::test {

// `input` NHWC, `weights` [output channel][row][column][input channel of the group]; outside the image stands
// 0, or 1 where the padding says so. One row per output channel, one column per output of the pooled map: the
// maximum over its windows.
Eigen::MatrixXd convolve(const ConvolutionProblem& problem, const std::vector<double>& input,
                         const std::vector<double>& weights);

}  // namespace bitplace::test
