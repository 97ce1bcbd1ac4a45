// L2 normalisation of descriptors (kernels/l2_normalize/l2_normalize.h) on the GPU: one block to a
// descriptor.
//
// The order of the sums leaves floats sixteen chains of additions. All threads fetch what comes next into
// shared memory, from which sixteen of them take it without waiting. Sums of s32 are exact: every thread has
// one of its own, and they come together in two steps.
#pragma once

#include "cuda/common/launch.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace::cuda {

template <typename Number>
struct L2NormalizeParameters {
  const Number* input;  // batch x count
  float* output;
  std::int64_t count;  // of one descriptor
  std::int32_t batch;
};

inline constexpr int kL2Threads = 256;

template <typename Number>
BITPLACE_DEVICE void scale_to_unit(const L2NormalizeParameters<Number>& p, const Position& at,
                                   double sum_of_squares) {
  const float scale = reciprocal_norm(sum_of_squares);
  const std::int64_t begin = at.block_x * p.count;
  for (std::int64_t i = at.thread; i < p.count; i += kL2Threads)
    p.output[begin + i] = number_of(p.input[begin + i]) * scale;
}

struct L2NormalizeFloatsKernel {
  using Parameters = L2NormalizeParameters<float>;
  static constexpr int kThreads = kL2Threads;
  static constexpr int kTile = 4096;
  struct Shared {
    float tile[kTile];
    float sums[kPartialSums];
  };
  struct Registers {
    float sum;
  };

  static Grid grid(const Parameters& p) { return {p.batch}; }

  static BITPLACE_DEVICE void fetch(const Parameters& p, const Position& at, std::int64_t first,
                                    Shared& shared) {
    const float* from = p.input + at.block_x * p.count + first;
    const std::int64_t left = p.count - first;
    for (std::int32_t i = at.thread; i < kTile && i < left; i += kThreads)
      shared.tile[i] = from[i];
  }

  static BITPLACE_DEVICE void add(const Position& at, std::int64_t left, const Shared& shared, Registers& r) {
    if (at.thread >= kPartialSums) return;
    const auto end = static_cast<std::int32_t>(smaller<std::int64_t>(left, kTile));
    for (std::int32_t i = at.thread; i < end; i += kPartialSums)
      r.sum = r.sum + shared.tile[i] * shared.tile[i];
  }

  static BITPLACE_DEVICE void finish(const Parameters& p, const Position& at, const Shared& shared) {
    float sums[kPartialSums];
    BITPLACE_UNROLL
    for (int i = 0; i < kPartialSums; ++i)
      sums[i] = shared.sums[i];
    scale_to_unit(p, at, static_cast<double>(tree_sum(sums)));
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position&, Registers& r) { r.sum = 0.0f; });
    for (std::int64_t first = 0; first < p.count; first += kTile) {
      block.each_thread([&](const Position& at, Registers&) { fetch(p, at, first, block.shared()); });
      block.synchronize();
      block.each_thread(
          [&](const Position& at, Registers& r) { add(at, p.count - first, block.shared(), r); });
      block.synchronize();
    }
    block.each_thread([&](const Position& at, Registers& r) {
      if (at.thread < kPartialSums) block.shared().sums[at.thread] = r.sum;
    });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) { finish(p, at, block.shared()); });
  }
};

struct L2NormalizeIntegersKernel {
  using Parameters = L2NormalizeParameters<std::int32_t>;
  static constexpr int kThreads = kL2Threads;
  static constexpr int kGroups = 16;  // of threads, whose sums one thread takes together
  struct Shared {
    std::int64_t sums[kThreads];
    std::int64_t group_sums[kGroups];
  };
  using Registers = Nothing;

  static Grid grid(const Parameters& p) { return {p.batch}; }

  static BITPLACE_DEVICE void square(const Parameters& p, const Position& at, Shared& shared) {
    std::int64_t sum = 0;
    for (std::int64_t i = at.thread; i < p.count; i += kThreads) {
      const std::int64_t x = p.input[at.block_x * p.count + i];
      sum += x * x;
    }
    shared.sums[at.thread] = sum;
  }

  template <int kCount>
  static BITPLACE_DEVICE std::int64_t total(const std::int64_t* sums) {
    std::int64_t sum = 0;
    BITPLACE_UNROLL
    for (int i = 0; i < kCount; ++i)
      sum += sums[i];
    return sum;
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    constexpr int kGroup = kThreads / kGroups;
    block.each_thread([&](const Position& at, Registers&) { square(p, at, block.shared()); });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) {
      if (at.thread < kGroups)
        block.shared().group_sums[at.thread] = total<kGroup>(block.shared().sums + at.thread * kGroup);
    });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) {
      scale_to_unit(p, at, static_cast<double>(total<kGroups>(block.shared().group_sums)));
    });
  }
};

}  // namespace bitplace::cuda
