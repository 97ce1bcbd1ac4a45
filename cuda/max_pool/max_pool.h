// Max-pooling of numbers and bits (kernels/max_pool/max_pool.h) on the GPU: 16 bytes of a pixel at a time.
#pragma once

#include "cuda/pool/pool.h"
#include "kernels/max_pool/max_pool.h"

namespace bitplace::cuda {

template <typename Element>
struct LowestOf;
template <>
struct LowestOf<std::int8_t> {
  static constexpr std::int8_t kValue = -128;
};
template <>
struct LowestOf<std::uint8_t> {
  static constexpr std::uint8_t kValue = 0;
};
template <>
struct LowestOf<std::int32_t> {
  static constexpr std::int32_t kValue = -2147483647 - 1;
};
template <>
struct LowestOf<std::uint16_t> {
  static constexpr std::uint16_t kValue = 0xfc00;  // f16: minus infinity
};
template <>
struct LowestOf<float> {
  static constexpr float kValue = -__builtin_huge_valf();
};

template <typename Number>
BITPLACE_DEVICE bool wins(Number tap, Number best) {
  return tap > best;
}
BITPLACE_DEVICE bool wins(std::uint16_t tap, std::uint16_t best) {
  return number_of(tap) > number_of(best);
}

template <typename Number>
struct MaximumOfNumbers {
  using Parameters = PoolParameters<MaxPoolProblem>;
  using Element = Number;
  static constexpr int kStep = kPacketBytes / sizeof(Number);

  static BITPLACE_DEVICE std::int32_t pixel_elements(const Parameters& p) { return p.problem.channels; }

  template <int kCount>
  struct State {
    Packet<Number, kCount> best;
    BITPLACE_DEVICE State(const Parameters&, std::int32_t) {
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i)
        best.at[i] = LowestOf<Number>::kValue;
    }
    BITPLACE_DEVICE void add(const Packet<Number, kCount>& taps) {
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i)
        best.at[i] = wins(taps.at[i], best.at[i]) ? taps.at[i] : best.at[i];
    }
    BITPLACE_DEVICE Packet<Number, kCount> result(const Parameters&, const PoolWindow&) const { return best; }
  };
};

struct MaximumOfBits {
  using Parameters = PoolParameters<MaxPoolProblem>;
  using Element = std::uint32_t;
  static constexpr int kStep = kPacketBytes / sizeof(std::uint32_t);

  static BITPLACE_DEVICE std::int32_t pixel_elements(const Parameters& p) {
    return divide_up(p.problem.channels, 32);
  }

  template <int kCount>
  struct State {
    Packet<std::uint32_t, kCount> flip, all;
    BITPLACE_DEVICE State(const Parameters& p, std::int32_t element) {
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i) {
        flip.at[i] = p.flip_words != nullptr ? p.flip_words[element + i] : 0u;
        all.at[i] = ~0u;
      }
    }
    BITPLACE_DEVICE void add(const Packet<std::uint32_t, kCount>& taps) {
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i)
        all.at[i] &= taps.at[i] ^ flip.at[i];
    }
    BITPLACE_DEVICE Packet<std::uint32_t, kCount> result(const Parameters&, const PoolWindow&) const {
      Packet<std::uint32_t, kCount> words;
      BITPLACE_UNROLL
      for (int i = 0; i < kCount; ++i)
        words.at[i] = all.at[i] ^ flip.at[i];
      return words;
    }
  };
};

}  // namespace bitplace::cuda
