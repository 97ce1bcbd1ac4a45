// What the products of tensor cores are, word by word, as the PTX manual defines them: for the host.
#pragma once

#include "cuda/common/host_device.h"

namespace bitplace::cuda {

struct XorCount {
  using Number = std::int32_t;
  template <int kWords>
  static Number add(Number c, const std::uint32_t* a, const std::uint32_t* b) {
    for (int w = 0; w < kWords; ++w)
      c += __builtin_popcount(a[w] ^ b[w]);
    return c;
  }
};

struct AndCount {
  using Number = std::int32_t;
  template <int kWords>
  static Number add(Number c, const std::uint32_t* a, const std::uint32_t* b) {
    for (int w = 0; w < kWords; ++w)
      c += __builtin_popcount(a[w] & b[w]);
    return c;
  }
};

// Bytes of A signed or unsigned, those of B signed.
template <typename Byte>
struct BytesProduct {
  using Number = std::int32_t;
  template <int kWords>
  static Number add(Number c, const std::uint32_t* a, const std::uint32_t* b) {
    for (int w = 0; w < kWords; ++w) {
      for (int shift = 0; shift < 32; shift += 8)
        c += static_cast<Byte>(a[w] >> shift) * static_cast<std::int8_t>(b[w] >> shift);
    }
    return c;
  }
};

// The manual promises products with "at least single precision" and leaves order and rounding open. This is
// the coarsest that is known of any chip (Fasi et al., Numerical behavior of NVIDIA tensor cores, 2021):
// exact products and the accumulator are cut off below the 24th bit of the largest of them, summed, and the
// sum is cut off to 24 bits.
struct HalvesProduct {
  using Number = float;
  template <int kWords>
  static Number add(Number c, const std::uint32_t* a, const std::uint32_t* b) {
    static_assert(kWords <= kMostWords);
    return add_words(c, a, b, kWords);
  }

 private:
  static constexpr int kMostWords = 8;
  static float add_words(float c, const std::uint32_t* a, const std::uint32_t* b, int words);
};

}  // namespace bitplace::cuda
