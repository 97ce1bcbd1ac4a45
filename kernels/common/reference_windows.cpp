#include "kernels/common/reference_windows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/common/half.h"

namespace bitplace::reference {
namespace {

std::size_t row_bytes(const ConvolutionProblem& p, int weight_bits) {
  return static_cast<std::size_t>((convolution_depth(p) * weight_bits + 7) / 8);
}

std::size_t scale_offset(const ConvolutionProblem& p, int weight_bits) {
  const std::size_t weights = row_bytes(p, weight_bits) * static_cast<std::size_t>(p.output_channels);
  return (weights + 3) / 4 * 4;
}

std::size_t bias_offset(const ConvolutionProblem& p, int weight_bits) {
  return scale_offset(p, weight_bits) + 4 * static_cast<std::size_t>(p.output_channels);
}

float clamp(const ConvolutionProblem& p, float value) {
  return std::min(std::max(value, p.output_low), p.output_high);
}

std::int32_t code_at(const ConvolutionCall& call, std::int64_t index) {
  return call.problem->input_low >= 0 ? static_cast<const std::uint8_t*>(call.input)[index]
                                      : static_cast<const std::int8_t*>(call.input)[index];
}

std::int32_t s8_weight(const std::uint8_t* row, std::int64_t index) {
  return static_cast<std::int8_t>(row[index]);
}

// Sum: in what it is summed; products are rounded to it.
template <typename Sum>
void run_f32_row(const ConvolutionCall& call, std::int64_t row) {
  const PackedRows constants = packed_rows(*call.problem, call.packed, 32);
  const auto* input = static_cast<const float*>(call.input);
  visit_output_row(*call.problem, row, [&](std::int64_t column, std::int64_t channel, std::int64_t index) {
    const auto* weights = reinterpret_cast<const float*>(constants.row(channel));
    Sum sum = 0;
    visit_window(*call.problem, row, column, channel, [&](std::int64_t i, std::int64_t w) {
      sum += static_cast<Sum>(input[i]) * static_cast<Sum>(weights[w]);
    });
    write_float(call, constants, static_cast<float>(sum), channel, index);
  });
}

}  // namespace

PackedRows packed_rows(const ConvolutionProblem& p, const void* packed, int weight_bits) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  return {bytes, row_bytes(p, weight_bits),
          reinterpret_cast<const float*>(bytes + scale_offset(p, weight_bits)),
          reinterpret_cast<const float*>(bytes + bias_offset(p, weight_bits))};
}

std::size_t rows_bytes(const ConvolutionProblem& p, int weight_bits) {
  return bias_offset(p, weight_bits) + 4 * static_cast<std::size_t>(p.output_channels);
}

void pack_rows(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed,
               int weight_bits) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const auto channels = static_cast<std::size_t>(p.output_channels);
  std::memcpy(bytes, constants.weight_rows, row_bytes(p, weight_bits) * channels);
  if (constants.scale != nullptr) {
    std::memcpy(bytes + scale_offset(p, weight_bits), constants.scale, 4 * channels);
  }
  if (constants.bias != nullptr) {
    std::memcpy(bytes + bias_offset(p, weight_bits), constants.bias, 4 * channels);
  }
}

void write_integer(const ConvolutionCall& call, const PackedRows& constants, std::int32_t accumulator,
                   std::int64_t channel, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  if (p.epilogue == ConvolutionEpilogue::raw_s32) {
    static_cast<std::int32_t*>(call.output)[index] = accumulator;
    return;
  }
  const float scaled = static_cast<float>(accumulator) * constants.scale[channel];
  const float clamped = clamp(p, scaled + constants.bias[channel]);
  if (p.epilogue == ConvolutionEpilogue::requantize_s8) {
    // The default rounding mode is half to even.
    const auto code = static_cast<std::int32_t>(std::nearbyint(clamped));
    static_cast<std::uint8_t*>(call.output)[index] = static_cast<std::uint8_t>(code);
  } else {
    static_cast<float*>(call.output)[index] = clamped;
  }
}

void write_float(const ConvolutionCall& call, const PackedRows& constants, float accumulator,
                 std::int64_t channel, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  const float clamped = clamp(p, accumulator + constants.bias[channel]);
  if (p.epilogue == ConvolutionEpilogue::affine_f16) {
    static_cast<std::uint16_t*>(call.output)[index] = float_to_half(clamped);
  } else {
    static_cast<float*>(call.output)[index] = clamped;
  }
}

void run_integer_row(const ConvolutionCall& call, std::int64_t row, int weight_bits,
                     IntegerWeight weight_at) {
  const PackedRows constants = packed_rows(*call.problem, call.packed, weight_bits);
  visit_output_row(*call.problem, row, [&](std::int64_t column, std::int64_t channel, std::int64_t index) {
    const std::uint8_t* weights = constants.row(channel);
    std::int32_t sum = 0;
    visit_window(*call.problem, row, column, channel, [&](std::int64_t input, std::int64_t weight) {
      sum += code_at(call, input) * weight_at(weights, weight);
    });
    write_integer(call, constants, sum, channel, index);
  });
}

std::size_t packed_bytes_s8(const ConvolutionProblem& p) {
  return rows_bytes(p, 8);
}
void pack_s8(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_rows(p, constants, packed, 8);
}
void run_s8(const ConvolutionCall& call, std::int64_t row) {
  run_integer_row(call, row, 8, s8_weight);
}

std::size_t packed_bytes_f32(const ConvolutionProblem& p) {
  return rows_bytes(p, 32);
}
void pack_f32(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_rows(p, constants, packed, 32);
}
void run_f32(const ConvolutionCall& call, std::int64_t row) {
  run_f32_row<double>(call, row);
}
void run_f32_ordered(const ConvolutionCall& call, std::int64_t row) {
  run_f32_row<float>(call, row);
}

std::size_t packed_bytes_f16(const ConvolutionProblem& p) {
  return rows_bytes(p, 16);
}
void pack_f16(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_rows(p, constants, packed, 16);
}
void run_f16(const ConvolutionCall& call, std::int64_t row) {
  const PackedRows constants = packed_rows(*call.problem, call.packed, 16);
  const auto* input = static_cast<const std::uint16_t*>(call.input);
  visit_output_row(*call.problem, row, [&](std::int64_t column, std::int64_t channel, std::int64_t index) {
    const auto* weights = reinterpret_cast<const std::uint16_t*>(constants.row(channel));
    double sum = 0;
    visit_window(*call.problem, row, column, channel, [&](std::int64_t i, std::int64_t w) {
      sum += static_cast<double>(half_to_float(input[i])) * static_cast<double>(half_to_float(weights[w]));
    });
    write_float(call, constants, static_cast<float>(sum), channel, index);
  });
}

}  // namespace bitplace::reference
