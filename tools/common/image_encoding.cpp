#include "common/image_encoding.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

#include "core/error.h"

namespace bitplace::tools {
namespace {

constexpr int kLargestSide = 16384;  // keeps every product inside stb_image_write far below 2^31

Status check(const ImageView& image) {
  const bool format = image.format == PixelFormat::rgb8 || image.format == PixelFormat::gray8;
  const bool size =
      image.width >= 1 && image.height >= 1 && image.width <= kLargestSide && image.height <= kLargestSide;
  const bool dense =
      image.stride == 0 || image.stride == std::ptrdiff_t{image.width} * bytes_per_pixel(image.format);
  if (image.data != nullptr && format && size && dense) return {};
  return make_error(ErrorCode::invalid_argument, "encode", "expected a dense rgb8 or gray8 image");
}

void append(void* context, void* data, int count) {
  const auto* first = static_cast<const std::byte*>(data);
  auto* bytes = static_cast<std::vector<std::byte>*>(context);
  bytes->insert(bytes->end(), first, first + count);
}

Result<std::vector<std::byte>> finished(int written, std::vector<std::byte> bytes) {
  if (written == 0) return Error(ErrorCode::out_of_memory, "encode: out of memory");
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> encode_png(const ImageView& image) {
  BITPLACE_TRY(check(image));
  std::vector<std::byte> bytes;
  const int channels = bytes_per_pixel(image.format);
  const int written = stbi_write_png_to_func(append, &bytes, image.width, image.height, channels, image.data,
                                             image.width * channels);
  return finished(written, std::move(bytes));
}

Result<std::vector<std::byte>> encode_jpeg(const ImageView& image, int quality) {
  BITPLACE_TRY(check(image));
  std::vector<std::byte> bytes;
  const int written = stbi_write_jpg_to_func(append, &bytes, image.width, image.height,
                                             bytes_per_pixel(image.format), image.data, quality);
  return finished(written, std::move(bytes));
}

}  // namespace bitplace::tools
