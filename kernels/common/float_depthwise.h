// What the float depthwise convolutions on x86 share: how the work is cut, and the constants in packed
// memory. Compiled for the baseline; kernels see plain data only.
//
// Packed memory: weights f32 [blocks][taps][lanes], then bias f32 [blocks][lanes]; a block is one vector of
// channels, and channels beyond the last have weights and bias 0. f16 weights are packed as f32 too: a layer
// has few of them, and every tile of a row would convert them again. 2 channels, 3 taps, 4 lanes:
//   w(0,0) w(1,0) 0 0 | w(0,1) w(1,1) 0 0 | w(0,2) w(1,2) 0 0        b(0) b(1) 0 0
// A task is a band of output rows.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::float_depthwise {

// The baseline part of a kernel's row. Weight is float or std::uint16_t (f16).
template <typename Weight, int lanes>
struct Row {
  static bool accepts(const ConvolutionProblem& problem);
  static std::size_t packed_bytes(const ConvolutionProblem& problem);
  static void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
  static std::size_t scratch_bytes(const ConvolutionProblem& problem);   // none
  static std::int64_t prepare_tasks(const ConvolutionProblem& problem);  // none
  static void prepare(const ConvolutionCall& call, std::int64_t task);
  static std::int64_t run_tasks(const ConvolutionProblem& problem);
};

}  // namespace bitplace::float_depthwise
