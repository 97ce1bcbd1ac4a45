// An operation of the CPU's on a batch: the call that its row takes, for the first of several images.
#pragma once

#include <cstdint>

namespace bitplace::cuda {

// Images, or queries, of a launch: where blocks are counted by them, a grid's y and z take no more.
inline constexpr std::int32_t kMostBatch = 65535;

// Pointers are device memory. Inputs and outputs of further images lie behind those of the first without a
// gap; constants are the same for all.
template <class CpuCall>
struct BatchedCall {
  using Call = CpuCall;
  CpuCall call;
  std::int64_t count;  // per image, what the CPU's row is split by: elements, pixels, channels or clusters
  std::int32_t batch;  // at most kMostBatch
};

}  // namespace bitplace::cuda
