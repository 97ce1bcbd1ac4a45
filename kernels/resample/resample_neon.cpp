// Columns: one output pixel on four source rows that share its weights; rows: 8 bytes at a time.
//
// tbl widens two of a window's pixels to 16 bits, three channels and a zero each; smlal multiplies them by
// one of their weights' upper parts and adds to 32 bits, and again by the lower; the result is (sum of high
// << 15) + sum of low. xtn and sqxtun narrow it.
//
// Registers: eight sums, two masks, the weights, the window and its halves: 14 of 32.
// Preconditions: reads_windows of resample.h. Tested under emulation, time not measured.
#include <arm_neon.h>

#include <cstring>

#include "kernels/resample/resample.h"

namespace bitplace {
namespace {

// The masks are made for pairs of taps; here the pixels lie one after the other.
inline uint8x16_t pixel_mask(const std::uint8_t* pair_mask) {
  static constexpr std::uint8_t kOrder[16] = {0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15};
  return vqtbl1q_u8(vld1q_u8(pair_mask), vld1q_u8(kOrder));
}

template <bool kLow>
struct Sums {
  int32x4_t high[kFilterRows];
  int32x4_t low[kLow ? kFilterRows : 1];
};

inline int16x8_t widened(uint8x16_t window, uint8x16_t mask) {
  return vreinterpretq_s16_u8(vqtbl1q_u8(window, mask));
}

// Taps 0 and 1 in `first`, 2 and 3 in `last`.
inline int32x4_t add_block(int32x4_t sum, int16x8_t first, int16x8_t last, int16x4_t weights) {
  sum = vmlal_lane_s16(sum, vget_low_s16(first), weights, 0);
  sum = vmlal_high_lane_s16(sum, first, weights, 1);
  sum = vmlal_lane_s16(sum, vget_low_s16(last), weights, 2);
  return vmlal_high_lane_s16(sum, last, weights, 3);
}

template <bool kLow>
inline Sums<kLow> filter_pixel(const FilterColumns& columns, const FilterGroup& group, const TapBlock* taps,
                               std::int32_t pixel, const std::uint8_t* const* rows, int32x4_t start) {
  const uint8x16_t first_mask = pixel_mask(columns.masks[group.at_end][0]);
  const uint8x16_t last_mask = pixel_mask(columns.masks[group.at_end][1]);
  Sums<kLow> sums;
  for (std::int32_t r = 0; r < kFilterRows; ++r) {
    sums.high[r] = kLow ? vdupq_n_s32(0) : start;
    if constexpr (kLow) sums.low[r] = start;
  }
  std::int64_t at = group.first[pixel];
  const std::int64_t step = kBlockTaps * columns.pixel_bytes;
  for (std::uint32_t b = 0; b < group.blocks; ++b, at += step) {
    const TapBlock& block = taps[b * kFilterGroup + static_cast<std::uint32_t>(pixel)];
    const int16x4_t high = vld1_s16(block.high);
    const int16x4_t low = vld1_s16(block.low);
    for (std::int32_t r = 0; r < kFilterRows; ++r) {
      const uint8x16_t window = vld1q_u8(rows[r] + at);
      const int16x8_t first = widened(window, first_mask);
      const int16x8_t last = widened(window, last_mask);
      sums.high[r] = add_block(sums.high[r], first, last, high);
      if constexpr (kLow) sums.low[r] = add_block(sums.low[r], first, last, low);
    }
  }
  return sums;
}

// Below 2^10 in magnitude, so that the upper half may go.
inline int16x4_t whole(int32x4_t high, int32x4_t low) {
  const int32x4_t sum = vaddq_s32(vshlq_n_s32(high, kFilterLowBits), low);
  return vmovn_s32(vshrq_n_s32(sum, kFilterBits));
}

void columns_to_bytes(const FilterColumns& columns, const std::uint8_t* const* rows,
                      std::uint8_t* const* out) {
  static constexpr std::uint8_t kClose[16] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255};
  const uint8x16_t close = vld1q_u8(kClose);
  const int32x4_t start = vdupq_n_s32(1 << (kFilterBits - 1));
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    uint32x4_t pixels[kFilterGroup];  // rows 0 to 3, four bytes each
    for (std::int32_t p = 0; p < kFilterGroup; ++p) {
      const Sums<true> sums = filter_pixel<true>(columns, group, taps, p, rows, start);
      const uint8x8_t upper =
          vqmovun_s16(vcombine_s16(whole(sums.high[0], sums.low[0]), whole(sums.high[1], sums.low[1])));
      const uint8x8_t lower =
          vqmovun_s16(vcombine_s16(whole(sums.high[2], sums.low[2]), whole(sums.high[3], sums.low[3])));
      pixels[p] = vreinterpretq_u32_u8(vcombine_u8(upper, lower));
    }
    const uint32x4x2_t left = vzipq_u32(pixels[0], pixels[2]);
    const uint32x4x2_t right = vzipq_u32(pixels[1], pixels[3]);
    const uint32x4x2_t upper = vzipq_u32(left.val[0], right.val[0]);
    const uint32x4x2_t lower = vzipq_u32(left.val[1], right.val[1]);
    const std::int32_t at = g * kFilterGroup * kFilterChannels;
    const auto store = [at, close](std::uint8_t* row, uint32x4_t four) {
      vst1q_u8(row + at, vqtbl1q_u8(vreinterpretq_u8_u32(four), close));
    };
    store(out[0], upper.val[0]);
    store(out[1], upper.val[1]);
    store(out[2], lower.val[0]);
    store(out[3], lower.val[1]);
    taps += group.blocks * kFilterGroup;
  }
}

