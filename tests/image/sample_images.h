// Small image files of every kind that is read. The picture is a formula, so each file can be made again:
// rgb: 5x + 4y + 30c; grey: 5x + 4y; palette: index (x + y) % 16 with the color (15i, 255 - 15i, 3i), entry 3
// transparent; 1 bit: 255 where x + y is odd. 23x17 pixels (bmp_rgb 9x6). Lower bytes of 16 bits are noise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/image.h"

namespace bitplace::test {

enum class SamplePicture { rgb, gray, palette, checkers };

struct SampleImage {
  std::string name;
  std::vector<std::byte> bytes;
  SamplePicture picture = SamplePicture::rgb;
  int tolerance = 0;  // of lossy compression
  int orientation = 1;
  int width = 23;
  int height = 17;

  PixelFormat format() const {
    const bool gray = picture == SamplePicture::gray || picture == SamplePicture::checkers;
    return gray ? PixelFormat::gray8 : PixelFormat::rgb8;
  }
  // What a pixel should be.
  int expected(int x, int y, int channel) const;
};

// Those that decode.
std::vector<SampleImage> sample_images();
// A JPEG file with four components.
std::vector<std::byte> cmyk_jpeg();

}  // namespace bitplace::test
