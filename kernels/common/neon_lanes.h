// Loads and stores of fewer 32-bit values than a vector holds, without touching what lies behind them.
// Included by NEON files only; internal linkage throughout.
#pragma once

#include <arm_neon.h>

#include <cstdint>

namespace bitplace {
namespace {

inline constexpr std::int64_t kLanes = 4;

// The first `count` values (at most 4, none below 1), zeros behind them.
template <typename T>
inline uint32x4_t load_first(const T* from, std::int64_t count) {
  static_assert(sizeof(T) == 4);
  std::uint32_t lanes[kLanes] = {};
  for (std::int64_t i = 0; i < kLanes && i < count; ++i)
    __builtin_memcpy(lanes + i, from + i, 4);
  return vld1q_u32(lanes);
}

template <typename T>
inline void store_first(T* to, uint32x4_t values, std::int64_t count) {
  static_assert(sizeof(T) == 4);
  std::uint32_t lanes[kLanes];
  vst1q_u32(lanes, values);
  for (std::int64_t i = 0; i < kLanes && i < count; ++i)
    __builtin_memcpy(to + i, lanes + i, 4);
}

}  // namespace
}  // namespace bitplace
