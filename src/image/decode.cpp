#include "image/decode.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/error.h"
#include "core/file.h"
#include "image/jpeg_decoder.h"
#include "image/probe.h"
#include "image/stb_decoder.h"

namespace bitplace {
namespace {

constexpr const char* container_name(ImageContainer container) {
  switch (container) {
    case ImageContainer::jpeg:
      return "JPEG";
    case ImageContainer::png:
      return "PNG";
    case ImageContainer::bmp:
      return "BMP";
    case ImageContainer::pnm:
      return "PNM";
  }
  return "image";
}

void copy_pnm(ByteSpan bytes, const ImageFacts& facts, std::vector<std::uint8_t>* pixels) {
  const auto step = static_cast<std::size_t>(facts.bytes_per_sample);
  for (std::size_t i = 0; i < pixels->size(); ++i) {
    (*pixels)[i] =
        std::to_integer<std::uint8_t>(bytes[facts.data_offset + i * step]);  // big-endian: upper byte
  }
}

Result<DecodedImage> decode(ByteSpan bytes) {
  BITPLACE_ASSIGN(facts, probe_image(bytes));
  DecodedImage image;
  image.width = static_cast<int>(facts.width);
  image.height = static_cast<int>(facts.height);
  image.format = facts.gray ? PixelFormat::gray8 : PixelFormat::rgb8;
  image.orientation = facts.orientation;
  image.pixels.resize(std::size_t{facts.width} * facts.height * (facts.gray ? 1 : 3));
  if (facts.container == ImageContainer::pnm) {
    copy_pnm(bytes, facts, &image.pixels);
    return image;
  }
#if BITPLACE_LIBJPEG
  if (facts.container == ImageContainer::jpeg) {
    std::string reason;
    if (!decode_jpeg(bytes, facts, image.pixels.data(), &reason)) {
      return make_error(ErrorCode::corrupt, container_name(facts.container), reason);
    }
    return image;
  }
#endif
  const StbPicture picture = decode_with_stb(bytes, facts);
  if (picture.pixels == nullptr) {
    return make_error(picture.out_of_memory ? ErrorCode::out_of_memory : ErrorCode::corrupt,
                      container_name(facts.container), picture.reason);
  }
  std::copy_n(picture.pixels.get(), image.pixels.size(), image.pixels.begin());
  return image;
}

bool is_image_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr const char* kExtensions[] = {".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".pnm"};
  return std::any_of(std::begin(kExtensions), std::end(kExtensions),
                     [&](const char* known) { return extension == known; });
}

Result<std::vector<std::string>> list(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::error_code ignored;  // a link that leads nowhere is no image
  const auto failed = [&] { return make_error(ErrorCode::io, folder, "list", error.message()); };
  std::vector<std::string> names;
  fs::recursive_directory_iterator entry(folder, error);
  if (error) return failed();
  for (; entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.')) {
      entry.disable_recursion_pending();
    } else if (is_image_name(entry->path()) && entry->is_regular_file(ignored)) {
      names.push_back(entry->path().lexically_relative(folder).generic_string());
    }
  }
  if (error) return failed();
  std::sort(names.begin(), names.end());
  for (std::string& name : names)
    name = (fs::path(folder) / name).generic_string();
  return names;
}

}  // namespace

Result<DecodedImage> decode_image(ByteSpan bytes, const std::string& name) noexcept {
  return guarded([&]() -> Result<DecodedImage> {
    if (bytes.size() > kMaxImageFileBytes) {
      return make_error(ErrorCode::unsupported, name, "size", "more than 256 MiB");
    }
    Result<DecodedImage> image = decode(bytes);
    if (!image.ok()) return with_context(image.error(), name);
    return image;
  });
}

Result<DecodedImage> read_image(const std::string& path) noexcept {
  return guarded([&]() -> Result<DecodedImage> {
    BITPLACE_ASSIGN(bytes, read_file(path, kMaxImageFileBytes));
    return decode_image(bytes, path);
  });
}

Result<std::vector<std::string>> list_images(const std::string& folder) noexcept {
  return guarded([&] { return list(folder); });
}

}  // namespace bitplace
