// bit[c] = (x[c] < 0), 32 channels per step.
//
// FCMLT answers no for -0.0 and NaN, as the definition does. Eight of them leave masks, which eleven more
// instructions turn into one word in activation order (kernels/common/neon_bits.h). The last channels of a
// pixel are read one by one, so nothing behind them is touched.
#include <arm_neon.h>

#include "kernels/common/neon_bits.h"
#include "kernels/common/neon_lanes.h"
#include "kernels/pack_bits/pack_bits.h"

namespace bitplace {
namespace {

inline std::uint32_t whole_word(const float* input) {
  uint32x4_t negative[8];
  for (int v = 0; v < 8; ++v)
    negative[v] = vcltzq_f32(vld1q_f32(input + v * kLanes));
  return bits_of_masks(negative);
}

// A word of which `count` < 32 channels exist. Lanes that do not exist read 0: not negative.
inline std::uint32_t part_word(const float* input, std::int64_t count) {
  uint32x4_t negative[8];
  for (int v = 0; v < 8; ++v)
    negative[v] = vcltzq_f32(vreinterpretq_f32_u32(load_first(input + v * kLanes, count - v * kLanes)));
  return bits_of_masks(negative);
}

void run(const PackBitsCall& call, std::int64_t pixel_begin, std::int64_t pixel_end) {
  const std::int64_t whole = call.channels / 32;
  const std::int64_t part = call.channels % 32;
  const std::int64_t words = whole + (part != 0 ? 1 : 0);
  for (std::int64_t pixel = pixel_begin; pixel < pixel_end; ++pixel) {
    const float* input = call.input + pixel * call.channels;
    std::uint32_t* output = call.output + pixel * words;
    for (std::int64_t w = 0; w < whole; ++w)
      output[w] = whole_word(input + w * 32);
    if (part != 0) output[whole] = part_word(input + whole * 32, part);
  }
}

}  // namespace

extern const PackBitsKernel pack_bits__neon = {"pack_bits__neon", isa_feature::neon, run};

}  // namespace bitplace
