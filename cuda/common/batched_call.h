// An operation of the CPU's on a batch: the call that its row takes, for the first of several images.
#pragma once

#include <cstdint>

namespace bitplace::cuda {

// Pointers are device memory. Inputs and outputs of further images lie behind those of the first without a
// gap; constants are the same for all.
template <class CpuCall>
struct BatchedCall {
  using Call = CpuCall;
  CpuCall call;
  std::int64_t count;  // per image, what the CPU's row is split by: elements, pixels, channels or clusters
  std::int32_t batch;  // below 65536
};

}  // namespace bitplace::cuda
