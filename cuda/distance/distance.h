// Queries against stored descriptors (kernels/distance/distance.h) on the GPU.
//
// Sixteen threads to a reference, kDistanceReferences references to a block, kDistanceQueries queries at a
// time, so that memory is read once for all of these. For floats thread i has elements i, i + 16, ..., which
// is the contract's partial sum i. Bits and s8 are integers, whose order is free: where queries, references
// and their distances are multiples of 16 bytes a thread takes packets of 16 bytes in turn with the others,
// elsewhere single bytes. One thread of a pair then adds up the sixteen, floats along the tree. Registers: a
// packet and kDistanceQueries sums. Not measured.
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
  std::int32_t query_count;                   // below 65536
  void* output;                               // query_count x count: s32 (hamming, dot_s8) or f32
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

inline constexpr int kDistanceReferences = 16;
inline constexpr int kDistanceQueries = 4;

// A thread's part of one reference and the block's queries.
struct DistancePart {
  const std::uint8_t* queries;
  std::int32_t query_count;  // at most kDistanceQueries
  const std::uint8_t* reference;
  std::int32_t first;
};

// compare(query number, query) for each of the part's queries.
template <class Compare>
BITPLACE_DEVICE void each_query(const DistanceParameters& p, const DistancePart& part,
                                const Compare& compare) {
  BITPLACE_UNROLL
  for (int q = 0; q < kDistanceQueries; ++q) {
    if (q < part.query_count) compare(q, part.queries + q * p.query_bytes);
  }
}

// Comparison::add_word(sum, query, reference) of four bytes each, zeros where there are fewer.
template <class Comparison>
struct DistanceOfIntegers {
  using Sum = std::int32_t;

  static BITPLACE_DEVICE bool takes_packets(const DistanceParameters& p) {
    return fits_packets<std::uint8_t, kPacketBytes>(p.queries) && p.query_bytes % kPacketBytes == 0 &&
           fits_packets<std::uint8_t, kPacketBytes>(p.references) && p.reference_bytes % kPacketBytes == 0;
  }

  static BITPLACE_DEVICE void add(const DistanceParameters& p, const DistancePart& part,
                                  Sum (&sums)[kDistanceQueries]) {
    constexpr int kWords = kPacketBytes / 4;
    const std::int64_t bytes = Comparison::bytes(p.dimension);
    const std::int64_t whole = takes_packets(p) ? bytes / kPacketBytes * kPacketBytes : 0;
    for (std::int64_t i = part.first * kPacketBytes; i < whole; i += kPartialSums * kPacketBytes) {
      const auto r = load<kWords>(reinterpret_cast<const std::uint32_t*>(part.reference + i));
      each_query(p, part, [&](int query, const std::uint8_t* from) {
        const auto q = load<kWords>(reinterpret_cast<const std::uint32_t*>(from + i));
        BITPLACE_UNROLL
        for (int w = 0; w < kWords; ++w)
          sums[query] = Comparison::add_word(sums[query], q.at[w], r.at[w]);
      });
    }
    for (std::int64_t i = whole + part.first; i < bytes; i += kPartialSums) {
      each_query(p, part, [&](int query, const std::uint8_t* from) {
        sums[query] = Comparison::add_word(sums[query], from[i], part.reference[i]);
      });
    }
  }

  static BITPLACE_DEVICE Sum total(Sum (&partials)[kPartialSums]) {
    Sum sum = 0;
    BITPLACE_UNROLL
    for (int i = 0; i < kPartialSums; ++i)
      sum += partials[i];
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

  static BITPLACE_DEVICE void add(const DistanceParameters& p, const DistancePart& part,
                                  Sum (&sums)[kDistanceQueries]) {
    const auto* reference = reinterpret_cast<const Number*>(part.reference);
    for (std::int64_t i = part.first; i < p.dimension; i += kPartialSums) {
      const float r = number_of(reference[i]);
      each_query(p, part, [&](int query, const std::uint8_t* from) {
        sums[query] = sums[query] + number_of(reinterpret_cast<const Number*>(from)[i]) * r;
      });
    }
  }

  static BITPLACE_DEVICE Sum total(Sum (&partials)[kPartialSums]) { return tree_sum(partials); }
};

template <class Distance>
struct DistanceKernel {
  using Parameters = DistanceParameters;
  using Sum = typename Distance::Sum;
  static constexpr int kThreads = kDistanceReferences * kPartialSums;
  struct Shared {
    // One more than there are, so that a reference's begin in a bank of their own.
    Sum sums[kDistanceQueries][kDistanceReferences][kPartialSums + 1];
  };
  using Registers = Nothing;

  static Grid grid(const Parameters& p) {
    return {divide_up<std::int64_t>(p.count, kDistanceReferences),
            divide_up(p.query_count, kDistanceQueries)};
  }

  static BITPLACE_DEVICE std::int64_t reference(const Position& at, std::int32_t in_block) {
    return std::int64_t{at.block_x} * kDistanceReferences + in_block;
  }

  static BITPLACE_DEVICE void compare(const Parameters& p, const Position& at, Shared& shared) {
    const std::int32_t in_block = at.thread / kPartialSums;
    if (reference(at, in_block) >= p.count) return;
    const std::int32_t first_query = at.block_y * kDistanceQueries;
    const DistancePart part = {
        p.queries + first_query * p.query_bytes, smaller(p.query_count - first_query, kDistanceQueries),
        p.references + reference(at, in_block) * p.reference_bytes, at.thread % kPartialSums};
    Sum sums[kDistanceQueries] = {};
    Distance::add(p, part, sums);
    BITPLACE_UNROLL
    for (int q = 0; q < kDistanceQueries; ++q)
      shared.sums[q][in_block][part.first] = sums[q];
  }

  // A thread to a pair.
  static BITPLACE_DEVICE void finish(const Parameters& p, const Position& at, const Shared& shared) {
    const std::int32_t in_block = at.thread % kDistanceReferences;
    const std::int32_t in_queries = at.thread / kDistanceReferences;
    const std::int64_t query = std::int64_t{at.block_y} * kDistanceQueries + in_queries;
    if (in_queries >= kDistanceQueries || query >= p.query_count) return;
    if (reference(at, in_block) >= p.count) return;
    Sum partials[kPartialSums];
    BITPLACE_UNROLL
    for (int i = 0; i < kPartialSums; ++i)
      partials[i] = shared.sums[in_queries][in_block][i];
    static_cast<Sum*>(p.output)[query * p.count + reference(at, in_block)] = Distance::total(partials);
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers&) { compare(p, at, block.shared()); });
    block.synchronize();
    block.each_thread([&](const Position& at, Registers&) { finish(p, at, block.shared()); });
  }
};

}  // namespace bitplace::cuda
