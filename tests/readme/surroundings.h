// What the README's program takes for granted: a first drive of ten frames, and one of them seen again.
#pragma once

#include <bitplace/image.h>

#include <cstdint>
#include <vector>

struct Frame {
  bitplace::ImageView image;
  std::int64_t id;
};

class Drive {
 public:
  Drive() {
    for (int place = 0; place < kPlaces; ++place) {
      std::vector<std::uint8_t> pixels(kSide * kSide * 3);
      std::uint32_t state = static_cast<std::uint32_t>(place) + 1;
      for (std::uint8_t& pixel : pixels) {
        state = state * 1664525u + 1013904223u;
        pixel = static_cast<std::uint8_t>(state >> 24);
      }
      pixels_.push_back(pixels);
    }
    for (int place = 0; place < kPlaces; ++place) {
      const std::uint8_t* data = pixels_[static_cast<std::size_t>(place)].data();
      frames_.push_back({{data, kSide, kSide, 0, bitplace::PixelFormat::rgb8}, place});
    }
  }
  std::vector<Frame>::const_iterator begin() const { return frames_.begin(); }
  std::vector<Frame>::const_iterator end() const { return frames_.end(); }

 private:
  static constexpr int kPlaces = 10;
  static constexpr int kSide = 32;
  std::vector<std::vector<std::uint8_t>> pixels_;
  std::vector<Frame> frames_;
};

static const Drive first_drive;
static const bitplace::ImageView now = (first_drive.begin() + 3)->image;
