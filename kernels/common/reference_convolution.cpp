#include "kernels/common/reference_convolution.h"

#include <algorithm>
#include <cstring>

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

void run_output_row(const ConvolutionCall& call, std::int64_t row, Accumulate accumulate) {
  const ConvolutionProblem& p = *call.problem;
  const PackedConstants constants = packed_constants(p, call.packed);
  const std::int64_t words = (p.output_channels + 31) / 32;
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    const std::int64_t pixel = row * p.output_width + column;
    if (p.epilogue == ConvolutionEpilogue::raw_s32) {
      auto* output = static_cast<std::int32_t*>(call.output) + pixel * p.output_channels;
      for (std::int64_t c = 0; c < p.output_channels; ++c) {
        output[c] = window_maximum(call, row, column, c, accumulate);
      }
    } else {
      auto* output = static_cast<std::uint32_t*>(call.output) + pixel * words;
      std::fill_n(output, words, 0u);
      for (std::int64_t c = 0; c < p.output_channels; ++c) {
        const bool below = window_maximum(call, row, column, c, accumulate) < constants.threshold[c];
        const bool bit = below != (constants.flip[c] != 0);
        output[c / 32] |= static_cast<std::uint32_t>(bit) << (c % 32);
      }
    }
  }
}

bool accepts(const ConvolutionProblem&) {
  return true;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return flip_offset(p) + static_cast<std::size_t>(p.output_channels);
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const auto channels = static_cast<std::size_t>(p.output_channels);
  std::memcpy(bytes, constants.weight_rows, weight_row_bytes(p) * channels);
  if (constants.threshold != nullptr) {
    std::memcpy(bytes + threshold_offset(p), constants.threshold, 4 * channels);
    std::memcpy(bytes + flip_offset(p), constants.flip, channels);
  }
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
