// The one order in which float sums are taken, so that every instruction set gives the same bits: 16
// interleaved partial sums, element i into sum i % 16, then halves added to halves: s[i] + s[i + 8], + 4, +
// 2, + 1.
#pragma once

#include "cuda/common/host_device.h"

namespace bitplace {
namespace {

inline constexpr int kPartialSums = 16;

// Adds the halves; overwrites `sums`.
BITPLACE_DEVICE float tree_sum(float* sums) {
  for (int half = kPartialSums / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i)
      sums[i] = sums[i] + sums[i + half];
  }
  return sums[0];
}

}  // namespace
}  // namespace bitplace
