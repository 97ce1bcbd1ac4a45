// Softmax over each pixel's channels (kernels/softmax/softmax.h) on the GPU. The first of the two sums is a
// maximum, whose order is free; exponentials wait in the output for their sum.
#pragma once

#include "cuda/channels/rows_kernel.h"
#include "kernels/activation/elementary_scalar.h"
#include "kernels/softmax/softmax.h"

namespace bitplace::cuda {

struct Softmax {
  using Parameters = BatchedCall<SoftmaxCall>;
  struct State {
    float largest, scale;
  };
  static constexpr int kSums = 2;
  static constexpr float kLowest = -__builtin_huge_valf();

  static BITPLACE_DEVICE std::int64_t rows(const Parameters& p) { return p.count * p.batch; }

  template <int kSum>
  static BITPLACE_DEVICE float partial(const Parameters& p, const RowPart& part, State& state) {
    const std::int64_t channels = p.call.channels;
    const float* x = p.call.input + part.row * channels;
    if constexpr (kSum == 0) {
      float largest = kLowest;
      for (std::int64_t c = part.first; c < channels; c += kPartialSums)
        largest = x[c] > largest ? x[c] : largest;
      return largest;
    } else {
      float* y = p.call.output + part.row * channels;
      return sum_of_part(part, channels, [&](std::int64_t c) { return y[c] = exp_of(x[c] - state.largest); });
    }
  }
  template <int kSum>
  static BITPLACE_DEVICE void reduce(const Parameters&, float (&partials)[kPartialSums], State& state) {
    if constexpr (kSum == 0) {
      state.largest = kLowest;
      BITPLACE_UNROLL
      for (int i = 0; i < kPartialSums; ++i)
        state.largest = partials[i] > state.largest ? partials[i] : state.largest;
    } else {
      state.scale = 1.0f / tree_sum(partials);
    }
  }
  static BITPLACE_DEVICE void finish(const Parameters& p, const RowPart& part, const State& state) {
    float* y = p.call.output + part.row * p.call.channels;
    for (std::int64_t c = part.first; c < p.call.channels; c += kPartialSums)
      y[c] = y[c] * state.scale;
  }
};

}  // namespace bitplace::cuda
