// Ordered sums over the channels of several pixels at a time, with the lanes L of an instruction set: one
// pixel's partial sums are a chain of additions, several pixels' hide its latency. Included by
// instruction-set files only, internal linkage throughout.
#pragma once

#include <type_traits>

#include "kernels/common/lanes_ordered_sum.h"
#include "kernels/common/lanes_transform.h"

namespace bitplace {
namespace {

// As many pixels as leave registers free for their 16 partial sums each.
template <typename L>
inline constexpr std::size_t kPixelsAtOnce = L::kRegisters / Sixteen<L>::kVectors >= 8 ? 4 : 2;

// totals[p] = the ordered sum of term(x, p) over the channels x of pixel p. A lane behind the last channel
// adds 0, which changes no partial sum because none is ever -0.
template <typename L, std::size_t kPixels, typename Term>
inline void sum_channels(const float* input, std::int64_t channels, Term term, float* totals) {
  Sixteen<L> sums[kPixels];
#pragma GCC unroll 4
  for (std::size_t p = 0; p < kPixels; ++p)
    sums[p] = sixteen_zeros<L>();
  std::int64_t c = 0;
  for (; c + kPartialSums <= channels; c += kPartialSums) {
#pragma GCC unroll 4
    for (std::size_t p = 0; p < kPixels; ++p) {
      const Sixteen<L> x = load_sixteen<L>(input + static_cast<std::int64_t>(p) * channels + c);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
        sums[p].at[v] = L::add(sums[p].at[v], term(x.at[v], p));
    }
  }
  if (c < channels) {
    const auto behind = static_cast<std::size_t>(kPartialSums - (channels - c)) * sizeof(float);
    for (std::size_t p = 0; p < kPixels; ++p) {
      const float* last = input + static_cast<std::int64_t>(p) * channels + c;
      const Sixteen<L> x = load_sixteen<L>(first_elements<kPartialSums>(last, channels - c).at);
      float terms[kPartialSums];
      for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
        L::store(terms + v * Sixteen<L>::kLanes, term(x.at[v], p));
      __builtin_memset(terms + (channels - c), 0, behind);
      for (std::size_t v = 0; v < Sixteen<L>::kVectors; ++v)
        sums[p].at[v] = L::add(sums[p].at[v], L::load(terms + v * Sixteen<L>::kLanes));
    }
  }
  for (std::size_t p = 0; p < kPixels; ++p)
    totals[p] = total_of_sixteen<L>(sums[p]);
}

// Calls run(constant number of pixels, first pixel) for pixels [begin, end), several at once as far as they
// go.
template <typename L, typename Run>
inline void for_each_pixels(std::int64_t begin, std::int64_t end, Run run) {
  constexpr auto kTogether = static_cast<std::int64_t>(kPixelsAtOnce<L>);
  for (; begin + kTogether <= end; begin += kTogether)
    run(std::integral_constant<std::size_t, kPixelsAtOnce<L>>(), begin);
  for (; begin < end; ++begin)
    run(std::integral_constant<std::size_t, 1>(), begin);
}

}  // namespace
}  // namespace bitplace