// Each pixel stores three elements, and one that the next store overwrites.
void columns_to_shorts(const FilterColumns& columns, const std::uint8_t* const* rows,
                       std::int16_t* const* out) {
  const int32x4_t start = vdupq_n_s32(1 << (columns.shift - 1));
  const int32x4_t right = vdupq_n_s32(-columns.shift);
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    for (std::int32_t p = 0; p < kFilterGroup; ++p) {
      const Sums<false> sums = filter_pixel<false>(columns, group, taps, p, rows, start);
      const std::int32_t at = (g * kFilterGroup + p) * kFilterChannels;
      for (std::int32_t r = 0; r < kFilterRows; ++r)
        vst1_s16(out[r] + at, vmovn_s32(vshlq_s32(sums.high[r], right)));
    }
    taps += group.blocks * kFilterGroup;
  }
}

inline int16x8_t load_shorts(const std::uint8_t* from) {
  return vreinterpretq_s16_u16(vmovl_u8(vld1_u8(from)));
}
inline int16x8_t load_shorts(const std::int16_t* from) {
  return vld1q_s16(from);
}

// Eight results at i.
template <bool kLow, typename T>
inline uint8x8_t filter_rows_at(const T* const* rows, const TapPair* taps, std::int32_t pairs,
                                std::int32_t shift, int32x4_t start, std::int64_t i) {
  int32x4_t first_high = kLow ? vdupq_n_s32(0) : start, last_high = first_high;
  int32x4_t first_low = start, last_low = start;
  for (std::int32_t t = 0; t < 2 * pairs; ++t) {
    const int16x8_t row = load_shorts(rows[t] + i);
    const std::int16_t high = taps[t / 2].high[t % 2];
    first_high = vmlal_n_s16(first_high, vget_low_s16(row), high);
    last_high = vmlal_high_n_s16(last_high, row, high);
    if (!kLow) continue;
    const std::int16_t low = taps[t / 2].low[t % 2];
    first_low = vmlal_n_s16(first_low, vget_low_s16(row), low);
    last_low = vmlal_high_n_s16(last_low, row, low);
  }
  if (kLow) return vqmovun_s16(vcombine_s16(whole(first_high, first_low), whole(last_high, last_low)));
  const int32x4_t right = vdupq_n_s32(-shift);
  return vqmovun_s16(
      vcombine_s16(vmovn_s32(vshlq_s32(first_high, right)), vmovn_s32(vshlq_s32(last_high, right))));
}

template <bool kLow, typename T>
inline void filter_rows(const T* const* rows, const TapPair* taps, std::int32_t pairs, std::int32_t shift,
                        std::int64_t count, std::uint8_t* out) {
  const int32x4_t start = vdupq_n_s32(1 << (shift - 1));
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    vst1_u8(out + i, filter_rows_at<kLow>(rows, taps, pairs, shift, start, i));
  if (i == count) return;
  if (i != 0) {
    return vst1_u8(out + count - 8, filter_rows_at<kLow>(rows, taps, pairs, shift, start, count - 8));
  }
  std::uint8_t last[8];
  vst1_u8(last, filter_rows_at<kLow>(rows, taps, pairs, shift, start, 0));
  std::memcpy(out, last, static_cast<std::size_t>(count));
}

void rows_of_bytes(const std::uint8_t* const* rows, const TapPair* taps, std::int32_t pairs,
                   std::int64_t count, std::uint8_t* out) {
  filter_rows<true>(rows, taps, pairs, kFilterBits, count, out);
}

void rows_of_shorts(const std::int16_t* const* rows, const TapPair* taps, std::int32_t pairs,
                    std::int32_t shift, std::int64_t count, std::uint8_t* out) {
  filter_rows<false>(rows, taps, pairs, shift, count, out);
}

}  // namespace

extern const ResampleKernel resample__neon = {"resample__neon", isa_feature::neon, true,
                                              columns_to_bytes, columns_to_shorts, rows_of_bytes,
                                              rows_of_shorts};

}  // namespace bitplace
