// Seeded random numbers, the same on every platform.
#pragma once

#include <cstdint>

namespace bitplace::test {

// BITPLACE_TEST_SEED, or a fixed default: a run without the variable is reproducible.
std::uint64_t seed();

// SplitMix64.
class Random {
 public:
  Random() : Random(seed()) {}
  explicit Random(std::uint64_t state) : state_(state) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint32_t bits() { return static_cast<std::uint32_t>(next() >> 32); }
  // Uniform in [low, high].
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  // Uniform in [low, high).
  float real(float low, float high) {
    return low + (high - low) * (static_cast<float>(next() >> 40) * 0x1p-24f);
  }

 private:
  std::uint64_t state_;
};

}  // namespace bitplace::test
