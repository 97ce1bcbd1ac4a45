// Softmax with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include <limits>

#include "kernels/activation/elementary_lanes.h"
#include "kernels/common/lanes_pixels.h"
#include "kernels/softmax/softmax.h"

namespace bitplace {
namespace {

template <typename L>
inline Sixteen<L> larger_of(const Sixteen<L>& taps, Sixteen<L> best) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    best.at[v] = L::larger(taps.at[v], best.at[v]);
  return best;
}

// The order of comparisons is free: the last 16 channels may overlap the others.
template <typename L>
inline float largest_channel(const float* x, std::int64_t channels) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  if (channels < kPartialSums) {
    float largest = kLowest;
    for (std::int64_t c = 0; c < channels; ++c)
      largest = x[c] > largest ? x[c] : largest;
    return largest;
  }
  Sixteen<L> best;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    best.at[v] = L::set(kLowest);
  for (std::int64_t c = 0; c + kPartialSums <= channels; c += kPartialSums)
    best = larger_of<L>(load_sixteen<L>(x + c), best);
  best = larger_of<L>(load_sixteen<L>(x + channels - kPartialSums), best);
  return fold_sixteen<L>(best, [](typename L::Floats a, typename L::Floats b) { return L::larger(a, b); });
}

// The powers of 16 channels, added to the sums.
template <typename L>
inline Sixteen<L> add_powers(const Sixteen<L>& x, typename L::Floats largest, Sixteen<L>& sums) {
  Sixteen<L> powers;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v) {
    powers.at[v] = exp<L>(L::subtract(x.at[v], largest));
    sums.at[v] = L::add(sums.at[v], powers.at[v]);
  }
  return powers;
}

template <typename L>
inline void store_sixteen(float* to, const Sixteen<L>& numbers) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
    L::store(to + v * Sixteen<L>::kLanes, numbers.at[v]);
}

// Writes the powers of a pixel and returns their sum. Behind the last channel stands -infinity, whose power
// is 0.
template <typename L>
inline float write_powers(const float* x, float* y, std::int64_t channels) {
  const typename L::Floats largest = L::set(largest_channel<L>(x, channels));
  Sixteen<L> sums = sixteen_zeros<L>();
  std::int64_t c = 0;
  for (; c + kPartialSums <= channels; c += kPartialSums)
    store_sixteen<L>(y + c, add_powers<L>(load_sixteen<L>(x + c), largest, sums));
  if (c < channels) {
    float last[2 * kPartialSums];
    store_sixteen<L>(last, load_sixteen<L>(x + c));
    for (std::int64_t i = 0; i < kPartialSums; ++i)
      last[channels - c + i] = -std::numeric_limits<float>::infinity();
    store_sixteen<L>(last, add_powers<L>(load_sixteen<L>(last), largest, sums));
    __builtin_memcpy(y + c, last, static_cast<std::size_t>(channels - c) * sizeof(float));
  }
  return total_of_sixteen<L>(sums);
}

// Several pixels: one's sum and division wait while another's powers are taken.
template <typename L, std::size_t kPixels>
inline void share(const float* x, float* y, std::int64_t channels) {
  float sums[kPixels];
  for (std::size_t p = 0; p < kPixels; ++p) {
    const std::int64_t pixel = static_cast<std::int64_t>(p) * channels;
    sums[p] = write_powers<L>(x + pixel, y + pixel, channels);
  }
  for (std::size_t p = 0; p < kPixels; ++p) {
    const typename L::Floats scale = L::set(1.0f / sums[p]);
    float* powers = y + static_cast<std::int64_t>(p) * channels;
    transform<L>(
        powers, channels, [=](typename L::Floats power) { return L::multiply(power, scale); },
        static_cast<const float*>(powers));
  }
}

template <typename L>
void run(const SoftmaxCall& call, std::int64_t begin, std::int64_t end) {
  for_each_pixels<L>(begin, end, [&](auto pixels, std::int64_t first) {
    share<L, pixels>(call.input + first * call.channels, call.output + first * call.channels, call.channels);
  });
}

}  // namespace
}  // namespace bitplace
