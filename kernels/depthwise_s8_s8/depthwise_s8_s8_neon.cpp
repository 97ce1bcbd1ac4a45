// s8 depthwise convolution for Armv8-A: 16 channels of one position by SMULL, SMLAL and SADDW.
//
//   accumulator = sum over taps of x * w, exactly, in s32
//
// Two taps fit a 16-bit lane, whatever their values (2 * 128 * 127 = 32512): SMULL, SMLAL and their upper
// halves multiply 16 channels of two taps, and four SADDW add them to 32 bits. Multiplier (one pipe on cores
// up to Neoverse N1) and additions (the other pipe) then take turns: 7.6 of 8 products per cycle at 3 x 3
// before requantization, which takes 26 SIMD instructions beside 38.
//
// Registers: 4 accumulators, 4 products, 2 pixels, 2 weights; the pointers of 3 x 3 taps stay in registers.
//
// Packed, and scratch: kernels/common/neon_depthwise.h.
//
// Preconditions: 15 readable bytes behind the input. Exact wherever the accumulator fits.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_depthwise_run.h"
#include "kernels/depthwise_s8_s8/depthwise_s8_s8.h"

namespace bitplace {
namespace {

using neon::DepthwiseElements;
using Row = neon::DepthwiseRow<DepthwiseElements::s8>;

// kShift: pixels are u8 and become x - 128.
template <bool kShift>
struct Bytes {
  using Vector = int32x4_t;
  static constexpr DepthwiseElements kElements = DepthwiseElements::s8;
  static constexpr std::size_t kWriters = 2;
  static constexpr std::int64_t kInputBytes = 1;
  static constexpr std::int64_t kTapBytes = 16;
  using Sums = DepthwiseSums<Bytes>;

  static void begin(const std::int32_t* start, Sums& sums) {
    for (std::size_t v = 0; v < 4; ++v)
      sums.at[v / 2][v % 2] = vld1q_s32(start + v * 4);
  }

  static int8x16_t pixels(const std::uint8_t* from) {
    const uint8x16_t bytes = vld1q_u8(from);
    return vreinterpretq_s8_u8(kShift ? veorq_u8(bytes, vdupq_n_u8(0x80)) : bytes);
  }

  template <std::size_t kTaps>
  static void add_taps(const PixelPointer* taps, std::int64_t offset, const std::uint8_t* packed,
                       Sums& sums) {
    const auto* weights = reinterpret_cast<const std::int8_t*>(packed);
#pragma GCC unroll 13
    for (std::size_t t = 0; t < kTaps; t += 2) {
      const int8x16_t pixel = pixels(taps[t] + offset);
      const int8x16_t weight = vld1q_s8(weights + t * 16);
      int16x8_t low = vmull_s8(vget_low_s8(pixel), vget_low_s8(weight));
      int16x8_t high = vmull_high_s8(pixel, weight);
      if (t + 1 < kTaps) {
        const int8x16_t second = pixels(taps[t + 1] + offset);
        const int8x16_t second_weight = vld1q_s8(weights + (t + 1) * 16);
        low = vmlal_s8(low, vget_low_s8(second), vget_low_s8(second_weight));
        high = vmlal_high_s8(high, second, second_weight);
      }
      sums.at[0][0] = vaddw_s16(sums.at[0][0], vget_low_s16(low));
      sums.at[0][1] = vaddw_high_s16(sums.at[0][1], low);
      sums.at[1][0] = vaddw_s16(sums.at[1][0], vget_low_s16(high));
      sums.at[1][1] = vaddw_high_s16(sums.at[1][1], high);
    }
  }
};

void run(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  if (p.input_low >= 0 && p.input_high > 127) {
    run_depthwise<Bytes<true>>(call, task);
  } else {
    run_depthwise<Bytes<false>>(call, task);
  }
}

}  // namespace

extern const ConvolutionKernel depthwise_s8_s8__neon_1x16 =
    convolution_row<Row>("depthwise_s8_s8__neon_1x16", isa_feature::neon, Row::prepare, run);

}  // namespace bitplace
