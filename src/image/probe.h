// What an image file says of itself, read and checked without decoding a pixel.
#pragma once

#include <cstdint>
#include <string>

#include "bitplace/result.h"
#include "core/bytes.h"

namespace bitplace {

enum class ImageContainer { jpeg, png, bmp, pnm };

struct ImageFacts {
  ImageContainer container = ImageContainer::jpeg;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool gray = false;
  int orientation = 1;          // EXIF
  int bytes_per_sample = 1;     // pnm only
  std::size_t data_offset = 0;  // pnm only
};

// Errors: corrupt, unsupported. The sides of what is returned are 1 to kMaxImageSide, the pixels at most
// kMaxDecodedPixels, and the file is long enough to hold them.
Result<ImageFacts> probe_image(ByteSpan bytes);

// One container each, called by probe_image; sides and pixels are not yet bounded.
Result<ImageFacts> probe_jpeg(ByteSpan bytes);
Result<ImageFacts> probe_png(ByteSpan bytes);
Result<ImageFacts> probe_bmp(ByteSpan bytes);
Result<ImageFacts> probe_pnm(ByteSpan bytes);

// CRC-32 as PNG has it.
std::uint32_t png_crc(ByteSpan bytes);

// The orientation in a TIFF structure as EXIF holds it, or 1 where there is none that makes sense.
int exif_orientation(ByteSpan tiff);

}  // namespace bitplace
