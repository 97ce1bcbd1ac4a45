// Compare masks as numbers. Included by AVX-512 files only; internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace bitplace {
namespace {

// The mask as a number. Written as an instruction because g++ 12 may keep a mask that outlives a call as two
// bytes of stack and read it back as four.
inline std::uint32_t mask_bits(__mmask16 mask) {
  std::uint32_t bits;
  __asm__("kmovw %1, %0" : "=r"(bits) : "k"(mask));
  return bits;
}

inline std::uint32_t mask_bits32(__mmask32 mask) {
  std::uint32_t bits;
  __asm__("kmovd %1, %0" : "=r"(bits) : "k"(mask));
  return bits;
}

}  // namespace
}  // namespace bitplace
