// Queries against stored descriptors (kernels/distance/distance.h) on the GPU.
//
// Sixteen threads to a reference, kReferences references to a block, queries along the grid's y. For floats
// thread i has elements i, i + 16, ..., which is the contract's partial sum i. Bits and s8 are integers,
// whose order is free: where query, references and their distance are multiples of 16 bytes a thread takes
// packets of 16 bytes in turn with the others, elsewhere single bytes. One thread of a reference then adds up
// the sixteen, floats along the tree.
#pragma once

#include "cuda/common/launch.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"
#include "cuda/common/scalar_math.h"
#include "kernels/common/ordered_sum.h"

namespace bitplace::cuda {

struct DistanceParameters {
  const std::uint8_t* queries;  // one behind another, query_bytes apart
  const std::uint8_t* references;
  std::int64_t query_bytes, reference_bytes;  // from one to the next; floats and halves lie aligned
  std::int64_t dimension;                     // bits, or s8, f16 or f32 elements
  std::int64_t count;                         // references
  std::int32_t query_count;
  void* output;  // query_count x count: s32 (hamming, dot_s8) or f32
};

// sum + the products of four s8 and four s8.
BITPLACE_DEVICE std::int32_t add_products(std::uint32_t a, std::uint32_t b, std::int32_t sum) {
#if defined(__CUDA_ARCH__)
  return __dp4a(static_cast<int>(a), static_cast<int>(b), sum);
#else
  for (int shift = 0; shift < 32; shift += 8)
    sum += static_cast<std::int8_t>(a >> shift) * static_cast<std::int8_t>(b >> shift);
  return sum;
#endif
}

// What a thread of sixteen has of one pair.
struct DistancePart {
  const std::uint8_t* query;
  const std::uint8_t* reference;
  std::int32_t first;
};

// Comparison::add_word(sum, query, reference) of four bytes each, zeros where there are fewer.
template <class Comparison>
struct DistanceOfIntegers {
  using Sum = std::int32_t;

  static BITPLACE_DEVICE bool takes_packets(const DistanceParameters& p) {
    return fits_packets<std::uint8_t, kPacketBytes>(p.queries) && p.query_bytes % kPacketBytes == 0 &&
           fits_packets<std::uint8_t, kPacketBytes>(p.references) && p.reference_bytes % kPacketBytes == 0;
  }

  static BITPLACE_DEVICE Sum partial(const DistanceParameters& p, const DistancePart& part) {
    constexpr int kWords = kPacketBytes / 4;
    const std::int64_t bytes = Comparison::bytes(p.dimension);
    const std::int64_t whole = takes_packets(p) ? bytes / kPacketBytes * kPacketBytes : 0;
    Sum sum = 0;
    for (std::int64_t i = part.first * kPacketBytes; i < whole; i += kPartialSums * kPacketBytes) {
      const auto q = load<kWords>(reinterpret_cast<const std::uint32_t*>(part.query + i));
      const auto r = load<kWords>(reinterpret_cast<const std::uint32_t*>(part.reference + i));
      BITPLACE_UNROLL
      for (int w = 0; w < kWords; ++w)
        sum = Comparison::add_word(sum, q.at[w], r.at[w]);
    }
    for (std::int64_t i = whole + part.first; i < bytes; i += kPartialSums)
      sum = Comparison::add_word(sum, part.query[i], part.reference[i]);
    return sum;
  }

  static BITPLACE_DEVICE Sum total(Sum (&sums)[kPartialSums]) {
    Sum sum = 0;
    BITPLACE_UNROLL
    for (int i = 0; i < kPartialSums; ++i)
      sum += sums[i];
    return sum;
  }
};

struct Hamming : DistanceOfIntegers<Hamming> {
  static BITPLACE_DEVICE std::int64_t bytes(std::int64_t dimension) {
    return divide_up<std::int64_t>(dimension, 8);
  }
  static BITPLACE_DEVICE Sum add_word(Sum sum, std::uint32_t q, std::uint32_t r) {
    return sum + population_count(q ^ r);
  }
};

struct DotOfCodes : DistanceOfIntegers<DotOfCodes> {
  static BITPLACE_DEVICE std::int64_t bytes(std::int64_t dimension) { return dimension; }
  static BITPLACE_DEVICE Sum add_word(Sum sum, std::uint32_t q, std::uint32_t r) {
    return add_products(q, r, sum);
  }
};

// Number: float, or std::uint16_t for f16.
template <typename Number>
struct DotOfFloats {
  using Sum = float;

  static BITPLACE_DEVICE Sum partial(const DistanceParameters& p, const DistancePart& part) {
    const auto* q = reinterpret_cast<const Number*>(part.query);
    const auto* r = reinterpret_cast<const Number*>(part.reference);
    Sum sum = 0.0f;
    for (std::int64_t i = part.first; i < p.dimension; i += kPartialSums)
      sum = sum + number_of(q[i]) * number_of(r[i]);
    return sum;
  }

  static BITPLACE_DEVICE Sum total(Sum (&sums)[kPartialSums]) { return tree_sum(sums); }
};

template <class Distance>
struct DistanceKernel {
  using Parameters = DistanceParameters;
  using Sum = typename Distance::Sum;
  static constexpr int kReferences = 16;
  static constexpr int kThreads = kReferences * kPartialSums;
  struct Shared {
    Sum sums[kReferences][kPartialSums + 1];  // one more, so that rows begin in different banks
  };
  using Registers = Nothing;

  static Grid grid(const Parameters& p) {
    return {divide_up<std::int64_t>(p.count, kReferences), p.query_count};
  }

  static BITPLACE_DEVICE std::int64_t reference(const Position& at, std::int32_t in_block) {
    return std::int64_t{at.block_x} * kReferences + in_block;
  }

  static BITPLACE_DEVICE void compare(const Parameters& p, const Position& at, Shared& shared) {
    const std::int32_t in_block = at.thread / kPartialSums;
    if (reference(at, in_block) >= p.count) return;
    const DistancePart part = {p.queries + at.block_y * p.query_bytes,
                               p.references + reference(at, in_block) * p.reference_bytes,
                               at.thread % kPartialSums};
    shared.sums[in_block][part.first] = Distance::partial(p, part);
  }

  static BITPLACE_DEVICE void finish(const Parameters& p, const Position& at, const Shared& shared) {
    if (at.thread >= kReferences || reference(at, at.thread) >= p.count) return;
    Sum sums[kPartialSums];
    BITPLACE_UNROLL
    for (int i = 0; i < kPartialSums; ++i)
      sums[i] = shared.sums[at.thread][i];
    static_cast<Sum*>(p.output)[at.block_y * p.count + reference(at, at.thread)] = Distance::total(sums);
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers&) { compare(p, at, block.shared()); });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) { finish(p, at, block.shared()); });
  }
};

}  // namespace bitplace::cuda
