// What a camera makes of the light that falls into it.
#pragma once

#include <cstdint>
#include <vector>

#include "world/color.h"

namespace bitplace::world {

// Linear light, row by row.
struct Canvas {
  int width = 0;
  int height = 0;
  std::vector<Color> pixels;
};

struct Film {
  float exposure = 1.0f;
  float blur = 0.0f;   // radius in pixels
  float noise = 0.0f;  // standard deviation in grey levels
  std::uint32_t seed = 0;
};

// Exposure, blur, noise, 8 bits per channel (sRGB-like), RGB.
std::vector<std::uint8_t> develop(const Canvas& canvas, const Film& film);

}  // namespace bitplace::world
