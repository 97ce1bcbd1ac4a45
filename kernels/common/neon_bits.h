// From comparison masks to bits in activation order. Included by NEON files only; internal linkage
// throughout.
#pragma once

#include <arm_neon.h>

#include <cstdint>

namespace bitplace {
namespace {

// Bit i of the result is set where lane i of 32 (mask[0] lane 0 first) is all ones; the others must be 0.
//
// Narrows 32 x 32 bits to 32 bytes, keeps one bit of each byte (bit i % 8 in byte i), and adds neighbours
// three times: 11 instructions, no table.
inline std::uint32_t bits_of_masks(const uint32x4_t (&mask)[8]) {
  static constexpr std::uint8_t kBitOfByte[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint16x8_t halves[4];
  for (int i = 0; i < 4; ++i)
    halves[i] = vuzp1q_u16(vreinterpretq_u16_u32(mask[2 * i]), vreinterpretq_u16_u32(mask[2 * i + 1]));
  const uint8x16_t bit = vld1q_u8(kBitOfByte);
  uint8x16_t bytes[2];
  for (int i = 0; i < 2; ++i) {
    bytes[i] = vuzp1q_u8(vreinterpretq_u8_u16(halves[2 * i]), vreinterpretq_u8_u16(halves[2 * i + 1]));
    bytes[i] = vandq_u8(bytes[i], bit);
  }
  uint8x16_t sums = vpaddq_u8(bytes[0], bytes[1]);
  sums = vpaddq_u8(sums, sums);
  sums = vpaddq_u8(sums, sums);
  return vgetq_lane_u32(vreinterpretq_u32_u8(sums), 0);
}

}  // namespace
}  // namespace bitplace
