// Generalized-mean pooling with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/activation/elementary_lanes.h"
#include "kernels/common/lanes_transform.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/gem_pool/gem_pool.h"

namespace bitplace {
namespace {

template <typename L>
struct Cube {
  using Floats = typename L::Floats;
  static constexpr std::size_t kVectors = 4;
  Floats epsilon;

  explicit Cube(const GemPoolCall& call) : epsilon(L::set(call.epsilon)) {}
  Floats operator()(Floats x) const {
    const Floats inside = L::at_least(x, epsilon);
    return L::multiply(L::multiply(inside, inside), inside);
  }
};

template <typename L>
struct AnyPower {
  using Floats = typename L::Floats;
  static constexpr std::size_t kVectors = 1;
  Floats epsilon, p;

  explicit AnyPower(const GemPoolCall& call) : epsilon(L::set(call.epsilon)), p(L::set(call.p)) {}
  Floats operator()(Floats x) const {
    return exp<L>(L::multiply(p, log_of_normal<L>(L::at_least(x, epsilon))));
  }
};

template <typename L, std::size_t kVectors>
struct Channels {
  typename L::Floats at[kVectors];
};

template <typename L, std::size_t kVectors, typename Power>
inline void add_powers(Channels<L, kVectors>& sum, const float* x, const Power& power) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v)
    sum.at[v] = L::add(sum.at[v], power(L::load(x + v * static_cast<std::size_t>(L::kFloats))));
}

// Partial sums first and first + 1. Neighbouring pixels are taken together because distant ones fall into the
// same set of the first-level cache where channels are a multiple of a high power of two.
template <typename L, std::size_t kVectors, typename Power>
inline void sum_pair(const GemPoolCall& call, const float* channel, std::int64_t first, const Power& power,
                     Channels<L, kVectors>* sums) {
  Channels<L, kVectors> even, odd;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v)
    even.at[v] = odd.at[v] = L::set(0.0f);
  const float* x = channel + first * call.channels;
  std::int64_t left = call.pixels - first;
  for (; left >= 2; left -= kPartialSums, x += kPartialSums * call.channels) {
    add_powers<L>(even, x, power);
    add_powers<L>(odd, x + call.channels, power);
  }
  if (left == 1) add_powers<L>(even, x, power);
  sums[first] = even;
  sums[first + 1] = odd;
}

template <typename L, std::size_t kVectors, typename Power>
inline Channels<L, kVectors> sum_powers(const GemPoolCall& call, const float* channel, const Power& power) {
  Channels<L, kVectors> sums[kPartialSums];
  for (std::int64_t first = 0; first < kPartialSums; first += 2)
    sum_pair<L, kVectors>(call, channel, first, power, sums);
  for (int half = kPartialSums / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v)
        sums[i].at[v] = L::add(sums[i].at[v], sums[i + half].at[v]);
    }
  }
  return sums[0];
}

// First sums, then roots, so that the long chains of log and exp do not wait for sums. Whole vectors are
// read, an arena tensor's tail allows it.
template <typename L, typename Power>
inline void run_power(const GemPoolCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  constexpr std::size_t kVectors = Power::kVectors;
  constexpr auto kLanes = static_cast<std::size_t>(L::kFloats);
  constexpr auto kStep = static_cast<std::int64_t>(kVectors) * L::kFloats;
  const Power power(call);
  std::int64_t channel = begin;
  for (; channel + kStep <= end; channel += kStep) {
    const Channels<L, kVectors> sum = sum_powers<L, kVectors>(call, call.input + channel, power);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v)
      L::store(call.output + channel + v * kLanes, sum.at[v]);
  }
  for (; channel < end; channel += L::kFloats) {
    const std::int64_t count = end - channel < L::kFloats ? end - channel : L::kFloats;
    float sums[kLanes];
    L::store(sums, sum_powers<L, 1>(call, call.input + channel, power).at[0]);
    __builtin_memcpy(call.output + channel, sums, static_cast<std::size_t>(count) * sizeof(float));
  }
  const Floats pixels = L::set(static_cast<float>(call.pixels));
  const Floats exponent = L::set(1.0f / call.p);
  transform<L>(
      call.output + begin, end - begin,
      [=](Floats sum) { return exp<L>(L::multiply(log<L>(L::divide(sum, pixels)), exponent)); },
      static_cast<const float*>(call.output + begin));
}

template <typename L>
void run(const GemPoolCall& call, std::int64_t begin, std::int64_t end) {
  if (call.p == 3.0f) {
    run_power<L, Cube<L>>(call, begin, end);
  } else {
    run_power<L, AnyPower<L>>(call, begin, end);
  }
}

}  // namespace
}  // namespace bitplace
