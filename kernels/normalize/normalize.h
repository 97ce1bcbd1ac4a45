// What the network reads for each byte of a row of pixels, three channels interleaved (image/normalize.h):
//   y = float(v) * multiplier[c] + offset[c], product and sum rounded to nearest even in binary32, never
//   fused f32: y      f16: y rounded to nearest even      s8: round_half_even(clamp(y, -127, 127))
// The table holds the same for every v. Rows are read and written exactly: both may be the user's memory.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Constants repeat from channel to channel as the bytes do, so that vectors of 4, 8 and 16 find theirs.
inline constexpr std::int64_t kNormalizeBlock = 48;

struct NormalizeMap {
  float multiplier[kNormalizeBlock];
  float offset[kNormalizeBlock];
  const void* table;  // [3][256] in the output's type; for s8 no |y| exceeds 2^24
};

struct NormalizeKernel {
  const char* name;
  IsaFeatures features;
  // `count` is a multiple of 3; the row starts with the first channel.
  void (*to_s8)(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, std::int8_t* out);
  void (*to_f32)(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, float* out);
  void (*to_f16)(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, std::uint16_t* out);
};

KernelTable<NormalizeKernel> normalize_kernels();

}  // namespace bitplace
