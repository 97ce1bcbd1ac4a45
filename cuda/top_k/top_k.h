// The best few of many places on the GPU, exactly: larger keys first, equal ones in order of addition, as
// src/map/best_places.h orders them.
//
// A key and its place make one 64-bit number that orders as the pair does. Rounds of sorting: every block
// sorts kTopKChunk of the numbers in shared memory and passes its best on, until one block has them all. -0
// counts as 0, as it does on the CPU.
#pragma once

#include "cuda/common/launch.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"

namespace bitplace::cuda {

inline constexpr std::int64_t kTopKChunk = 2048;
// Half of a chunk: each round has at most half as many numbers as the one before.
inline constexpr std::int32_t kLargestTopK = kTopKChunk / 2;

struct TopKParameters {
  const float* keys;         // query_count x count, no NaN
  std::int64_t count;        // below 2^32
  std::int32_t query_count;  // below 65536
  std::int32_t best;         // at most kLargestTopK, at most count
  void* scratch;             // top_k_scratch_bytes, aligned to 8
  std::int64_t* places;      // query_count x best
  float* best_keys;          // likewise
};

// What one block of every chunk passes on.
BITPLACE_DEVICE std::int64_t top_k_passed_on(std::int64_t numbers, std::int32_t best) {
  return divide_up(numbers, kTopKChunk) * best;
}

// Two rounds' numbers, which take turns.
inline std::size_t top_k_scratch_bytes(std::int64_t count, std::int32_t query_count, std::int32_t best) {
  const std::int64_t passed_on = top_k_passed_on(count, best);
  return static_cast<std::size_t>(2 * passed_on * query_count) * sizeof(std::uint64_t);
}

// Nothing is below the number of any place.
inline constexpr std::uint64_t kNoPlace = 0;

BITPLACE_DEVICE std::uint64_t number_of_place(float key, std::int64_t place) {
  constexpr std::uint32_t kSign = 0x8000'0000u;
  const std::uint32_t bits = bits_of(key + 0.0f);
  const std::uint32_t ordered = (bits & kSign) != 0 ? ~bits : bits | kSign;
  return std::uint64_t{ordered} << 32 | static_cast<std::uint32_t>(~static_cast<std::uint32_t>(place));
}

BITPLACE_DEVICE std::int64_t place_of_number(std::uint64_t number) {
  return static_cast<std::uint32_t>(~static_cast<std::uint32_t>(number));
}

struct TopKRound {
  TopKParameters of;
  const std::uint64_t* numbers;  // query_count x count; null in the first round, which makes them of the keys
  std::uint64_t* passed_on;      // null in the last round, which writes places and keys
  std::int64_t count;            // of this round, per query
};

struct TopKKernel {
  using Parameters = TopKRound;
  static constexpr int kThreads = 256;
  struct Shared {
    std::uint64_t numbers[kTopKChunk];
  };
  using Registers = Nothing;

  static Grid grid(const Parameters& p) { return {divide_up(p.count, kTopKChunk), p.of.query_count}; }

  static BITPLACE_DEVICE void fetch(const Parameters& p, const Position& at, Shared& shared) {
    const std::int64_t first = at.block_x * kTopKChunk;
    const std::int64_t query = at.block_y * p.count;
    for (std::int32_t i = at.thread; i < kTopKChunk; i += kThreads) {
      const std::int64_t place = first + i;
      std::uint64_t number = kNoPlace;
      if (place < p.count) {
        number = p.numbers != nullptr ? p.numbers[query + place]
                                      : number_of_place(p.of.keys[query + place], place);
      }
      shared.numbers[i] = number;
    }
  }

  // A step of bitonic sorting, largest first: pairs `stride` apart, in runs of `size` that fall and rise in
  // turn.
  static BITPLACE_DEVICE void exchange(const Position& at, std::int32_t size, std::int32_t stride,
                                       Shared& shared) {
    for (std::int32_t pair = at.thread; pair < kTopKChunk / 2; pair += kThreads) {
      const std::int32_t low = pair / stride * stride * 2 + pair % stride;
      std::uint64_t& a = shared.numbers[low];
      std::uint64_t& b = shared.numbers[low + stride];
      const bool falls = (low & size) == 0;
      if ((a < b) != falls) continue;
      const std::uint64_t number = a;
      a = b;
      b = number;
    }
  }

  static BITPLACE_DEVICE void write(const Parameters& p, const Position& at, const Shared& shared) {
    const std::int32_t best = p.of.best;
    for (std::int32_t i = at.thread; i < best; i += kThreads) {
      if (p.passed_on != nullptr) {
        const std::int64_t to = at.block_y * top_k_passed_on(p.count, best) + at.block_x * best + i;
        p.passed_on[to] = shared.numbers[i];
        continue;
      }
      const std::int64_t place = place_of_number(shared.numbers[i]);
      p.of.places[at.block_y * best + i] = place;
      p.of.best_keys[at.block_y * best + i] = p.of.keys[at.block_y * p.of.count + place];
    }
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers&) { fetch(p, at, block.shared()); });
    block.synchronize();
    for (std::int32_t size = 2; size <= kTopKChunk; size *= 2) {
      for (std::int32_t stride = size / 2; stride > 0; stride /= 2) {
        block.each_thread(
            [&](const Position& at, Registers&) { exchange(at, size, stride, block.shared()); });
        block.synchronize();
      }
    }
    block.each_thread([&](const Position& at, Registers&) { write(p, at, block.shared()); });
  }
};

// Rounds in their order: run(round) each until one returns an error, which is 0 for none.
template <class Run>
int run_top_k(const TopKParameters& p, const Run& run) {
  auto* buffer = static_cast<std::uint64_t*>(p.scratch);
  std::uint64_t* other = buffer + top_k_passed_on(p.count, p.best) * p.query_count;
  TopKRound round = {p, nullptr, buffer, p.count};
  while (round.count > kTopKChunk) {
    const int error = run(round);
    if (error != 0) return error;
    round.numbers = round.passed_on;
    round.passed_on = other;
    other = const_cast<std::uint64_t*>(round.numbers);
    round.count = top_k_passed_on(round.count, p.best);
  }
  round.passed_on = nullptr;
  return run(round);
}

int launch_top_k(const void* parameters, void* stream);

}  // namespace bitplace::cuda
