// Repeatable randomness: numbers that depend only on a seed and a place, and smooth noise made of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bitplace::world {

// Mixes two numbers into one that looks random (the finaliser of MurmurHash3).
constexpr std::uint32_t hash(std::uint32_t a, std::uint32_t b) {
  std::uint32_t h = a * 0x9e3779b1u + b * 0x85ebca77u + 0x27d4eb2fu;
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}
constexpr std::uint32_t hash(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  return hash(hash(a, b), c);
}

constexpr float unit_interval(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24f;
}

// Uniform in [0, 1) at integer coordinates.
inline float lattice(std::uint32_t seed, int x, int y) {
  return unit_interval(hash(seed, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y)));
}

inline float mix(float a, float b, float t) {
  return a + (b - a) * t;
}
inline float smooth(float t) {
  return t * t * (3.0f - 2.0f * t);
}
// 0 below `low`, 1 above `high`, smooth between.
inline float smooth_step(float low, float high, float x) {
  return smooth(std::clamp((x - low) / (high - low), 0.0f, 1.0f));
}

// Smooth noise in [0, 1] with features of size 1.
inline float noise(std::uint32_t seed, float x, float y) {
  const float fx = std::floor(x);
  const float fy = std::floor(y);
  const int ix = static_cast<int>(fx);
  const int iy = static_cast<int>(fy);
  const float tx = smooth(x - fx);
  const float ty = smooth(y - fy);
  return mix(mix(lattice(seed, ix, iy), lattice(seed, ix + 1, iy), tx),
             mix(lattice(seed, ix, iy + 1), lattice(seed, ix + 1, iy + 1), tx), ty);
}

// Noise of several sizes, each half as large and half as strong.
inline float fractal_noise(std::uint32_t seed, float x, float y, int octaves) {
  float sum = 0.0f;
  float weight = 0.0f;
  float amplitude = 1.0f;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += amplitude * noise(seed + static_cast<std::uint32_t>(octave), x, y);
    weight += amplitude;
    amplitude *= 0.5f;
    x *= 2.0f;
    y *= 2.0f;
  }
  return sum / weight;
}

// A sequence of random numbers.
class Sequence {
 public:
  explicit Sequence(std::uint32_t seed) : seed_(seed) {}

  std::uint32_t bits() { return hash(seed_, counter_++); }
  float real(float low, float high) { return mix(low, high, unit_interval(bits())); }
  int integer(int low, int high) {
    return low + static_cast<int>(bits() % static_cast<std::uint32_t>(high - low + 1));
  }
  bool chance(float probability) { return unit_interval(bits()) < probability; }

 private:
  std::uint32_t seed_;
  std::uint32_t counter_ = 0;
};

}  // namespace bitplace::world
