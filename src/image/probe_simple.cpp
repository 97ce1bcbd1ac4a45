// The uncompressed containers: BMP, PGM and PPM.

#include "core/error.h"
#include "image/probe.h"

namespace bitplace {
namespace {

template <typename T>
T little_endian(ByteSpan bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

// One number of a PNM header: white space and comments, digits, and not more than nine of them.
bool read_number(ByteSpan bytes, std::size_t* position, std::uint32_t* number) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  const auto at = [&](std::size_t i) { return static_cast<char>(bytes[i]); };
  std::size_t i = *position;
  while (i < bytes.size() && (is_space(at(i)) || at(i) == '#')) {
    if (at(i) == '#') {
      while (i < bytes.size() && at(i) != '\n' && at(i) != '\r')
        ++i;
    } else {
      ++i;
    }
  }
  std::uint32_t value = 0;
  int digits = 0;
  for (; i < bytes.size() && at(i) >= '0' && at(i) <= '9'; ++i) {
    if (++digits > 9) return false;
    value = value * 10 + static_cast<std::uint32_t>(at(i) - '0');
  }
  *position = i;
  *number = value;
  return digits > 0;
}

}  // namespace

Result<ImageFacts> probe_bmp(ByteSpan bytes) {
  const auto corrupt = [](const char* why) { return make_error(ErrorCode::corrupt, "BMP", why); };
  constexpr std::size_t kFileHeader = 14;
  constexpr std::uint32_t kOldHeader = 12;
  if (bytes.size() < kFileHeader + 40 && bytes.size() < kFileHeader + kOldHeader) {
    return corrupt("truncated header");
  }
  const auto header = little_endian<std::uint32_t>(bytes, kFileHeader);
  if (bytes.size() - kFileHeader < header) return corrupt("truncated header");
  ImageFacts facts;
  facts.container = ImageContainer::bmp;
  std::uint32_t bits = 0;
  if (header == kOldHeader) {
    facts.width = little_endian<std::uint16_t>(bytes, 18);
    facts.height = little_endian<std::uint16_t>(bytes, 20);
    bits = little_endian<std::uint16_t>(bytes, 24);
  } else if (header >= 40) {
    facts.width = little_endian<std::uint32_t>(bytes, 18);
    const auto height = little_endian<std::int32_t>(bytes, 22);  // negative: rows from the top
    facts.height = height < 0 ? 0u - static_cast<std::uint32_t>(height) : static_cast<std::uint32_t>(height);
    bits = little_endian<std::uint16_t>(bytes, 28);
    const auto compression = little_endian<std::uint32_t>(bytes, 30);
    if (compression != 0 && compression != 3) return make_error(ErrorCode::unsupported, "BMP", "compressed");
  } else {
    return corrupt("unknown header");
  }
  const std::uint64_t offset = little_endian<std::uint32_t>(bytes, 10);
  const std::uint64_t row = (std::uint64_t{facts.width} * bits + 31) / 32 * 4;
  const std::uint64_t room = bytes.size() < offset ? 0 : bytes.size() - offset;
  if (facts.height != 0 && row > room / facts.height) return corrupt("truncated: too short for its size");
  return facts;
}

Result<ImageFacts> probe_pnm(ByteSpan bytes) {
  const char kind = static_cast<char>(bytes[1]);
  if (kind != '5' && kind != '6') {
    return make_error(ErrorCode::unsupported, "PNM", std::string("P") + kind + ", only P5 and P6 are read");
  }
  const auto corrupt = [](const char* why) { return make_error(ErrorCode::corrupt, "PNM", why); };
  ImageFacts facts;
  facts.container = ImageContainer::pnm;
  facts.gray = kind == '5';
  std::size_t position = 2;
  std::uint32_t largest = 0;
  const bool read = read_number(bytes, &position, &facts.width) &&
                    read_number(bytes, &position, &facts.height) && read_number(bytes, &position, &largest);
  if (!read || position >= bytes.size()) return corrupt("malformed or truncated header");
  if (largest != 255 && largest != 65535) {
    return make_error(ErrorCode::unsupported, "PNM",
                      "largest value " + std::to_string(largest) + ", only 255 and 65535 are read");
  }
  facts.bytes_per_sample = largest > 255 ? 2 : 1;
  facts.data_offset = position + 1;
  const std::uint64_t row =
      std::uint64_t{facts.width} * (facts.gray ? 1u : 3u) * static_cast<unsigned>(facts.bytes_per_sample);
  const std::uint64_t room = bytes.size() - facts.data_offset;
  if (facts.height != 0 && row > room / facts.height) return corrupt("truncated: too short for its size");
  return facts;
}

}  // namespace bitplace
