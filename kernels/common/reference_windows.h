// What the reference convolutions with scales and biases share: canonical constants in packed memory, the
// taps of a window, and the epilogues, one output at a time.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::reference {

// Where the canonical constants lie in packed memory: weight rows, then scales, then biases.
struct PackedRows {
  const std::uint8_t* weight_rows;
  std::size_t weight_row_bytes;
  const float* scale;
  const float* bias;

  const std::uint8_t* row(std::int64_t channel) const {
    return weight_rows + static_cast<std::size_t>(channel) * weight_row_bytes;
  }
};
PackedRows packed_rows(const ConvolutionProblem& problem, const void* packed, int weight_bits);
std::size_t rows_bytes(const ConvolutionProblem& problem, int weight_bits);
void pack_rows(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed,
               int weight_bits);

// Calls tap(index of the activation, index in the weight row) for every tap inside the image of the window at
// (row, column) of the output that channel `channel` sees.
template <typename Tap>
void visit_window(const ConvolutionProblem& p, std::int64_t row, std::int64_t column, std::int64_t channel,
                  Tap tap) {
  const std::int64_t group_inputs = p.input_channels / p.groups;
  const std::int64_t first_input = channel / (p.output_channels / p.groups) * group_inputs;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const std::int64_t y = row * p.stride_height - p.pad_top + ky * p.dilation_height;
      const std::int64_t x = column * p.stride_width - p.pad_left + kx * p.dilation_width;
      if (y < 0 || y >= p.input_height || x < 0 || x >= p.input_width) continue;
      const std::int64_t pixel = (y * p.input_width + x) * p.input_channels + first_input;
      const std::int64_t weight = (ky * p.kernel_width + kx) * group_inputs;
      for (std::int64_t c = 0; c < group_inputs; ++c)
        tap(pixel + c, weight + c);
    }
  }
}

// The epilogues that the contract names, on one accumulator; `index` counts the output's elements.
void write_integer(const ConvolutionCall& call, const PackedRows& constants, std::int32_t accumulator,
                   std::int64_t channel, std::int64_t index);
void write_float(const ConvolutionCall& call, const PackedRows& constants, float accumulator,
                 std::int64_t channel, std::int64_t index);

// Calls output(column, channel, index) for every element of one output row.
template <typename Output>
void visit_output_row(const ConvolutionProblem& p, std::int64_t row, Output output) {
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    for (std::int64_t channel = 0; channel < p.output_channels; ++channel)
      output(column, channel, (row * p.output_width + column) * p.output_channels + channel);
  }
}

// One output row of a convolution of u8 or s8 codes with the weights that `weight_at(row, index)` reads.
using IntegerWeight = std::int32_t (*)(const std::uint8_t* row, std::int64_t index);
void run_integer_row(const ConvolutionCall& call, std::int64_t row, int weight_bits, IntegerWeight weight_at);

// The rows that read s8 weights, one per byte; the dense and the depthwise table define the same arithmetic.
std::size_t packed_bytes_s8(const ConvolutionProblem& problem);
void pack_s8(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
void run_s8(const ConvolutionCall& call, std::int64_t row);

// f32 and f16 weights, likewise. Products are summed in binary64 and rounded to binary32 once.
std::size_t packed_bytes_f32(const ConvolutionProblem& problem);
void pack_f32(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
void run_f32(const ConvolutionCall& call, std::int64_t row);
void run_f32_ordered(const ConvolutionCall& call, std::int64_t row);
std::size_t packed_bytes_f16(const ConvolutionProblem& problem);
void pack_f16(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
void run_f16(const ConvolutionCall& call, std::int64_t row);

}  // namespace bitplace::reference
