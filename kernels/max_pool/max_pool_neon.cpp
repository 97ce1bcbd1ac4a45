// Max-pooling, 16 values or words of bits per step, then 4; one running maximum per value of an output pixel.
//
//   s32: SMAX.   f32: FCMGT and BSL, which is `tap > best ? tap : best` to the bit: a NaN tap loses, and of
//   equal zeros the earlier stays (FMAXNM would prefer +0).   b1: best AND (tap xor flip), xor flip at the
//   end.
// The last values of a pixel are read and written one by one: nothing behind them is touched.
#include <arm_neon.h>

#include "kernels/common/neon_lanes.h"
#include "kernels/max_pool/max_pool.h"

namespace bitplace {
namespace {

struct MaximumS32 {
  static uint32x4_t start() { return vreinterpretq_u32_s32(vdupq_n_s32(INT32_MIN)); }
  static uint32x4_t combine(uint32x4_t best, uint32x4_t tap, uint32x4_t) {
    return vreinterpretq_u32_s32(vmaxq_s32(vreinterpretq_s32_u32(best), vreinterpretq_s32_u32(tap)));
  }
  static uint32x4_t finish(uint32x4_t best, uint32x4_t) { return best; }
};

struct MaximumF32 {
  static uint32x4_t start() { return vreinterpretq_u32_f32(vdupq_n_f32(-__builtin_inff())); }
  static uint32x4_t combine(uint32x4_t best, uint32x4_t tap, uint32x4_t) {
    return vbslq_u32(vcgtq_f32(vreinterpretq_f32_u32(tap), vreinterpretq_f32_u32(best)), tap, best);
  }
  static uint32x4_t finish(uint32x4_t best, uint32x4_t) { return best; }
};

struct MaximumB1 {
  static uint32x4_t start() { return vdupq_n_u32(~0u); }
  static uint32x4_t combine(uint32x4_t best, uint32x4_t tap, uint32x4_t flip) {
    return vandq_u32(best, veorq_u32(tap, flip));
  }
  static uint32x4_t finish(uint32x4_t best, uint32x4_t flip) { return veorq_u32(best, flip); }
};

// The taps of one window that lie inside the input.
struct Window {
  std::int64_t top, bottom, left, right;
};

inline Window window_at(const MaxPoolProblem& p, std::int64_t row, std::int64_t column) {
  const std::int64_t y = row * p.stride_height - p.pad_top;
  const std::int64_t x = column * p.stride_width - p.pad_left;
  return {y < 0 ? 0 : y, y + p.window_height < p.input_height ? y + p.window_height : p.input_height,
          x < 0 ? 0 : x, x + p.window_width < p.input_width ? x + p.window_width : p.input_width};
}

// Pools kVectors vectors of values from `first` on. kVectors == 0: one vector, of which `count` values exist.
template <typename Maximum, std::size_t kVectors>
inline void pool_lanes(const MaxPoolCall& call, const Window& window, std::int64_t values, std::int64_t first,
                       std::uint32_t* output, std::int64_t count) {
  constexpr std::size_t kUsed = kVectors == 0 ? 1 : kVectors;
  const auto load = [&](const std::uint32_t* from) {
    return kVectors == 0 ? load_first(from, count) : vld1q_u32(from);
  };
  uint32x4_t flip[kUsed];
  uint32x4_t best[kUsed];
  for (std::size_t v = 0; v < kUsed; ++v) {
    flip[v] =
        call.flip_words != nullptr ? load(call.flip_words + first + v * std::size_t{kLanes}) : vdupq_n_u32(0);
    best[v] = Maximum::start();
  }
  for (std::int64_t y = window.top; y < window.bottom; ++y) {
    const std::uint32_t* tap = static_cast<const std::uint32_t*>(call.input) +
                               (y * call.problem->input_width + window.left) * values + first;
    for (std::int64_t x = window.left; x < window.right; ++x, tap += values) {
      for (std::size_t v = 0; v < kUsed; ++v)
        best[v] = Maximum::combine(best[v], load(tap + v * std::size_t{kLanes}), flip[v]);
    }
  }
  for (std::size_t v = 0; v < kUsed; ++v) {
    const uint32x4_t result = Maximum::finish(best[v], flip[v]);
    if (kVectors == 0) {
      store_first(output + first, result, count);
    } else {
      vst1q_u32(output + first + v * std::size_t{kLanes}, result);
    }
  }
}

template <typename Maximum>
inline void pool_row(const MaxPoolCall& call, std::int64_t row, std::int64_t values) {
  const MaxPoolProblem& p = *call.problem;
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    const Window window = window_at(p, row, column);
    auto* output = static_cast<std::uint32_t*>(call.output) + (row * p.output_width + column) * values;
    std::int64_t first = 0;
    for (; first + 4 * kLanes <= values; first += 4 * kLanes)
      pool_lanes<Maximum, 4>(call, window, values, first, output, 4 * kLanes);
    for (; first + kLanes <= values; first += kLanes)
      pool_lanes<Maximum, 1>(call, window, values, first, output, kLanes);
    if (first < values) pool_lanes<Maximum, 0>(call, window, values, first, output, values - first);
  }
}

MaxPoolCall without_flip(MaxPoolCall call) {
  call.flip_words = nullptr;
  return call;
}

void run_s32(const MaxPoolCall& call, std::int64_t row) {
  pool_row<MaximumS32>(without_flip(call), row, call.problem->channels);
}
void run_f32(const MaxPoolCall& call, std::int64_t row) {
  pool_row<MaximumF32>(without_flip(call), row, call.problem->channels);
}
void run_b1(const MaxPoolCall& call, std::int64_t row) {
  pool_row<MaximumB1>(call, row, (std::int64_t{call.problem->channels} + 31) / 32);
}

}  // namespace

extern const MaxPoolKernel max_pool_s32__neon = {"max_pool_s32__neon", isa_feature::neon, run_s32};
extern const MaxPoolKernel max_pool_f32__neon = {"max_pool_f32__neon", isa_feature::neon, run_f32};
extern const MaxPoolKernel max_pool_b1__neon = {"max_pool_b1__neon", isa_feature::neon, run_b1};

}  // namespace bitplace
