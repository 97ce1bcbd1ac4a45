// Max-pooling, 16 values or 16 words of bits per step; one running maximum per 16 lanes of an output pixel.
//
//   s32: vpmaxsd.   f32: vmaxps(tap, best), which is `tap > best ? tap : best` to the bit: a NaN tap loses,
//   and of equal zeros the earlier stays.   b1: best AND (tap xor flip), xor flip at the end.
// Lanes that do not exist are masked out of loads and stores, which then do not touch memory.
//
// Measured, Intel Xeon (Emerald Rapids), one thread: 27 x 27 x 256, window 3 stride 2: s32 25, f32 24, b1 1.9
// us.
#include <immintrin.h>

#include "kernels/max_pool/max_pool.h"

namespace bitplace {
namespace {

constexpr std::int64_t kLanes = 16;

struct MaximumS32 {
  static __m512i start() { return _mm512_set1_epi32(INT32_MIN); }
  static __m512i combine(__m512i best, __m512i tap, __m512i) { return _mm512_max_epi32(best, tap); }
  static __m512i finish(__m512i best, __m512i) { return best; }
};

struct MaximumF32 {
  static __m512i start() { return _mm512_castps_si512(_mm512_set1_ps(-__builtin_inff())); }
  static __m512i combine(__m512i best, __m512i tap, __m512i) {
    return _mm512_castps_si512(_mm512_max_ps(_mm512_castsi512_ps(tap), _mm512_castsi512_ps(best)));
  }
  static __m512i finish(__m512i best, __m512i) { return best; }
};

struct MaximumB1 {
  static __m512i start() { return _mm512_set1_epi32(-1); }
  static __m512i combine(__m512i best, __m512i tap, __m512i flip) {
    return _mm512_and_si512(best, _mm512_xor_si512(tap, flip));
  }
  static __m512i finish(__m512i best, __m512i flip) { return _mm512_xor_si512(best, flip); }
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

template <typename Maximum>
inline void pool_row(const MaxPoolCall& call, std::int64_t row, std::int64_t values) {
  const MaxPoolProblem& p = *call.problem;
  const auto* input = static_cast<const std::int32_t*>(call.input);
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    const Window window = window_at(p, row, column);
    std::int32_t* output = static_cast<std::int32_t*>(call.output) + (row * p.output_width + column) * values;
    for (std::int64_t first = 0; first < values; first += kLanes) {
      const std::int64_t left = values - first;
      const auto exists = static_cast<__mmask16>(left >= kLanes ? 0xffff : (1 << left) - 1);
      const __m512i flip = call.flip_words != nullptr
                               ? _mm512_maskz_loadu_epi32(exists, call.flip_words + first)
                               : _mm512_setzero_si512();
      __m512i best = Maximum::start();
      for (std::int64_t y = window.top; y < window.bottom; ++y) {
        const std::int32_t* tap = input + (y * p.input_width + window.left) * values + first;
        for (std::int64_t x = window.left; x < window.right; ++x, tap += values)
          best = Maximum::combine(best, _mm512_maskz_loadu_epi32(exists, tap), flip);
      }
      _mm512_mask_storeu_epi32(output + first, exists, Maximum::finish(best, flip));
    }
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

extern const MaxPoolKernel max_pool_s32__avx512 = {"max_pool_s32__avx512", isa_feature::avx512, run_s32};
extern const MaxPoolKernel max_pool_f32__avx512 = {"max_pool_f32__avx512", isa_feature::avx512, run_f32};
extern const MaxPoolKernel max_pool_b1__avx512 = {"max_pool_b1__avx512", isa_feature::avx512, run_b1};

}  // namespace bitplace
