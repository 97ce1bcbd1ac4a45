// A view of an image in the caller's memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitplace {

enum class PixelFormat : std::uint8_t { rgb8, bgr8, rgba8, bgra8, gray8 };

constexpr int bytes_per_pixel(PixelFormat format) noexcept {
  switch (format) {
    case PixelFormat::rgb8:
    case PixelFormat::bgr8:
      return 3;
    case PixelFormat::rgba8:
    case PixelFormat::bgra8:
      return 4;
    case PixelFormat::gray8:
      return 1;
  }
  return 0;
}

// `stride` is the distance in bytes from one row to the next (at least width * bytes_per_pixel; 0 means
// exactly that). Rows are read, never written, and never read past width * bytes_per_pixel. Alpha is ignored;
// grey is taken as three equal channels.
struct ImageView {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;
  PixelFormat format = PixelFormat::rgb8;
};

}  // namespace bitplace
