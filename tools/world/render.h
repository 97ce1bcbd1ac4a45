// Pictures of the street by casting one fan of rays per column of the picture.
#pragma once

#include <cstdint>
#include <vector>

#include "world/drive.h"
#include "world/street.h"

namespace bitplace::world {

// Linear light, row by row.
struct Canvas {
  int width = 0;
  int height = 0;
  std::vector<Color> pixels;
};

Canvas render(const Street& street, const Light& light, const Frame& frame, int width, int height);

// What the camera makes of it: exposure, blur, noise, 8 bits per channel (sRGB-like), RGB.
std::vector<std::uint8_t> develop(const Canvas& canvas, const Frame& frame);

}  // namespace bitplace::world
