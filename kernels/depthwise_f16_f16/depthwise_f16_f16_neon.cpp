// f16 depthwise convolution for Armv8-A, which stores halves and multiplies singles: 8 channels of 4
// positions by FCVTL and FMLA. Weights are widened when a plan is made: they are few.
//
//   y = clamp(sum over taps of x * w + bias), summed column by column of the taps, fused
//
// Packed, and scratch: kernels/common/neon_depthwise.h. Strips, single positions and registers:
// kernels/common/neon_depthwise_floats.h.
//
// Preconditions: 15 readable bytes behind the input.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_depthwise_floats.h"
#include "kernels/depthwise_f16_f16/depthwise_f16_f16.h"

namespace bitplace {
namespace {

using neon::DepthwiseElements;
using Row = neon::DepthwiseRow<DepthwiseElements::f16_widened>;

struct WidenedHalves : FloatTaps<WidenedHalves> {
  static constexpr DepthwiseElements kElements = DepthwiseElements::f16_widened;
  static constexpr std::int64_t kInputBytes = 2;
  static constexpr std::int64_t kTapBytes = 32;
  struct Pixel {
    float32x4_t low, high;
  };
  using Weight = Pixel;

  static Pixel load_pixel(const std::uint8_t* from) {
    const float16x8_t halves = vld1q_f16(reinterpret_cast<const float16_t*>(from));
    return {vcvt_f32_f16(vget_low_f16(halves)), vcvt_high_f32_f16(halves)};
  }
  static Weight load_weight(const std::uint8_t* from) {
    const auto* floats = reinterpret_cast<const float*>(from);
    return {vld1q_f32(floats), vld1q_f32(floats + 4)};
  }

  static void add_product(DepthwiseSums<WidenedHalves>& sums, const Pixel& pixel, const Weight& weight) {
    sums.at[0][0] = vfmaq_f32(sums.at[0][0], pixel.low, weight.low);
    sums.at[0][1] = vfmaq_f32(sums.at[0][1], pixel.high, weight.high);
  }
};

void run(const ConvolutionCall& call, std::int64_t task) {
  run_depthwise_floats<WidenedHalves>(call, task);
}

}  // namespace

extern const ConvolutionKernel depthwise_f16_f16__neon_4x8 =
    convolution_row<Row>("depthwise_f16_f16__neon_4x8", isa_feature::neon, Row::prepare, run);

}  // namespace bitplace
