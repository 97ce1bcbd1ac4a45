// Max-pooling, 8 values or 8 words of bits per step; one running maximum per 8 channels of an output pixel.
//
//   s32: vpmaxsd.   f32: vmaxps(tap, best), which is `tap > best ? tap : best` to the bit: a NaN tap loses,
//   and of equal zeros the earlier stays.   b1: best AND (tap xor flip), xor flip at the end.
// The last channels of a pixel are read and written under a mask: nothing behind them is touched.
//
// Measured, Intel Xeon (Emerald Rapids), one thread: 27 x 27 x 256, window 3 stride 2: s32 45, f32 34, b1 1.6
// us.
#include <immintrin.h>

#include "kernels/max_pool/max_pool.h"

namespace bitplace {
namespace {

constexpr std::int64_t kLanes = 8;

struct MaximumS32 {
  static __m256i start() { return _mm256_set1_epi32(INT32_MIN); }
  static __m256i combine(__m256i best, __m256i tap, __m256i) { return _mm256_max_epi32(best, tap); }
  static __m256i finish(__m256i best, __m256i) { return best; }
};

struct MaximumF32 {
  static __m256i start() { return _mm256_castps_si256(_mm256_set1_ps(-__builtin_inff())); }
  static __m256i combine(__m256i best, __m256i tap, __m256i) {
    return _mm256_castps_si256(_mm256_max_ps(_mm256_castsi256_ps(tap), _mm256_castsi256_ps(best)));
  }
  static __m256i finish(__m256i best, __m256i) { return best; }
};

struct MaximumB1 {
  static __m256i start() { return _mm256_set1_epi32(-1); }
  static __m256i combine(__m256i best, __m256i tap, __m256i flip) {
    return _mm256_and_si256(best, _mm256_xor_si256(tap, flip));
  }
  static __m256i finish(__m256i best, __m256i flip) { return _mm256_xor_si256(best, flip); }
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

// `values`: 32-bit values of a pixel. They and those after them up to `count` exist.
template <typename Maximum, bool kWhole>
inline void pool_lanes(const MaxPoolCall& call, const Window& window, std::int64_t values, std::int64_t first,
                       int* output, std::int64_t count) {
  const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(kWhole ? kLanes : count)),
                                          _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  const auto load = [&](const int* from) {
    return kWhole ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))
                  : _mm256_maskload_epi32(from, mask);
  };
  const bool flips = call.flip_words != nullptr;
  const __m256i flip =
      flips ? load(reinterpret_cast<const int*>(call.flip_words) + first) : _mm256_setzero_si256();
  __m256i best = Maximum::start();
  for (std::int64_t y = window.top; y < window.bottom; ++y) {
    const int* tap =
        static_cast<const int*>(call.input) + (y * call.problem->input_width + window.left) * values + first;
    for (std::int64_t x = window.left; x < window.right; ++x, tap += values)
      best = Maximum::combine(best, load(tap), flip);
  }
  best = Maximum::finish(best, flip);
  if (kWhole) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(output + first), best);
  } else {
    _mm256_maskstore_epi32(output + first, mask, best);
  }
}

template <typename Maximum>
inline void pool_row(const MaxPoolCall& call, std::int64_t row, std::int64_t values) {
  const MaxPoolProblem& p = *call.problem;
  const std::int64_t whole = values / kLanes * kLanes;
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    const Window window = window_at(p, row, column);
    int* output = static_cast<int*>(call.output) + (row * p.output_width + column) * values;
    for (std::int64_t first = 0; first < whole; first += kLanes)
      pool_lanes<Maximum, true>(call, window, values, first, output, kLanes);
    if (whole < values) pool_lanes<Maximum, false>(call, window, values, whole, output, values - whole);
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

extern const MaxPoolKernel max_pool_s32__avx2 = {"max_pool_s32__avx2", isa_feature::avx2, run_s32};
extern const MaxPoolKernel max_pool_f32__avx2 = {"max_pool_f32__avx2", isa_feature::avx2, run_f32};
extern const MaxPoolKernel max_pool_b1__avx2 = {"max_pool_b1__avx2", isa_feature::avx2, run_b1};

}  // namespace bitplace
