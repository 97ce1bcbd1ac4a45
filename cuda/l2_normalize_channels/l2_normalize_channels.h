// L2 normalisation of each pixel (kernels/l2_normalize_channels/l2_normalize_channels.h) on the GPU.
#pragma once

#include "cuda/channels/rows_kernel.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels.h"

namespace bitplace::cuda {

struct L2NormalizeChannels {
  using Parameters = BatchedCall<L2NormalizeChannelsCall>;
  struct State {
    float scale;
  };
  static constexpr int kSums = 1;

  static BITPLACE_DEVICE std::int64_t rows(const Parameters& p) { return p.count * p.batch; }

  template <int kSum>
  static BITPLACE_DEVICE float partial(const Parameters& p, const RowPart& part, State&) {
    const float* x = p.call.input + part.row * p.call.channels;
    return sum_of_part(part, p.call.channels, [&](std::int64_t c) { return x[c] * x[c]; });
  }
  template <int kSum>
  static BITPLACE_DEVICE void reduce(const Parameters&, float (&partials)[kPartialSums], State& state) {
    state.scale = reciprocal_norm(static_cast<double>(tree_sum(partials)));
  }
  static BITPLACE_DEVICE void finish(const Parameters& p, const RowPart& part, const State& state) {
    const std::int64_t row = part.row * p.call.channels;
    for (std::int64_t c = part.first; c < p.call.channels; c += kPartialSums)
      p.call.output[row + c] = p.call.input[row + c] * state.scale;
  }
};

}  // namespace bitplace::cuda
