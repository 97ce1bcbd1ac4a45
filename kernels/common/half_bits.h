// IEEE binary16 by integer arithmetic: what half.h declares, where it must compile for an NVIDIA GPU too.
#pragma once

#include <cstdint>
#include <cstring>

#include "cuda/common/host_device.h"

namespace bitplace {
namespace {

BITPLACE_DEVICE std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

BITPLACE_DEVICE float float_of(std::uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// A value of `bits` shifted right, rounded to nearest even.
BITPLACE_DEVICE std::uint32_t shift_rounded(std::uint32_t bits, int shift) {
  const std::uint32_t half = 1u << (shift - 1);
  const std::uint32_t odd = bits >> shift & 1u;
  return (bits + half - 1 + odd) >> shift;
}

BITPLACE_DEVICE float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00u) {  // infinity and NaN
    const std::uint32_t quiet = magnitude > 0x7c00u ? 0x0040'0000u : 0u;
    return float_of(sign | 0x7f80'0000u | (magnitude & 0x03ffu) << 13 | quiet);
  }
  if (magnitude < 0x0400u) {  // zero and subnormal: a multiple of 2^-24
    const float value = static_cast<float>(magnitude) * 0x1p-24f;
    return float_of(sign | bits_of(value));
  }
  return float_of(sign | ((magnitude << 13) + ((127u - 15u) << 23)));
}

BITPLACE_DEVICE std::uint16_t half_of_float(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fff'ffffu;
  std::uint32_t half = 0;
  if (magnitude > 0x7f80'0000u) {
    half = 0x7e00u | (magnitude >> 13 & 0x03ffu);
  } else if (magnitude >= 0x4780'0000u) {  // 65536 and more
    half = 0x7c00u;
  } else if (magnitude >= 0x3880'0000u) {  // 2^-14 and more: a carry may reach the exponent, as it should
    half = shift_rounded(magnitude - ((127u - 15u) << 23), 13);
  } else if (magnitude > 0x3300'0000u) {  // above 2^-25: a subnormal half, or the smallest normal one
    const std::uint32_t significand = 0x0080'0000u | (magnitude & 0x007f'ffffu);
    half = shift_rounded(significand, 126 - static_cast<int>(magnitude >> 23));
  }
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace
}  // namespace bitplace
