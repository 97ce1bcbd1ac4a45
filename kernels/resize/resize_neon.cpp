// Two pixels, six channels, to a step of blending; 16 channels to a step of mixing.
//
// tbl puts the bytes (left, right) of each channel side by side; umull and addp make their weighted sums with
// the weights' upper 7 bits and with what is left: weight = 16 * high + low, so
//   (left * a0 + right * a1) >> 4 = (left * high0 + right * high1) + ((left * low0 + right * low1) >> 4)
// exactly, and neither sum exceeds 16 bits. usra shifts and adds. Mixing takes the upper halves of 32-bit
// products by uzp2.
//
// Registers: four groups of results, two sums and a zero: 7 of 32.
// Preconditions: groups of rows of at least 16 bytes. Tested under emulation, time not measured.
#include <arm_neon.h>

#include <cstring>

#include "kernels/resize/resize.h"

namespace bitplace {
namespace {

template <bool kSplit>
inline uint8x16_t gather_group(const ColumnGroups& groups, std::int64_t g, const std::uint8_t* row) {
  const uint8x16_t first =
      vqtbl1q_u8(vld1q_u8(row + groups.first[g]), vld1q_u8(groups.first_mask + g * kWindowBytes));
  if (!kSplit) return first;
  return vorrq_u8(
      first, vqtbl1q_u8(vld1q_u8(row + groups.second[g]), vld1q_u8(groups.second_mask + g * kWindowBytes)));
}

inline uint16x8_t pair_sums(uint8x16_t pairs, uint8x16_t weights) {
  return vpaddq_u16(vmull_u8(vget_low_u8(pairs), vget_low_u8(weights)), vmull_high_u8(pairs, weights));
}

// Group g: six results, and zeros above them because no byte is there.
template <bool kSplit>
inline uint16x8_t blend(const ColumnGroups& groups, std::int64_t g, const std::uint8_t* row) {
  const uint8x16_t pairs = gather_group<kSplit>(groups, g, row);
  const uint16x8_t high = pair_sums(pairs, vld1q_u8(groups.high + g * kWindowBytes));
  const uint16x8_t low = pair_sums(pairs, vld1q_u8(groups.low + g * kWindowBytes));
  return vsraq_n_u16(high, low, 4);
}

inline void store(std::int16_t* to, uint16x8_t value) {
  vst1q_s16(to, vreinterpretq_s16_u16(value));
}

// Four times six results make three whole stores.
template <bool kSplit>
inline void blend_row(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  const ColumnGroups groups = columns.groups;  // a copy, which no store can change
  const uint16x8_t zero = vdupq_n_u16(0);
  for (std::int64_t g = 0; g < groups.count; g += 4, out += 24) {
    const uint16x8_t a = blend<kSplit>(groups, g, row);
    const uint16x8_t b = blend<kSplit>(groups, g + 1, row);
    const uint16x8_t c = blend<kSplit>(groups, g + 2, row);
    const uint16x8_t d = blend<kSplit>(groups, g + 3, row);
    store(out, vorrq_u16(a, vextq_u16(zero, b, 2)));
    store(out + 8, vorrq_u16(vextq_u16(b, zero, 2), vextq_u16(zero, c, 4)));
    store(out + 16, vorrq_u16(vextq_u16(c, zero, 4), vextq_u16(zero, d, 6)));
  }
}

void blend_columns(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  return columns.groups.split ? blend_row<true>(columns, row, out) : blend_row<false>(columns, row, out);
}

// Upper halves of the products: values and weights are below 2^15, and not negative.
inline uint16x8_t scaled(const std::int16_t* values, uint16x8_t weight) {
  const uint16x8_t v = vreinterpretq_u16_s16(vld1q_s16(values));
  const uint32x4_t low = vmull_u16(vget_low_u16(v), vget_low_u16(weight));
  const uint32x4_t high = vmull_high_u16(v, weight);
  return vuzp2q_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high));
}

// Rounded to a quarter: urshr adds the 2 before it shifts.
inline uint8x8_t mix(const std::int16_t* upper, const std::int16_t* lower, uint16x8_t upper_weight,
                     uint16x8_t lower_weight) {
  return vrshrn_n_u16(vaddq_u16(scaled(upper, upper_weight), scaled(lower, lower_weight)), 2);
}

void mix_rows(const std::int16_t* upper, const std::int16_t* lower, std::int32_t upper_weight,
              std::int32_t lower_weight, std::int64_t count, std::uint8_t* out) {
  const uint16x8_t first = vdupq_n_u16(static_cast<std::uint16_t>(upper_weight));
  const uint16x8_t second = vdupq_n_u16(static_cast<std::uint16_t>(lower_weight));
  const auto bytes = [&](std::int64_t i) {
    return vcombine_u8(mix(upper + i, lower + i, first, second),
                       mix(upper + i + 8, lower + i + 8, first, second));
  };
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    vst1q_u8(out + i, bytes(i));
  if (i == count) return;
  if (i != 0) return vst1q_u8(out + count - 16, bytes(count - 16));
  std::uint8_t last[16];
  vst1q_u8(last, bytes(0));
  std::memcpy(out, last, static_cast<std::size_t>(count));
}

// Each group stores 16 bytes, of which the next group overwrites those that do not count; the last groups,
// whose 16 bytes would pass the row's end, go through memory of their own.
template <bool kSplit>
inline void gather_row(const ResizeColumns& columns, const std::uint8_t* row, std::uint8_t* out) {
  const ColumnGroups& groups = columns.groups;
  const std::int64_t step = groups.group_pixels * kResizeChannels;
  const std::int64_t bytes = std::int64_t{columns.width} * kResizeChannels;
  const std::int64_t whole = bytes < kWindowBytes ? 0 : (bytes - kWindowBytes) / step + 1;
  for (std::int64_t g = 0; g < whole; ++g)
    vst1q_u8(out + g * step, gather_group<kSplit>(groups, g, row));
  const std::int64_t done = whole * step;
  if (done >= bytes) return;
  std::uint8_t last[4 * kWindowBytes];  // fewer than 16 bytes are left, and a group has 6 or more
  for (std::int64_t g = whole; g * step < bytes; ++g)
    vst1q_u8(last + g * step - done, gather_group<kSplit>(groups, g, row));
  std::memcpy(out + done, last, static_cast<std::size_t>(bytes - done));
}

void gather_columns(const ResizeColumns& columns, const std::uint8_t* row, std::uint8_t* out) {
  return columns.groups.split ? gather_row<true>(columns, row, out) : gather_row<false>(columns, row, out);
}

}  // namespace

extern const ResizeKernel resize__neon = {"resize__neon", isa_feature::neon, false,
                                          blend_columns,  mix_rows,          gather_columns};

}  // namespace bitplace
