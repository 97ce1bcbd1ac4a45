// Linear light, red green blue.
#pragma once

#include "world/noise.h"

namespace bitplace::world {

struct Color {
  float r = 0.0f;
  float g = 0.0f;
  float b = 0.0f;

  friend Color operator+(Color x, Color y) { return {x.r + y.r, x.g + y.g, x.b + y.b}; }
  friend Color operator*(Color x, Color y) { return {x.r * y.r, x.g * y.g, x.b * y.b}; }
  friend Color operator*(Color x, float s) { return {x.r * s, x.g * s, x.b * s}; }
  Color& operator+=(Color c) { return *this = *this + c; }
};

inline Color mix(Color a, Color b, float t) {
  return a * (1.0f - t) + b * t;
}

// A random saturated or pale colour of medium brightness.
inline Color random_color(std::uint32_t seed, float saturation) {
  const Color c{unit_interval(hash(seed, 1)), unit_interval(hash(seed, 2)), unit_interval(hash(seed, 3))};
  const float grey = (c.r + c.g + c.b) / 3.0f;
  return mix({grey, grey, grey}, c, saturation) * 0.8f + Color{0.05f, 0.05f, 0.05f};
}

}  // namespace bitplace::world
