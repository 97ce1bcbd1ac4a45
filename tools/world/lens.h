// How a lens maps directions to the picture.
#pragma once

#include <cstdint>

#include "world/vector.h"

namespace bitplace::world {

enum class LensKind : std::uint8_t { pinhole, fisheye };
enum class LensChoice : std::uint8_t { pinhole, fisheye, mixed };

// Lengths are shares of the picture's width.
struct Lens {
  LensKind kind = LensKind::pinhole;
  float focal = 0.9f;  // pinhole: radius = focal * tan(angle); fisheye (equidistant): radius = focal * angle
  float circle = 10.0f;   // radius of the image circle
  float centre_x = 0.5f;  // of the circle, from the left and from the top
  float centre_y = 0.375f;
  float ring = 0.0f;      // light that the barrel reflects just outside the circle
  float vignette = 0.2f;  // light lost at the edge of the circle, or in a corner of the picture
};

// How the camera is turned.
struct Mounting {
  float heading = 0.0f;  // radians to the right of the z axis
  float pitch = 0.0f;    // up
  float roll = 0.0f;
};

struct Ray {
  Vector direction;   // unit length, in the world's axes
  float gain = 0.0f;  // share of the light that reaches the picture
};

class Camera {
 public:
  Camera(const Lens& lens, const Mounting& mounting);

  // Through a point of the picture.
  Ray ray(float x, float y) const;

 private:
  Vector to_world(Vector v) const;

  Lens lens_;
  Vector right_;
  Vector up_;
  Vector forward_;
};

// The lens of a scene, and the same lens mounted again: nearly, but not quite the same.
Lens random_lens(std::uint32_t seed, LensChoice choice);
Lens mounted_again(const Lens& lens, std::uint32_t seed);

}  // namespace bitplace::world
