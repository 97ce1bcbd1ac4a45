// f32 depthwise convolution for Armv8-A: 8 channels of one position by FMLA.
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
#include "kernels/depthwise_f32_f32/depthwise_f32_f32.h"

namespace bitplace {
namespace {

using neon::DepthwiseElements;
using Row = neon::DepthwiseRow<DepthwiseElements::f32>;

struct Singles {
  using Vector = float32x4_t;
  static constexpr DepthwiseElements kElements = DepthwiseElements::f32;
  static constexpr std::size_t kWriters = 1;
  static constexpr std::int64_t kInputBytes = 4;
  static constexpr std::int64_t kTapBytes = 32;
  using Sums = DepthwiseSums<Singles>;

  static void begin(const std::int32_t*, Sums& sums) { sums.at[0][0] = sums.at[0][1] = vdupq_n_f32(0); }

  template <std::size_t kTaps>
  static void add_taps(const PixelPointer* taps, std::int64_t offset, const std::uint8_t* packed,
                       Sums& sums) {
    const auto* weights = reinterpret_cast<const float*>(packed);
#pragma GCC unroll 25
    for (std::size_t t = 0; t < kTaps; ++t) {
      const auto* pixel = reinterpret_cast<const float*>(taps[t] + offset);
      sums.at[0][0] = vfmaq_f32(sums.at[0][0], vld1q_f32(pixel), vld1q_f32(weights + t * 8));
      sums.at[0][1] = vfmaq_f32(sums.at[0][1], vld1q_f32(pixel + 4), vld1q_f32(weights + t * 8 + 4));
    }
  }
};

void run(const ConvolutionCall& call, std::int64_t task) {
  run_depthwise<Singles>(call, task);
}

}  // namespace

extern const ConvolutionKernel depthwise_f32_f32__neon_1x8 = {"depthwise_f32_f32__neon_1x8",
                                                              isa_feature::neon,
                                                              Row::accepts,
                                                              Row::packed_bytes,
                                                              Row::pack,
                                                              Row::scratch_bytes,
                                                              Row::prepare_tasks,
                                                              Row::prepare,
                                                              Row::run_tasks,
                                                              run};

}  // namespace bitplace
