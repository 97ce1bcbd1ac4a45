// Average pooling (kernels/average_pool/average_pool.h) on the GPU. Four channels a thread: global pooling
// has but one pixel to share among threads, and float sums have one order.
#pragma once

#include "cuda/common/scalar_math.h"
#include "cuda/pool/pool.h"
#include "kernels/average_pool/average_pool.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace::cuda {

BITPLACE_DEVICE float taps_of(const AveragePoolProblem& p, const PoolWindow& window) {
  const std::int32_t inside = (window.bottom - window.top) * (window.right - window.left);
  return static_cast<float>(p.count_padding ? p.window_height * p.window_width : inside);
}

// f32, or f16 as std::uint16_t. A sum begins at -0, of which the first addition leaves nothing.
template <typename Number>
struct AverageOfNumbers {
  using Sum = float;
  static constexpr Sum kStart = -0.0f;
  static BITPLACE_DEVICE Sum added(Sum sum, Number tap) { return sum + number_of(tap); }
  static BITPLACE_DEVICE Number result(const AveragePoolProblem&, Sum sum, float taps) {
    return element_of<Number>(sum / taps);
  }
};

struct AverageOfCodes {
  using Sum = std::int32_t;
  static constexpr Sum kStart = 0;
  static BITPLACE_DEVICE Sum added(Sum sum, std::int8_t tap) { return sum + tap; }
  static BITPLACE_DEVICE std::int8_t result(const AveragePoolProblem& p, Sum sum, float taps) {
    const float mean = static_cast<float>(sum) * (p.factor / taps);
    return static_cast<std::int8_t>(round_half_even(clamp_number(mean, -127.0f, 127.0f)));
  }
};

template <typename Number, class Average>
struct AveragePooling {
  using Parameters = PoolParameters<AveragePoolProblem>;
  using Element = Number;
  static constexpr int kStep = 4;

  static BITPLACE_DEVICE std::int32_t pixel_elements(const Parameters& p) { return p.problem.channels; }

  template <int kCount>
  struct State {
    Packet<typename Average::Sum, kCount> sums;
    BITPLACE_DEVICE State(const Parameters&, std::int32_t) {
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i)
        sums.at[i] = Average::kStart;
    }
    BITPLACE_DEVICE void add(const Packet<Number, kCount>& taps) {
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i)
        sums.at[i] = Average::added(sums.at[i], taps.at[i]);
    }
    BITPLACE_DEVICE Packet<Number, kCount> result(const Parameters& p, const PoolWindow& window) const {
      const float taps = taps_of(p.problem, window);
      Packet<Number, kCount> averages;
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i)
        averages.at[i] = Average::result(p.problem, sums.at[i], taps);
      return averages;
    }
  };
};

}  // namespace bitplace::cuda
