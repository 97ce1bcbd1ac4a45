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
  Floats epsilon, p;

  explicit AnyPower(const GemPoolCall& call) : epsilon(L::set(call.epsilon)), p(L::set(call.p)) {}
  Floats operator()(Floats x) const { return exp<L>(L::multiply(p, log<L>(L::at_least(x, epsilon)))); }
};

template <typename L, std::size_t kVectors>
struct Channels {
  typename L::Floats at[kVectors];
};

// The sum of a subtree of ordered_sum.h: of partial sums kFirst, kFirst + kApart, kFirst + 2 kApart ...
// Taking one partial sum after the other, each over every sixteenth pixel, leaves five alive at most.
template <typename L, std::size_t kVectors, int kFirst, int kApart, typename Power>
inline Channels<L, kVectors> sum_powers(const GemPoolCall& call, const float* channel, const Power& power) {
  if constexpr (kApart == kPartialSums) {
    Channels<L, kVectors> sum;
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v)
      sum.at[v] = L::set(0.0f);
    for (std::int64_t i = kFirst; i < call.pixels; i += kPartialSums) {
      const float* x = channel + i * call.channels;
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v)
        sum.at[v] = L::add(sum.at[v], power(L::load(x + v * static_cast<std::size_t>(L::kFloats))));
    }
    return sum;
  } else {
    Channels<L, kVectors> sum = sum_powers<L, kVectors, kFirst, 2 * kApart>(call, channel, power);
    const Channels<L, kVectors> other =
        sum_powers<L, kVectors, kFirst + kApart, 2 * kApart>(call, channel, power);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v)
      sum.at[v] = L::add(sum.at[v], other.at[v]);
    return sum;
  }
}

template <typename L, std::size_t kVectors, typename Power>
inline Channels<L, kVectors> pool(const GemPoolCall& call, std::int64_t channel, const Power& power) {
  using Floats = typename L::Floats;
  Channels<L, kVectors> result = sum_powers<L, kVectors, 0, 1>(call, call.input + channel, power);
  const Floats pixels = L::set(static_cast<float>(call.pixels));
  const Floats exponent = L::set(1.0f / call.p);
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v)
    result.at[v] = exp<L>(L::multiply(log<L>(L::divide(result.at[v], pixels)), exponent));
  return result;
}

// Whole vectors are read, an arena tensor's tail allows it.
template <typename L, typename Power>
inline void run_power(const GemPoolCall& call, std::int64_t begin, std::int64_t end) {
  constexpr std::size_t kVectors = 4;
  constexpr auto kLanes = static_cast<std::size_t>(L::kFloats);
  const Power power(call);
  for (; begin + static_cast<std::int64_t>(kVectors) * L::kFloats <= end;
       begin += static_cast<std::int64_t>(kVectors) * L::kFloats) {
    const Channels<L, kVectors> result = pool<L, kVectors>(call, begin, power);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v)
      L::store(call.output + begin + v * kLanes, result.at[v]);
  }
  for (; begin < end; begin += L::kFloats) {
    const std::int64_t count = end - begin < L::kFloats ? end - begin : L::kFloats;
    float result[kLanes];
    L::store(result, pool<L, 1>(call, begin, power).at[0]);
    __builtin_memcpy(call.output + begin, result, static_cast<std::size_t>(count) * sizeof(float));
  }
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
