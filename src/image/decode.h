// Image files to pixels: JPEG, PNG, BMP, PGM and PPM. For tools and tests; the robot library takes pixels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/image.h"
#include "bitplace/result.h"
#include "core/bytes.h"

namespace bitplace {

inline constexpr std::size_t kMaxImageFileBytes = std::size_t{256} << 20;
inline constexpr std::int64_t kMaxDecodedPixels = std::int64_t{1} << 27;

struct DecodedImage {
  std::vector<std::uint8_t> pixels;  // rows without gaps
  int width = 0;
  int height = 0;
  PixelFormat format = PixelFormat::rgb8;  // rgb8 or gray8; alpha is dropped, 16 bits are cut to the upper 8
  int orientation = 1;  // EXIF, 1 to 8; the pixels are as stored, so anything but 1 deserves a warning

  ImageView view() const { return {pixels.data(), width, height, 0, format}; }
};

// `name` stands in front of the error's text. Everything about the file is checked, and refused with the
// reason, before a pixel is decoded: kind, sides (kMaxImageSide), pixels (kMaxDecodedPixels), a length that
// cannot hold the picture, a missing end. Errors: corrupt, unsupported, out_of_memory.
Result<DecodedImage> decode_image(ByteSpan bytes, const std::string& name) noexcept;
// Errors: those and io.
Result<DecodedImage> read_image(const std::string& path) noexcept;

// The images below `folder`, each path beginning with `folder`, in bytewise order of the path below it. An
// image is a file that ends in jpg, jpeg, png, bmp, ppm, pgm or pnm in any case; names that begin with a dot
// are skipped, and folders behind symbolic links are not entered. Error: io.
Result<std::vector<std::string>> list_images(const std::string& folder) noexcept;

}  // namespace bitplace
