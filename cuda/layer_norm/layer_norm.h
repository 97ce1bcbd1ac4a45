// Layer normalisation of each pixel's channels (kernels/layer_norm/layer_norm.h) on the GPU: the sum for the
// mean, then that for the variance.
#pragma once

#include "cuda/channels/rows_kernel.h"
#include "kernels/layer_norm/layer_norm.h"

namespace bitplace::cuda {

struct LayerNorm {
  using Parameters = BatchedCall<LayerNormCall>;
  struct State {
    float mean, scale;
  };
  static constexpr int kSums = 2;

  static BITPLACE_DEVICE std::int64_t rows(const Parameters& p) { return p.count * p.batch; }

  template <int kSum>
  static BITPLACE_DEVICE float partial(const Parameters& p, const RowPart& part, State& state) {
    const float* x = p.call.input + part.row * p.call.channels;
    return sum_of_part(part, p.call.channels, [&](std::int64_t c) {
      if constexpr (kSum == 0) return x[c];
      const float difference = x[c] - state.mean;
      return difference * difference;
    });
  }
  template <int kSum>
  static BITPLACE_DEVICE void reduce(const Parameters& p, float (&partials)[kPartialSums], State& state) {
    const float mean = tree_sum(partials) / static_cast<float>(p.call.channels);
    if constexpr (kSum == 0) {
      state.mean = mean;
    } else {
      state.scale = static_cast<float>(
          1.0 / std::sqrt(static_cast<double>(mean) + static_cast<double>(p.call.epsilon)));
    }
  }
  static BITPLACE_DEVICE void finish(const Parameters& p, const RowPart& part, const State& state) {
    const std::int64_t row = part.row * p.call.channels;
    for (std::int64_t c = part.first; c < p.call.channels; c += kPartialSums) {
      const float normalized = (p.call.input[row + c] - state.mean) * state.scale;
      p.call.output[row + c] = normalized * p.call.weight[c] + p.call.bias[c];
    }
  }
};

}  // namespace bitplace::cuda
