// The definition of max-pooling: one output element at a time.

#include <algorithm>
#include <functional>

#include "kernels/common/half.h"
#include "kernels/max_pool/max_pool.h"

namespace bitplace {
namespace {

// Calls visit(pixel index) for every tap of the window that lies inside the input.
template <typename Visit>
void for_each_tap(const MaxPoolProblem& p, std::int64_t row, std::int64_t column, Visit visit) {
  for (std::int64_t wy = 0; wy < p.window_height; ++wy) {
    for (std::int64_t wx = 0; wx < p.window_width; ++wx) {
      const std::int64_t y = row * p.stride_height - p.pad_top + wy;
      const std::int64_t x = column * p.stride_width - p.pad_left + wx;
      if (y < 0 || y >= p.input_height || x < 0 || x >= p.input_width) continue;
      visit(y * p.input_width + x);
    }
  }
}

template <typename T, typename Wins>
void run_numbers(const MaxPoolCall& call, std::int64_t row, T lowest, Wins wins) {
  const MaxPoolProblem& p = *call.problem;
  const auto* input = static_cast<const T*>(call.input);
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    T* output = static_cast<T*>(call.output) + (row * p.output_width + column) * p.channels;
    std::fill_n(output, p.channels, lowest);
    for_each_tap(p, row, column, [&](std::int64_t pixel) {
      const T* taps = input + pixel * p.channels;
      for (std::int32_t c = 0; c < p.channels; ++c)
        output[c] = wins(taps[c], output[c]) ? taps[c] : output[c];
    });
  }
}

void run_s8(const MaxPoolCall& call, std::int64_t row) {
  run_numbers<std::int8_t>(call, row, INT8_MIN, std::greater<>());
}
void run_u8(const MaxPoolCall& call, std::int64_t row) {
  run_numbers<std::uint8_t>(call, row, 0, std::greater<>());
}
void run_s32(const MaxPoolCall& call, std::int64_t row) {
  run_numbers<std::int32_t>(call, row, INT32_MIN, std::greater<>());
}
void run_f16(const MaxPoolCall& call, std::int64_t row) {
  constexpr std::uint16_t kMinusInfinity = 0xfc00;
  run_numbers<std::uint16_t>(call, row, kMinusInfinity, [](std::uint16_t tap, std::uint16_t best) {
    return half_to_float(tap) > half_to_float(best);
  });
}
void run_f32(const MaxPoolCall& call, std::int64_t row) {
  run_numbers<float>(call, row, -__builtin_inff(), std::greater<>());
}

void run_b1(const MaxPoolCall& call, std::int64_t row) {
  const MaxPoolProblem& p = *call.problem;
  const std::int64_t words = (p.channels + 31) / 32;
  const auto* input = static_cast<const std::uint32_t*>(call.input);
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    auto* output = static_cast<std::uint32_t*>(call.output) + (row * p.output_width + column) * words;
    for (std::int64_t w = 0; w < words; ++w) {
      const std::uint32_t flip = call.flip_words != nullptr ? call.flip_words[w] : 0u;
      std::uint32_t all = ~0u;
      for_each_tap(p, row, column, [&](std::int64_t pixel) { all &= input[pixel * words + w] ^ flip; });
      output[w] = all ^ flip;
    }
  }
}

}  // namespace

extern const MaxPoolKernel max_pool_s8__ref = {"max_pool_s8__ref", 0, run_s8};
extern const MaxPoolKernel max_pool_u8__ref = {"max_pool_u8__ref", 0, run_u8};
extern const MaxPoolKernel max_pool_s32__ref = {"max_pool_s32__ref", 0, run_s32};
extern const MaxPoolKernel max_pool_f16__ref = {"max_pool_f16__ref", 0, run_f16};
extern const MaxPoolKernel max_pool_f32__ref = {"max_pool_f32__ref", 0, run_f32};
extern const MaxPoolKernel max_pool_b1__ref = {"max_pool_b1__ref", 0, run_b1};

}  // namespace bitplace
