// Separable filters with any number of taps, over rows of bytes: columns first, then rows
// (docs/preprocessing.md defines the weights).
//
// A weight is high * 2^15 + low, 0 <= low < 2^15, which splits 22-bit weights into two factors of a 16-bit
// product.
//   columns_to_bytes    clamp((sum of weight * byte + 2^21) >> 22, 0, 255)
//   rows_of_bytes       the same over rows
//   columns_to_shorts   (sum of high * byte + 2^(shift - 1)) >> shift
//   rows_of_shorts      clamp((sum of high * short + 2^(shift - 1)) >> shift, 0, 255)
// Whoever makes the weights sees to it that each whole sum fits 32 bits; parts of it may wrap around.
//
// Source rows are the user's memory: nothing past their last byte and before their first is read. Results of
// columns are the library's memory, rows of whole groups of output pixels and kFilteredRowSlack elements
// behind them, which may be read and written too.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

inline constexpr std::int32_t kFilterChannels = 3;
inline constexpr std::int32_t kBlockTaps = 4;
inline constexpr std::int32_t kFilterGroup = 4;  // output pixels side by side
inline constexpr std::int32_t kFilterRows = 4;   // source rows that share a pass over the weights
inline constexpr std::int32_t kFilterBits = 22;  // of a weight of high and low
inline constexpr std::int32_t kFilterLowBits = 15;
inline constexpr std::int32_t kFilterWindow = 16;  // bytes that the vector rows read at a time

struct TapBlock {
  std::int16_t high[kBlockTaps];
  std::int16_t low[kBlockTaps];
};

// Four output pixels, each with `blocks` blocks of taps on neighbouring source pixels. A block's four pixels
// are the first of the 16 bytes that start where it lies, or with `at_end` the last of them.
struct FilterGroup {
  std::uint32_t first[kFilterGroup];  // where an output pixel's first block lies in the row, in bytes
  std::uint32_t blocks;
  std::uint32_t at_end;  // 0 or 1
};

struct FilterColumns {
  std::int32_t groups;
  std::int32_t pixel_bytes;
  std::uint8_t channels[kFilterChannels];  // where the output's channels lie in a source pixel
  std::int32_t shift;                      // of shorts
  const FilterGroup* group;                // [groups]
  const TapBlock* taps;                    // per group [blocks][output pixel]
  // Where channel c of a block's pixel 2 * half + p lies in its 16 bytes: byte 4 * c + 2 * p; 0x80, none, is
  // everywhere else. [at_end][half]
  alignas(16) std::uint8_t masks[2][2][16];
};

// Taps on two rows.
struct TapPair {
  std::int16_t high[2];
  std::int16_t low[2];
};

struct ResampleKernel {
  const char* name;
  IsaFeatures features;
  // The reference reads no pixel whose weight is 0, so that its blocks may lie anywhere; the 16 bytes of
  // every block of the others lie inside the row.
  bool reads_windows;
  // Four source rows to four results, which may be the same row more than once.
  void (*columns_to_bytes)(const FilterColumns& columns, const std::uint8_t* const* rows,
                           std::uint8_t* const* out);
  void (*columns_to_shorts)(const FilterColumns& columns, const std::uint8_t* const* rows,
                            std::int16_t* const* out);
  // 2 * pairs rows to `count` bytes.
  void (*rows_of_bytes)(const std::uint8_t* const* rows, const TapPair* taps, std::int32_t pairs,
                        std::int64_t count, std::uint8_t* out);
  void (*rows_of_shorts)(const std::int16_t* const* rows, const TapPair* taps, std::int32_t pairs,
                         std::int32_t shift, std::int64_t count, std::uint8_t* out);
};

KernelTable<ResampleKernel> resample_kernels();

// Elements behind the groups of a filtered row.
inline constexpr std::size_t kFilteredRowSlack = kTailPad;

}  // namespace bitplace
