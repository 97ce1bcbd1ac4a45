// Accumulators that stay where they are. Included by NEON files only; internal linkage throughout.
#pragma once

namespace bitplace {
namespace {

// Keeps an accumulator in its register from here on: g++ 12 would load all weights of a step first, and copy
// or spill accumulators to make room for them.
template <typename Accumulator>
inline void pin(Accumulator& sums) {
  __asm__ volatile("" : "+w"(sums));
}

template <typename Accumulator>
inline void pin(Accumulator& first, Accumulator& second) {
  __asm__ volatile("" : "+w"(first), "+w"(second));
}

}  // namespace
}  // namespace bitplace
