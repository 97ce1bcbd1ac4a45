// Walks the chunks of a PNG file and checks each one's CRC.

#include <array>

#include "core/error.h"
#include "image/probe.h"

namespace bitplace {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? 0xedb88320u ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}

std::uint32_t big_endian(ByteSpan bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[offset + i]);
  return value;
}

Error corrupt(const std::string& why) {
  return make_error(ErrorCode::corrupt, "PNG", why);
}

int channels_of_color_type(unsigned type) {
  switch (type) {
    case 0:
    case 3:
      return 1;
    case 2:
      return 3;
    case 4:
      return 2;
    case 6:
      return 4;
    default:
      return 0;
  }
}

struct Header {
  ImageFacts facts;
  std::uint64_t raw_bytes = 0;  // of the picture before compression, without the filter bytes
};

Result<Header> read_header(ByteSpan data) {
  if (data.size() != 13) return corrupt("the header has a wrong length");
  Header header;
  header.facts.container = ImageContainer::png;
  header.facts.width = big_endian(data, 0);
  header.facts.height = big_endian(data, 4);
  const auto depth = std::to_integer<unsigned>(data[8]);
  const auto type = std::to_integer<unsigned>(data[9]);
  const int channels = channels_of_color_type(type);
  if (channels == 0) return corrupt("color type " + std::to_string(type));
  header.facts.gray = type == 0 || type == 4;
  // Nothing wider than 2^16 is accepted later, so nothing overflows here.
  const std::uint64_t width = header.facts.width & 0xfffff;
  const std::uint64_t height = header.facts.height & 0xfffff;
  header.raw_bytes = width * height * static_cast<unsigned>(channels) * depth / 8;
  return header;
}

}  // namespace

std::uint32_t png_crc(ByteSpan bytes) {
  static constexpr auto kTable = make_crc_table();
  std::uint32_t crc = 0xffffffffu;
  for (const std::byte byte : bytes)
    crc = kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

Result<ImageFacts> probe_png(ByteSpan bytes) {
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kFraming = 12;  // length, type, CRC
  Header header;
  bool first = true;
  bool has_data = false;
  for (std::size_t position = kSignature;;) {
    if (bytes.size() - position < kFraming) return corrupt("truncated: no end chunk");
    const std::size_t length = big_endian(bytes, position);
    if (length > bytes.size() - position - kFraming) return corrupt("truncated inside a chunk");
    const ByteSpan type = bytes.subspan(position + 4, 4);
    const ByteSpan data = bytes.subspan(position + 8, length);
    const auto is = [&](const char* name) { return std::memcmp(type.data(), name, 4) == 0; };
    if (png_crc(bytes.subspan(position + 4, 4 + length)) != big_endian(bytes, position + 8 + length)) {
      return corrupt("a chunk's CRC does not match");
    }
    if (first != is("IHDR")) return corrupt(first ? "the first chunk is not the header" : "a second header");
    if (first) {
      BITPLACE_ASSIGN(read, read_header(data));
      header = read;
    }
    if (is("eXIf")) header.facts.orientation = exif_orientation(data);
    has_data = has_data || is("IDAT");
    if (is("IEND")) break;
    first = false;
    position += kFraming + length;
  }
  if (!has_data) return corrupt("no picture data");
  // Deflate makes at most 1032 bytes out of one.
  if (header.raw_bytes / 1032 > bytes.size()) return corrupt("too short for its size");
  return header.facts;
}

}  // namespace bitplace
