// f16 depthwise convolution for Armv8.2-A with FP16FML: 8 channels of one position by FMLAL and FMLAL2, which
// multiply halves exactly and add to f32.
//
//   y = clamp(sum over taps of x * w + bias), summed column by column of the taps, fused
//
// Registers: 2 accumulators, pixels, weights; the pointers of 3 x 3 taps stay in registers.
//
// Packed, and scratch: kernels/common/neon_depthwise.h.
//
// Preconditions: 15 readable bytes behind the input.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/neon_depthwise_run.h"
#include "kernels/depthwise_f16_f16/depthwise_f16_f16.h"

namespace bitplace {
namespace {

using neon::DepthwiseElements;
using Row = neon::DepthwiseRow<DepthwiseElements::f16>;

struct Halves {
  using Vector = float32x4_t;
  static constexpr DepthwiseElements kElements = DepthwiseElements::f16;
  static constexpr std::size_t kWriters = 1;
  static constexpr std::int64_t kInputBytes = 2;
  static constexpr std::int64_t kTapBytes = 16;
  using Sums = DepthwiseSums<Halves>;

  static void begin(const std::int32_t*, Sums& sums) { sums.at[0][0] = sums.at[0][1] = vdupq_n_f32(0); }

  template <std::size_t kTaps>
  static void add_taps(const PixelPointer* taps, std::int64_t offset, const std::uint8_t* packed,
                       Sums& sums) {
    const auto* weights = reinterpret_cast<const float16_t*>(packed);
#pragma GCC unroll 25
    for (std::size_t t = 0; t < kTaps; ++t) {
      const float16x8_t pixel = vld1q_f16(reinterpret_cast<const float16_t*>(taps[t] + offset));
      const float16x8_t weight = vld1q_f16(weights + t * 8);
      sums.at[0][0] = vfmlalq_low_f16(sums.at[0][0], pixel, weight);
      sums.at[0][1] = vfmlalq_high_f16(sums.at[0][1], pixel, weight);
    }
  }
};

void run(const ConvolutionCall& call, std::int64_t task) {
  run_depthwise<Halves>(call, task);
}

}  // namespace

extern const ConvolutionKernel depthwise_f16_f16__neonfp16_1x8 = {
    "depthwise_f16_f16__neonfp16_1x8",
    isa_feature::neon | isa_feature::neondot | isa_feature::neonfp16,
    Row::accepts,
    Row::packed_bytes,
    Row::pack,
    Row::scratch_bytes,
    Row::prepare_tasks,
    Row::prepare,
    Row::run_tasks,
    run};

}  // namespace bitplace
