// f16 depthwise convolution for Armv8.2-A with FP16FML: 8 channels of 4 positions by FMLAL and FMLAL2, which
// multiply halves exactly and add to f32.
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
using Row = neon::DepthwiseRow<DepthwiseElements::f16>;

struct Halves : FloatTaps<Halves> {
  static constexpr DepthwiseElements kElements = DepthwiseElements::f16;
  static constexpr std::int64_t kInputBytes = 2;
  static constexpr std::int64_t kTapBytes = 16;
  using Pixel = float16x8_t;
  using Weight = float16x8_t;

  static Pixel load_pixel(const std::uint8_t* from) {
    return vld1q_f16(reinterpret_cast<const float16_t*>(from));
  }
  static Weight load_weight(const std::uint8_t* from) { return load_pixel(from); }

  static void add_product(DepthwiseSums<Halves>& sums, Pixel pixel, Weight weight) {
    sums.at[0][0] = vfmlalq_low_f16(sums.at[0][0], pixel, weight);
    sums.at[0][1] = vfmlalq_high_f16(sums.at[0][1], pixel, weight);
  }
};

void run(const ConvolutionCall& call, std::int64_t task) {
  run_depthwise_floats<Halves>(call, task);
}

}  // namespace

extern const ConvolutionKernel depthwise_f16_f16__neonfp16_4x8 =
    convolution_row<Row>("depthwise_f16_f16__neonfp16_4x8",
                         isa_feature::neon | isa_feature::neondot | isa_feature::neonfp16, Row::prepare, run);

}  // namespace bitplace
