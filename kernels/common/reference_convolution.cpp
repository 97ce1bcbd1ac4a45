#include "kernels/common/reference_convolution.h"

#include <algorithm>
#include <cstring>

#include "kernels/common/reference_windows.h"

namespace bitplace::reference {
namespace {

std::size_t weight_row_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>((convolution_depth(p) + 7) / 8);
}

std::size_t threshold_offset(const ConvolutionProblem& p) {
  const std::size_t weights = weight_row_bytes(p) * static_cast<std::size_t>(p.output_channels);
  return (weights + 3) / 4 * 4;
}

std::size_t flip_offset(const ConvolutionProblem& p) {
  return threshold_offset(p) + 4 * static_cast<std::size_t>(p.output_channels);
}

std::int32_t window_maximum(const ConvolutionCall& call, std::int64_t row, std::int64_t column,
                            std::int64_t channel, Accumulate accumulate) {
  const ConvolutionProblem& p = *call.problem;
  std::int32_t best = INT32_MIN;
  for (std::int64_t dy = 0; dy < p.pool_height; ++dy) {
    for (std::int64_t dx = 0; dx < p.pool_width; ++dx) {
      best = std::max(best, accumulate(call, row * p.pool_height + dy, column * p.pool_width + dx, channel));
    }
  }
  return best;
}

}  // namespace

PackedConstants packed_constants(const ConvolutionProblem& p, const void* packed) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  return {bytes, weight_row_bytes(p), reinterpret_cast<const std::int32_t*>(bytes + threshold_offset(p)),
          bytes + flip_offset(p)};
}

namespace {

// The bits of one pixel.
void write_bits(const ConvolutionCall& call, std::int64_t row, std::int64_t column, Accumulate accumulate) {
  const ConvolutionProblem& p = *call.problem;
  const PackedConstants constants = packed_constants(p, call.packed);
  const std::int64_t words = (p.output_channels + 31) / 32;
  auto* output = static_cast<std::uint32_t*>(call.output) + (row * p.output_width + column) * words;
  std::fill_n(output, words, 0u);
  for (std::int64_t c = 0; c < p.output_channels; ++c) {
    const bool below = window_maximum(call, row, column, c, accumulate) < constants.threshold[c];
    const bool bit = below != (constants.flip[c] != 0);
    output[c / 32] |= static_cast<std::uint32_t>(bit) << (c % 32);
  }
}

bool has_thresholds(const ConvolutionProblem& p) {
  return p.epilogue == ConvolutionEpilogue::threshold_b1;
}

}  // namespace

void run_output_row(const ConvolutionCall& call, std::int64_t row, Accumulate accumulate) {
  if (has_thresholds(*call.problem)) {
    for (std::int64_t column = 0; column < call.problem->output_width; ++column)
      write_bits(call, row, column, accumulate);
    return;
  }
  const PackedRows constants = packed_rows(*call.problem, call.packed, 1);
  visit_output_row(*call.problem, row, [&](std::int64_t column, std::int64_t channel, std::int64_t index) {
    write_integer(call, constants, window_maximum(call, row, column, channel, accumulate), channel, index);
  });
}

bool accepts(const ConvolutionProblem&) {
  return true;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return has_thresholds(p) ? flip_offset(p) + static_cast<std::size_t>(p.output_channels) : rows_bytes(p, 1);
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  if (!has_thresholds(p)) return pack_rows(p, constants, packed, 1);
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const auto channels = static_cast<std::size_t>(p.output_channels);
  std::memcpy(bytes, constants.weight_rows, weight_row_bytes(p) * channels);
  std::memcpy(bytes + threshold_offset(p), constants.threshold, 4 * channels);
  std::memcpy(bytes + flip_offset(p), constants.flip, channels);
}

std::size_t scratch_bytes(const ConvolutionProblem&) {
  return 0;
}
std::int64_t prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
void prepare(const ConvolutionCall&, std::int64_t) {}
std::int64_t run_tasks(const ConvolutionProblem& p) {
  return p.output_height;
}

}  // namespace bitplace::reference
