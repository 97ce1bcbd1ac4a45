#include "image/probe.h"

#include "core/error.h"
#include "image/decode.h"
#include "image/preprocess.h"

namespace bitplace {
namespace {

bool starts_with(ByteSpan bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

Result<ImageFacts> probe_by_kind(ByteSpan bytes) {
  if (bytes.empty()) return make_error(ErrorCode::corrupt, "image", "the file is empty");
  if (starts_with(bytes, "\xff\xd8")) return probe_jpeg(bytes);
  if (starts_with(bytes, "\x89PNG\r\n\x1a\n")) return probe_png(bytes);
  if (starts_with(bytes, "BM")) return probe_bmp(bytes);
  if (bytes.size() >= 2 && bytes[0] == std::byte{'P'} && bytes[1] >= std::byte{'1'} &&
      bytes[1] <= std::byte{'7'}) {
    return probe_pnm(bytes);
  }
  return make_error(ErrorCode::unsupported, "image", "not a JPEG, PNG, BMP, PGM or PPM file");
}

class TiffReader {
 public:
  TiffReader(ByteSpan bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  // Zero past the end, which no caller takes for something sensible.
  std::uint32_t number(std::size_t offset, std::size_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t at = big_endian_ ? i : size - 1 - i;
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[offset + at]);
    }
    return value;
  }

 private:
  ByteSpan bytes_;
  bool big_endian_;
};

}  // namespace

Result<ImageFacts> probe_image(ByteSpan bytes) {
  BITPLACE_ASSIGN(facts, probe_by_kind(bytes));
  const std::string size = std::to_string(facts.width) + "x" + std::to_string(facts.height);
  if (facts.width == 0 || facts.height == 0) return make_error(ErrorCode::corrupt, "image", "size " + size);
  if (facts.width > kMaxImageSide || facts.height > kMaxImageSide) {
    return make_error(ErrorCode::unsupported, "image",
                      "size " + size + ", sides may be " + std::to_string(kMaxImageSide) + " at most");
  }
  if (std::int64_t{facts.width} * facts.height > kMaxDecodedPixels) {
    return make_error(
        ErrorCode::unsupported, "image",
        "size " + size + ", at most " + std::to_string(kMaxDecodedPixels) + " pixels are decoded");
  }
  return facts;
}

int exif_orientation(ByteSpan tiff) {
  const bool big_endian = starts_with(tiff, "MM");
  if (!big_endian && !starts_with(tiff, "II")) return 1;
  constexpr std::uint32_t kOrientationTag = 0x0112;
  constexpr std::uint32_t kShort = 3;
  constexpr std::size_t kEntryBytes = 12;
  const TiffReader reader(tiff, big_endian);
  const std::size_t directory = reader.number(4, 4);
  const std::size_t entries = reader.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (reader.number(entry, 2) != kOrientationTag || reader.number(entry + 2, 2) != kShort) continue;
    const std::uint32_t value = reader.number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace bitplace
