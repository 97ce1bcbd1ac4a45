// What every convolution kernel is told, and what every convolution kernel offers.
//
// Layouts (docs/packing.md): activations are NHWC; b1 activations hold each pixel's channels in
// ceil(channels / 32) 32-bit words, channel c at bit c % 32 of word c / 32, unused bits 0. Canonical b1
// weights are one dense row per output channel: kernel_height * kernel_width * (input_channels / groups)
// elements in (row, column, channel) order, least significant bit first, rounded up to a byte once. Elements
// are b1, s4 (two's complement), s8, f16 or f32, as the table's name says after the activation's type.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/common/kernel.h"

namespace bitplace {

enum class ConvolutionPadding : std::uint8_t { valid, zero, one };

// What becomes of an accumulator. The float operations stand for themselves: each is rounded to nearest even
// in binary32, in this order, and a multiplication is never fused with the addition behind it.
//   raw_s32        the accumulator (the maximum over the pooling window)
//   threshold_b1   bit = (accumulator < threshold[c]) xor flip[c]
//   requantize_s8  round_half_even(clamp(float(accumulator) * scale[c] + bias[c], output_low, output_high)),
//                  a byte: signed, or unsigned where output_high exceeds 127
//   affine_f32     clamp(float(accumulator) * scale[c] + bias[c], output_low, output_high); without the
//                  multiplication where accumulators are floats
//   affine_f16     the same, rounded to f16 once more
// Tables with b1 weights know the first two, that of b1 activations affine_f32 too; other integer tables
// raw_s32, requantize_s8 and affine_f32, float tables affine_f32 and, f16 ones, affine_f16. Only tables with
// b1 weights are given pooling.
enum class ConvolutionEpilogue : std::uint8_t {
  raw_s32,
  threshold_b1,
  requantize_s8,
  affine_f32,
  affine_f16
};

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
  // u8 and s8 activations: the codes stay within these. Bytes are unsigned where input_low >= 0, signed
  // otherwise, so that what follows a ReLU may be read either way. [0, 255] any u8, [-127, 127] any s8, [-7,
  // 7] s4.
  std::int32_t input_low, input_high;
  std::int32_t largest_weight;  // magnitude: 127 any s8, 7 any s4, 3 DoReFa's two bits, 1 signs
  // Of s8 weights that are known when a kernel is chosen: the largest sum of two weights of one sign that are
  // elements 2 i and 2 i + 1 of a kernel row or, with dilated columns or groups, of a tap. 0: not known.
  std::int32_t largest_pair;
  // low <= high; whole numbers for requantize_s8, within [-127, 127] or within [0, 255].
  float output_low, output_high;
};

// Products per output: the accumulator stays inside [-depth * max|activation|, +depth * max|activation|].
inline std::int64_t convolution_depth(const ConvolutionProblem& p) {
  return std::int64_t{p.kernel_height} * p.kernel_width * (p.input_channels / p.groups);
}

// Constants in canonical layout, one per output channel; null where the epilogue has no use for them. Scales
// are finite, normal and positive, biases finite.
struct ConvolutionConstants {
  const std::uint8_t* weight_rows;  // output_channels rows of ceil(depth * bits per weight / 8) bytes
  const std::int32_t* threshold;
  const std::uint8_t* flip;
  const float* scale = nullptr;
  const float* bias = nullptr;
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
