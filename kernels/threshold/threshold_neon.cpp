// bit[c] = (x[c] < threshold[c]) xor flip[c], 32 channels per step.
//
// Eight CMGT or FCMGT leave masks, which eleven more instructions turn into one word in activation order
// (kernels/common/neon_bits.h): 16 loads and 19 SIMD instructions per 32 channels. The last channels of a
// pixel are read one by one, so nothing behind them is touched.
#include <arm_neon.h>

#include "kernels/common/neon_bits.h"
#include "kernels/common/neon_lanes.h"
#include "kernels/threshold/threshold.h"

namespace bitplace {
namespace {

inline uint32x4_t load_four(const std::int32_t* values) {
  return vreinterpretq_u32_s32(vld1q_s32(values));
}
inline uint32x4_t load_four(const float* values) {
  return vreinterpretq_u32_f32(vld1q_f32(values));
}

// Lanes of the numbers' bytes.
inline uint32x4_t below_lanes(const std::int32_t*, uint32x4_t input, uint32x4_t threshold) {
  return vcltq_s32(vreinterpretq_s32_u32(input), vreinterpretq_s32_u32(threshold));
}
inline uint32x4_t below_lanes(const float*, uint32x4_t input, uint32x4_t threshold) {
  return vcltq_f32(vreinterpretq_f32_u32(input), vreinterpretq_f32_u32(threshold));
}

template <typename Number>
inline std::uint32_t whole_word(const Number* input, const Number* threshold) {
  uint32x4_t below[8];
  for (int v = 0; v < 8; ++v)
    below[v] = below_lanes(input, load_four(input + v * kLanes), load_four(threshold + v * kLanes));
  return bits_of_masks(below);
}

// A word of which `count` < 32 channels exist. Lanes that do not exist read 0 on both sides: not below.
template <typename Number>
inline std::uint32_t part_word(const Number* input, const Number* threshold, std::int64_t count) {
  uint32x4_t below[8];
  for (int v = 0; v < 8; ++v) {
    below[v] = below_lanes(input, load_first(input + v * kLanes, count - v * kLanes),
                           load_first(threshold + v * kLanes, count - v * kLanes));
  }
  return bits_of_masks(below);
}

template <typename Number>
void run(const ThresholdCall<Number>& call, std::int64_t pixel_begin, std::int64_t pixel_end) {
  const std::int64_t whole = call.channels / 32;
  const std::int64_t part = call.channels % 32;
  const std::int64_t words = whole + (part != 0 ? 1 : 0);
  for (std::int64_t pixel = pixel_begin; pixel < pixel_end; ++pixel) {
    const Number* input = call.input + pixel * call.channels;
    std::uint32_t* output = call.output + pixel * words;
    for (std::int64_t w = 0; w < whole; ++w)
      output[w] = whole_word(input + w * 32, call.threshold + w * 32) ^ call.flip_words[w];
    if (part != 0) {
      output[whole] =
          part_word(input + whole * 32, call.threshold + whole * 32, part) ^ call.flip_words[whole];
    }
  }
}

}  // namespace

extern const ThresholdKernel threshold__neon = {"threshold__neon", isa_feature::neon, run<std::int32_t>,
                                                run<float>};

}  // namespace bitplace
