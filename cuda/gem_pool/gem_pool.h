// Generalized-mean pooling (kernels/gem_pool/gem_pool.h) on the GPU. A block makes kChannels channels of one
// image: thread (i, c) takes the pixels i, i + 16, ... of channel c, which is the definition's partial sum i,
// so the order of the sums is the parallelism. One thread of a channel then adds them up the tree.
#pragma once

#include "cuda/common/batched_call.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"
#include "kernels/activation/elementary_scalar.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/gem_pool/gem_pool.h"

namespace bitplace::cuda {

struct GemPoolKernel {
  using Parameters = BatchedCall<GemPoolCall>;  // its count is channels
  static constexpr int kChannels = kWarpSize;
  static constexpr int kThreads = kChannels * kPartialSums;
  struct Shared {
    float sums[kPartialSums][kChannels];
  };
  using Registers = Nothing;

  static Grid grid(const Parameters& p) {
    return {divide_up<std::int64_t>(p.call.channels, kChannels), p.batch};
  }

  static BITPLACE_DEVICE float power(float x, float p) {
    return p == 3.0f ? (x * x) * x : exp_of(p * log_of(x));
  }

  static BITPLACE_DEVICE std::int64_t channel(const Position& at) {
    return std::int64_t{at.block_x} * kChannels + at.lane();
  }

  static BITPLACE_DEVICE void sum_pixels(const Parameters& p, const Position& at, Shared& shared) {
    const GemPoolCall& call = p.call;
    if (channel(at) >= call.channels) return;
    const float* x = call.input + at.block_y * call.pixels * call.channels + channel(at);
    float sum = 0.0f;
    for (std::int64_t i = at.warp(); i < call.pixels; i += kPartialSums)
      sum = sum + power(at_least(x[i * call.channels], call.epsilon), call.p);
    shared.sums[at.warp()][at.lane()] = sum;
  }

  static BITPLACE_DEVICE void finish(const Parameters& p, const Position& at, const Shared& shared) {
    const GemPoolCall& call = p.call;
    if (at.warp() != 0 || channel(at) >= call.channels) return;
    float sums[kPartialSums];
    BITPLACE_UNROLL
    for (int i = 0; i < kPartialSums; ++i)
      sums[i] = shared.sums[i][at.lane()];
    const float mean = tree_sum(sums) / static_cast<float>(call.pixels);
    call.output[at.block_y * call.channels + channel(at)] = exp_of(log_of(mean) * (1.0f / call.p));
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Nothing&) { sum_pixels(p, at, block.shared()); });
    block.synchronize();
    block.each_thread([&](const Position& at, Nothing&) { finish(p, at, block.shared()); });
  }
};

}  // namespace bitplace::cuda
