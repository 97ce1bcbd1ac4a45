// What every convolution kernel is told, and what every convolution kernel offers.
//
// Layouts (docs/packing.md): activations are NHWC; b1 activations hold each pixel's channels in
// ceil(channels / 32) 32-bit words, channel c at bit c % 32 of word c / 32, unused bits 0. Canonical b1
// weights are one dense bit row per output channel: kernel_height * kernel_width * (input_channels / groups)
// bits in (row, column, channel) order, least significant bit first, rounded up to a byte once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/common/kernel.h"

namespace bitplace {

enum class ConvolutionPadding : std::uint8_t { valid, zero, one };
enum class ConvolutionEpilogue : std::uint8_t { raw_s32, threshold_b1 };

// One convolution with its fused pooling and epilogue. All extents are at least 1 and validated before.
struct ConvolutionProblem {
  std::int32_t input_height, input_width, input_channels;
  std::int32_t output_channels;
  std::int32_t kernel_height, kernel_width;
  std::int32_t stride_height, stride_width;
  std::int32_t dilation_height, dilation_width;
  std::int32_t groups;
  std::int32_t pad_top, pad_left, pad_bottom, pad_right;
  ConvolutionPadding padding;
  std::int32_t pool_height, pool_width;      // non-overlapping max-pooling; 1 x 1 is none
  std::int32_t output_height, output_width;  // after pooling
  ConvolutionEpilogue epilogue;
};

// Products per output: the accumulator stays inside [-depth * max|activation|, +depth * max|activation|].
inline std::int64_t convolution_depth(const ConvolutionProblem& p) {
  return std::int64_t{p.kernel_height} * p.kernel_width * (p.input_channels / p.groups);
}

// Constants in canonical layout. threshold and flip (one per output channel) are null for raw_s32.
//   bit = (accumulator < threshold[c]) xor flip[c];  pooled: the accumulator is the window's maximum.
struct ConvolutionConstants {
  const std::uint8_t* weight_rows;  // output_channels rows of ceil(depth / 8) bytes
  const std::int32_t* threshold;
  const std::uint8_t* flip;
};

// One frame's pointers. input and output follow the arena's rule: kTailPad readable bytes after each, written
// by nobody but the owner. scratch holds scratch_bytes(problem) bytes, 64-byte aligned.
struct ConvolutionCall {
  const ConvolutionProblem* problem;
  const void* packed;
  const void* input;
  void* output;
  void* scratch;
};

// A row of a kernel table. Work is cut into tasks that may run at once: first all of prepare's, then all of
// run's.
struct ConvolutionKernel {
  const char* name;
  IsaFeatures features;                        // runs where all of these are active
  bool (*accepts)(const ConvolutionProblem&);  // false: take the next row
  std::size_t (*packed_bytes)(const ConvolutionProblem&);
  void (*pack)(const ConvolutionProblem&, const ConvolutionConstants&,
               void* packed);  // into zeroed, 64-byte aligned memory
  std::size_t (*scratch_bytes)(const ConvolutionProblem&);
  std::int64_t (*prepare_tasks)(const ConvolutionProblem&);  // 0: nothing to prepare
  void (*prepare)(const ConvolutionCall&, std::int64_t task);
  std::int64_t (*run_tasks)(const ConvolutionProblem&);
  void (*run)(const ConvolutionCall&, std::int64_t task);
};

}  // namespace bitplace
