// The cosine of two s8 descriptors, for the map on the CPU and on a GPU. Baseline code only, because the
// function has external linkage.
#pragma once

#include "kernels/common/reference_numbers.h"

namespace bitplace {

// In binary64, rounded once to binary32; 0 where a norm is 0.
BITPLACE_DEVICE float cosine(std::int32_t dot, float norm, float other) {
  const double norms = static_cast<double>(norm) * static_cast<double>(other);
  if (norms == 0.0) return 0.0f;
  return clamp_number(static_cast<float>(static_cast<double>(dot) / norms), -1.0f, 1.0f);
}

}  // namespace bitplace
