// Max-pooling, 4 values or 4 words of bits per step; one running maximum per 4 channels of an output pixel.
//
//   s32: pmaxsd.   f32: maxps(tap, best), which is `tap > best ? tap : best` to the bit: a NaN tap loses, and
//   of equal zeros the earlier stays.   b1: best AND (tap xor flip), xor flip at the end.
// The last channels of a pixel are copied out and in: nothing behind them is touched.
//
// Measured, Intel Xeon (Emerald Rapids), one thread: 13 x 13 x 256, window 2 stride 2: s32 8.0, b1 0.42 us.
#include <immintrin.h>

#include "kernels/max_pool/max_pool.h"

namespace bitplace {
namespace {

constexpr std::int64_t kLanes = 4;

struct MaximumS32 {
  static __m128i start() { return _mm_set1_epi32(INT32_MIN); }
  static __m128i combine(__m128i best, __m128i tap, __m128i) { return _mm_max_epi32(best, tap); }
  static __m128i finish(__m128i best, __m128i) { return best; }
};

struct MaximumF32 {
  static __m128i start() { return _mm_castps_si128(_mm_set1_ps(-__builtin_inff())); }
  static __m128i combine(__m128i best, __m128i tap, __m128i) {
    return _mm_castps_si128(_mm_max_ps(_mm_castsi128_ps(tap), _mm_castsi128_ps(best)));
  }
  static __m128i finish(__m128i best, __m128i) { return best; }
};

struct MaximumB1 {
  static __m128i start() { return _mm_set1_epi32(-1); }
  static __m128i combine(__m128i best, __m128i tap, __m128i flip) {
    return _mm_and_si128(best, _mm_xor_si128(tap, flip));
  }
  static __m128i finish(__m128i best, __m128i flip) { return _mm_xor_si128(best, flip); }
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
  const auto load = [&](const int* from) {
    if (kWhole) return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    alignas(16) int part[kLanes] = {};
    __builtin_memcpy(part, from, 4 * static_cast<std::size_t>(count));
    return _mm_load_si128(reinterpret_cast<const __m128i*>(part));
  };
  const bool flips = call.flip_words != nullptr;
  const __m128i flip =
      flips ? load(reinterpret_cast<const int*>(call.flip_words) + first) : _mm_setzero_si128();
  __m128i best = Maximum::start();
  for (std::int64_t y = window.top; y < window.bottom; ++y) {
    const int* tap =
        static_cast<const int*>(call.input) + (y * call.problem->input_width + window.left) * values + first;
    for (std::int64_t x = window.left; x < window.right; ++x, tap += values)
      best = Maximum::combine(best, load(tap), flip);
  }
  best = Maximum::finish(best, flip);
  if (kWhole) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(output + first), best);
  } else {
    alignas(16) int part[kLanes];
    _mm_store_si128(reinterpret_cast<__m128i*>(part), best);
    __builtin_memcpy(output + first, part, 4 * static_cast<std::size_t>(count));
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

extern const MaxPoolKernel max_pool_s32__sse42 = {"max_pool_s32__sse42", isa_feature::sse42, run_s32};
extern const MaxPoolKernel max_pool_f32__sse42 = {"max_pool_f32__sse42", isa_feature::sse42, run_f32};
extern const MaxPoolKernel max_pool_b1__sse42 = {"max_pool_b1__sse42", isa_feature::sse42, run_b1};

}  // namespace bitplace
