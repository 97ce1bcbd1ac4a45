// Softmax with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include <limits>

#include "kernels/activation/elementary_lanes.h"
#include "kernels/common/lanes_ordered_sum.h"
#include "kernels/common/lanes_transform.h"
#include "kernels/softmax/softmax.h"

namespace bitplace {
namespace {

constexpr float kNoShare = -std::numeric_limits<float>::infinity();

// The last `count` channels, -infinity behind them: they are no maximum, and their share is 0.
template <typename L>
inline Sixteen<L> last_channels(const float* from, std::int64_t count) {
  float channels[kPartialSums];
  for (int i = 0; i < kPartialSums; ++i)
    channels[i] = kNoShare;
  __builtin_memcpy(channels, from, static_cast<std::size_t>(count) * sizeof(float));
  return load_sixteen<L>(channels);
}

template <typename L>
inline Sixteen<L> larger_of(const Sixteen<L>& taps, Sixteen<L> best) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    best.at[v] = L::larger(taps.at[v], best.at[v]);
  return best;
}

template <typename L>
inline float largest_of_sixteen(const Sixteen<L>& numbers) {
  float best[kPartialSums];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    L::store(best + v * Sixteen<L>::kLanes, numbers.at[v]);
  for (int half = kPartialSums / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i)
      best[i] = best[i + half] > best[i] ? best[i + half] : best[i];
  }
  return best[0];
}

template <typename L>
inline float largest_channel(const float* x, std::int64_t channels) {
  Sixteen<L> best;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    best.at[v] = L::set(kNoShare);
  std::int64_t c = 0;
  for (; c + kPartialSums <= channels; c += kPartialSums)
    best = larger_of<L>(load_sixteen<L>(x + c), best);
  if (c < channels) best = larger_of<L>(last_channels<L>(x + c, channels - c), best);
  return largest_of_sixteen<L>(best);
}

// Adds the powers of 16 channels to the sums and writes them.
template <typename L>
inline void add_powers(const Sixteen<L>& x, typename L::Floats largest, Sixteen<L>& sums, float* to) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v) {
    const typename L::Floats power = exp<L>(L::subtract(x.at[v], largest));
    sums.at[v] = L::add(sums.at[v], power);
    L::store(to + v * Sixteen<L>::kLanes, power);
  }
}

template <typename L>
inline void share(const float* x, float* y, std::int64_t channels) {
  const typename L::Floats largest = L::set(largest_channel<L>(x, channels));
  Sixteen<L> sums = sixteen_zeros<L>();
  std::int64_t c = 0;
  for (; c + kPartialSums <= channels; c += kPartialSums)
    add_powers<L>(load_sixteen<L>(x + c), largest, sums, y + c);
  if (c < channels) {
    float powers[kPartialSums];
    add_powers<L>(last_channels<L>(x + c, channels - c), largest, sums, powers);
    __builtin_memcpy(y + c, powers, static_cast<std::size_t>(channels - c) * sizeof(float));
  }
  const typename L::Floats scale = L::set(1.0f / total_of_sixteen<L>(sums));
  transform<L>(
      y, channels, [=](typename L::Floats power) { return L::multiply(power, scale); },
      static_cast<const float*>(y));
}

template <typename L>
void run(const SoftmaxCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t pixel = begin; pixel < end; ++pixel)
    share<L>(call.input + pixel * call.channels, call.output + pixel * call.channels, call.channels);
}

}  // namespace
}  // namespace bitplace
