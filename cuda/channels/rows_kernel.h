// The launch of operations that sum a row of floats, such as a pixel's channels, in the contract's order:
// sixteen threads to a row, thread i its elements i, i + 16, ..., which is partial sum i. What they found
// they exchange through shared memory, and each goes up the tree by itself, which saves barriers.
//
// An operation is
//
//   using Parameters;
//   struct State { ... };                                   // of one thread
//   static constexpr int kSums;                             // 1 or 2, one after the other
//   static std::int64_t rows(const Parameters&);
//   template <int kSum> static float partial(const Parameters&, const RowPart&, State&);
//   template <int kSum> static void reduce(const Parameters&, float (&partials)[kPartialSums], State&);
//   static void finish(const Parameters&, const RowPart&, State&);
#pragma once

#include "cuda/common/batched_call.h"
#include "cuda/common/launch.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace::cuda {

struct RowPart {
  std::int64_t row;
  std::int32_t first;  // of the elements, the others kPartialSums further each
};

// term(i) of a part of `count` elements, summed.
template <class Term>
BITPLACE_DEVICE float sum_of_part(const RowPart& part, std::int64_t count, const Term& term) {
  float sum = 0.0f;
  for (std::int64_t i = part.first; i < count; i += kPartialSums)
    sum = sum + term(i);
  return sum;
}

template <class Operation>
struct RowsKernel {
  using Parameters = typename Operation::Parameters;
  static constexpr int kThreads = 128;
  static constexpr int kRows = kThreads / kPartialSums;
  struct Shared {
    float partials[Operation::kSums][kRows][kPartialSums];
  };
  using Registers = typename Operation::State;

  static Grid grid(const Parameters& p) { return {divide_up<std::int64_t>(Operation::rows(p), kRows)}; }

  static BITPLACE_DEVICE RowPart part_of(const Position& at) {
    return {std::int64_t{at.block_x} * kRows + at.thread / kPartialSums, at.thread % kPartialSums};
  }

  template <int kSum>
  static BITPLACE_DEVICE void sum(const Parameters& p, const Position& at, Shared& shared, Registers& r) {
    const RowPart part = part_of(at);
    if (part.row >= Operation::rows(p)) return;
    shared.partials[kSum][at.thread / kPartialSums][part.first] =
        Operation::template partial<kSum>(p, part, r);
  }

  template <int kSum>
  static BITPLACE_DEVICE void reduce(const Parameters& p, const Position& at, const Shared& shared,
                                     Registers& r) {
    if (part_of(at).row >= Operation::rows(p)) return;
    float partials[kPartialSums];
    BITPLACE_UNROLL
    for (int i = 0; i < kPartialSums; ++i)
      partials[i] = shared.partials[kSum][at.thread / kPartialSums][i];
    Operation::template reduce<kSum>(p, partials, r);
  }

  static BITPLACE_DEVICE void finish(const Parameters& p, const Position& at, Registers& r) {
    const RowPart part = part_of(at);
    if (part.row < Operation::rows(p)) Operation::finish(p, part, r);
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers& r) { sum<0>(p, at, block.shared(), r); });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers& r) { reduce<0>(p, at, block.shared(), r); });
    if constexpr (Operation::kSums == 2) {
      block.each_thread([&](const Position& at, Registers& r) { sum<1>(p, at, block.shared(), r); });
      block.synchronize();
      block.each_thread([&](const Position& at, Registers& r) { reduce<1>(p, at, block.shared(), r); });
    }
    block.each_thread([&](const Position& at, Registers& r) { finish(p, at, r); });
  }
};

// What operations that make a row's length 1 share: the sum of squares and the factor. Derived has row(p,
// row), where a row begins, and elements(p), of a row.
template <class Derived, class OperationParameters>
struct UnitRows {
  using Parameters = OperationParameters;
  struct State {
    float scale;
  };
  static constexpr int kSums = 1;

  template <int kSum>
  static BITPLACE_DEVICE float partial(const Parameters& p, const RowPart& part, State&) {
    const float* x = Derived::row(p, part.row);
    return sum_of_part(part, Derived::elements(p), [&](std::int64_t i) { return x[i] * x[i]; });
  }
  template <int kSum>
  static BITPLACE_DEVICE void reduce(const Parameters&, float (&partials)[kPartialSums], State& state) {
    state.scale = reciprocal_norm(static_cast<double>(tree_sum(partials)));
  }
};

}  // namespace bitplace::cuda
