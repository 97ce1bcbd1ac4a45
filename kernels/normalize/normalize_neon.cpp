// y = float(v) * multiplier + offset, four bytes to a vector, 48 to a block: the constants' pattern repeats
// after three vectors. fcvtns rounds half to even; sqxtn clamps to [-128, 127], smax the rest. fcvtn rounds
// to nearest even (the default mode).
//
// Registers: six constants, the clamp and eight values: 15 of 32. Rows shorter than a block go through the
// stack. Tested under emulation, time not measured.
#include <arm_neon.h>

#include "kernels/normalize/normalize_blocks.h"

namespace bitplace {
namespace {

struct Constants {
  float32x4_t multiplier[3];
  float32x4_t offset[3];

  explicit Constants(const NormalizeMap& map) {
    for (int k = 0; k < 3; ++k) {
      multiplier[k] = vld1q_f32(map.multiplier + 4 * k);
      offset[k] = vld1q_f32(map.offset + 4 * k);
    }
  }
  // The four vectors of bytes 16 k to 16 k + 15.
  void y(const std::uint8_t* row, int k, float32x4_t* four) const {
    const uint8x16_t bytes = vld1q_u8(row + 16 * k);
    const uint16x8_t low = vmovl_u8(vget_low_u8(bytes)), high = vmovl_high_u8(bytes);
    const uint32x4_t grey[4] = {vmovl_u16(vget_low_u16(low)), vmovl_high_u16(low),
                                vmovl_u16(vget_low_u16(high)), vmovl_high_u16(high)};
    for (int j = 0; j < 4; ++j) {
      const int phase = (4 * k + j) % 3;
      four[j] = vaddq_f32(vmulq_f32(vcvtq_f32_u32(grey[j]), multiplier[phase]), offset[phase]);
    }
  }
};

inline void write_block(const Constants& constants, const std::uint8_t* row, float* out) {
  for (int k = 0; k < 3; ++k) {
    float32x4_t four[4];
    constants.y(row, k, four);
    for (int j = 0; j < 4; ++j)
      vst1q_f32(out + 16 * k + 4 * j, four[j]);
  }
}

inline void write_block(const Constants& constants, const std::uint8_t* row, std::uint16_t* out) {
  for (int k = 0; k < 3; ++k) {
    float32x4_t four[4];
    constants.y(row, k, four);
    for (int j = 0; j < 4; ++j)
      vst1_u16(out + 16 * k + 4 * j, vreinterpret_u16_f16(vcvt_f16_f32(four[j])));
  }
}

inline void write_block(const Constants& constants, const std::uint8_t* row, std::int8_t* out) {
  for (int k = 0; k < 3; ++k) {
    float32x4_t four[4];
    constants.y(row, k, four);
    const int16x8_t low = vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(four[0])), vcvtnq_s32_f32(four[1]));
    const int16x8_t high = vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(four[2])), vcvtnq_s32_f32(four[3]));
    vst1q_s8(out + 16 * k, vmaxq_s8(vqmovn_high_s16(vqmovn_s16(low), high), vdupq_n_s8(-127)));
  }
}

void to_s8(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, std::int8_t* out) {
  normalize<Constants>(row, count, map, out);
}
void to_f32(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, float* out) {
  normalize<Constants>(row, count, map, out);
}
void to_f16(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, std::uint16_t* out) {
  normalize<Constants>(row, count, map, out);
}

}  // namespace

extern const NormalizeKernel normalize__neon = {"normalize__neon", isa_feature::neon, to_s8, to_f32, to_f16};

}  // namespace bitplace
