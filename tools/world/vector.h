// Points and directions, in metres; y is height.
#pragma once

#include <cmath>

namespace bitplace::world {

struct Vector {
  float x = 0.0f;
  float y = 0.0f;
  float z = 0.0f;

  friend Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend Vector operator*(Vector a, float s) { return {a.x * s, a.y * s, a.z * s}; }
};

inline float dot(Vector a, Vector b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline float length(Vector a) {
  return std::sqrt(dot(a, a));
}

}  // namespace bitplace::world
