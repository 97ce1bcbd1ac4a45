// One query against many references: the control flow that instruction sets share, and dot products of
// floats. Included by instruction-set files only, internal linkage throughout. A distance D says
//
//   kStep                      bytes of a descriptor taken at once, at most 64
//   Query query(from)          a step of the query, ready for add()
//   start(), add(Sum, Query, reference), finish(Sum)
//
// Several references go together: they share the query's loads, and their chains of additions hide the
// latency. What is left behind whole steps is copied into a zeroed buffer, so nothing behind a reference's or
// the query's end is touched. Bound by memory where references do not fit a cache.
#pragma once

#include <cstddef>

#include "kernels/common/lanes_ordered_sum.h"
#include "kernels/distance/distance.h"

namespace bitplace {
namespace {

constexpr std::int64_t kLargestStep = 64;

// The last bytes of a descriptor, zeros behind them.
struct Rest {
  alignas(kLargestStep) std::uint8_t bytes[kLargestStep];
};

inline Rest copy_rest(const std::uint8_t* from, std::int64_t count) {
  Rest rest = {};
  __builtin_memcpy(rest.bytes, from, static_cast<std::size_t>(count));
  return rest;
}

// The reference whose step this is, far enough behind it to arrive in time. References that go together make
// as many streams, each a reference long: processors lose sight of them where references are of 512 to 2048
// bytes, and a search then reads memory at half its speed.
template <std::int64_t kStep>
inline void ask_for(const std::uint8_t* reference, std::int64_t offset, std::size_t ahead) {
  constexpr std::int64_t kLine = 64;
  constexpr int kRead = 0, kSecondLevelCache = 2;
  if (kStep >= kLine || offset % kLine == 0) __builtin_prefetch(reference + ahead, kRead, kSecondLevelCache);
}

// References [first, first + kCount).
template <std::size_t kCount, bool kAhead, typename D>
inline void compare(const D& distance, const DistanceCall& call, std::int64_t first, std::int64_t bytes) {
  const auto* query = static_cast<const std::uint8_t*>(call.query);
  const std::uint8_t* references = call.references + static_cast<std::size_t>(first) * call.stride;
  typename D::Sum sums[kCount];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < kCount; ++r)
    sums[r] = D::start();
  const std::int64_t whole = bytes / D::kStep * D::kStep;
  for (std::int64_t i = 0; i < whole; i += D::kStep) {
    const auto q = D::query(query + i);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kCount; ++r) {
      const std::uint8_t* reference = references + r * call.stride + i;
      if constexpr (kAhead) ask_for<D::kStep>(reference, i, call.ahead);
      sums[r] = D::add(sums[r], q, reference);
    }
  }
  if (whole < bytes) {
    const Rest query_rest = copy_rest(query + whole, bytes - whole);
    const auto q = D::query(query_rest.bytes);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kCount; ++r) {
      const Rest rest = copy_rest(references + r * call.stride + whole, bytes - whole);
      sums[r] = D::add(sums[r], q, rest.bytes);
    }
  }
  auto* output = static_cast<typename D::Output*>(call.output) + first;
#pragma GCC unroll 4
  for (std::size_t r = 0; r < kCount; ++r)
    output[r] = distance.finish(sums[r]);
}

// `kTogether` references at a time, `bytes` of each.
template <std::size_t kTogether, bool kAhead, typename D>
inline void compare_range(const D& distance, const DistanceCall& call, std::int64_t begin, std::int64_t end,
                          std::int64_t bytes) {
  constexpr auto kStep = static_cast<std::int64_t>(kTogether);
  for (; begin + kStep <= end; begin += kStep)
    compare<kTogether, kAhead>(distance, call, begin, bytes);
  for (; begin < end; ++begin)
    compare<1, kAhead>(distance, call, begin, bytes);
}

template <std::size_t kTogether, typename D>
inline void compare_all(const D& distance, const DistanceCall& call, std::int64_t begin, std::int64_t end,
                        std::int64_t bytes) {
  if (call.ahead != 0) {
    compare_range<kTogether, true>(distance, call, begin, end, bytes);
  } else {
    compare_range<kTogether, false>(distance, call, begin, end, bytes);
  }
}

// T: float, or std::uint16_t for f16.
template <typename L, typename T>
struct DotOfFloats {
  static constexpr std::int64_t kStep = kPartialSums * static_cast<std::int64_t>(sizeof(T));
  using Query = Sixteen<L>;
  using Sum = Sixteen<L>;
  using Output = float;
  static Query query(const std::uint8_t* from) { return load_sixteen<L>(reinterpret_cast<const T*>(from)); }
  static Sum start() { return sixteen_zeros<L>(); }
  static Sum add(const Sum& sum, const Query& q, const std::uint8_t* reference) {
    return add_products<L>(sum, q, query(reference));
  }
  static Output finish(const Sum& sum) { return total_of_sixteen<L>(sum); }
};

template <typename L, typename T, std::size_t kTogether>
void run_dot_of_floats(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<kTogether>(DotOfFloats<L, T>{}, call, begin, end,
                         call.dimension * static_cast<std::int64_t>(sizeof(T)));
}

}  // namespace
}  // namespace bitplace
