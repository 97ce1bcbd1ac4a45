#include "format/plain_text.h"

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Bytes of the character at the start of `text`, or 0 where it is malformed (cut off, overlong, a surrogate,
// above U+10FFFF) or a control character.
std::size_t character_bytes(std::string_view text, bool lines) {
  const std::uint32_t lead = byte_at(text, 0);
  if (lead < 0x80) {
    const bool control = lead < 0x20 || lead == 0x7f;
    return !control || (lines && (lead == '\n' || lead == '\t')) ? 1 : 0;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte_at(text, i) & 0x3f);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0xa0, 0x800, 0x10000};  // below U+00A0: C1 control characters
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code >= kSmallest[length] && code <= 0x10ffff && !surrogate ? length : 0;
}

}  // namespace

bool is_plain_text(std::string_view text, bool lines) {
  while (!text.empty()) {
    const std::size_t length = character_bytes(text, lines);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_plain_text(std::string_view text, bool lines) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t length = character_bytes(text, lines);
    if (length == 0) {
      plain += '?';
    } else {
      plain += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return plain;
}

}  // namespace bitplace
