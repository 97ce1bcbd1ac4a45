// Transposition with NEON: a block of 16 x 16 bytes, 8 x 8 half words or 4 x 4 words at a time by ZIP1 and
// ZIP2 (transpose_zip.h).
#include <arm_neon.h>

#include "kernels/transpose/transpose_zip.h"

namespace bitplace {
namespace {

struct NeonZip {
  using Vector = uint8x16_t;
  static constexpr std::int64_t kBlocks = 1;

  static Vector load(const void* first, const void*) {
    return vld1q_u8(static_cast<const std::uint8_t*>(first));
  }
  static void store(void* to, Vector x) { vst1q_u8(static_cast<std::uint8_t*>(to), x); }
  template <typename Element>
  static Vector zip_low(Vector a, Vector b) {
    if constexpr (sizeof(Element) == 1) return vzip1q_u8(a, b);
    if constexpr (sizeof(Element) == 2)
      return vreinterpretq_u8_u16(vzip1q_u16(vreinterpretq_u16_u8(a), vreinterpretq_u16_u8(b)));
    return vreinterpretq_u8_u32(vzip1q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b)));
  }
  template <typename Element>
  static Vector zip_high(Vector a, Vector b) {
    if constexpr (sizeof(Element) == 1) return vzip2q_u8(a, b);
    if constexpr (sizeof(Element) == 2)
      return vreinterpretq_u8_u16(vzip2q_u16(vreinterpretq_u16_u8(a), vreinterpretq_u16_u8(b)));
    return vreinterpretq_u8_u32(vzip2q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b)));
  }
};

}  // namespace

extern const TransposeKernel transpose__neon = {"transpose__neon", isa_feature::neon,
                                                run<NeonZip, std::uint8_t>, run<NeonZip, std::uint16_t>,
                                                run<NeonZip, std::uint32_t>};

}  // namespace bitplace
