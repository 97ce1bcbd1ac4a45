#include "evaluation/html.h"

#include <algorithm>
#include <vector>

#include "common/image_encoding.h"
#include "core/error.h"

namespace bitplace::tools {
namespace {

constexpr int kJpegQuality = 82;

// Length of the valid UTF-8 sequence at the front of `text`, 0 for none. Overlong forms, surrogates and code
// points beyond U+10FFFF are not valid.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
  }
  const bool wrong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0) ||
                     (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90);
  return wrong ? 0 : length;
}

void append_escaped(std::string* out, std::string_view sequence) {
  switch (sequence.front()) {
    case '&':
      *out += "&amp;";
      return;
    case '<':
      *out += "&lt;";
      return;
    case '>':
      *out += "&gt;";
      return;
    case '"':
      *out += "&quot;";
      return;
    default:
      *out += sequence;
  }
}

// Mean of the pixels that fall on one pixel of the thumbnail, channel by channel, as RGB.
void append_mean(const ImageView& image, int left, int top, int right, int bottom,
                 std::vector<std::uint8_t>* out) {
  const int channels = bytes_per_pixel(image.format);
  const std::ptrdiff_t stride = image.stride != 0 ? image.stride : std::ptrdiff_t{image.width} * channels;
  for (int c = 0; c < 3; ++c) {
    const int channel = channels == 1 ? 0 : c;
    std::int64_t sum = 0;
    for (int y = top; y < bottom; ++y) {
      for (int x = left; x < right; ++x)
        sum += image.data[y * stride + std::ptrdiff_t{x} * channels + channel];
    }
    const std::int64_t count = std::int64_t{right - left} * (bottom - top);
    out->push_back(static_cast<std::uint8_t>((sum + count / 2) / count));
  }
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      append_escaped(&out, text.substr(0, length));
      text.remove_prefix(length);
    }
  }
  return out;
}

std::string base64(ByteSpan bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? kDigits[group >> (18 - 6 * k) & 63u] : '=';
  }
  return text;
}

Result<std::string> thumbnail_uri(const ImageView& image, int longest_side) {
  const int longest = std::max(image.width, image.height);
  const int side = std::min(longest, longest_side);
  const auto scaled = [&](int extent) {
    return std::max(1, static_cast<int>(std::int64_t{extent} * side / longest));
  };
  const int width = scaled(image.width);
  const int height = scaled(image.height);
  const auto edge = [](int i, int count, int extent) {
    return static_cast<int>(std::int64_t{i} * extent / count);
  };
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      append_mean(image, edge(x, width, image.width), edge(y, height, image.height),
                  edge(x + 1, width, image.width), edge(y + 1, height, image.height), &pixels);
    }
  }
  BITPLACE_ASSIGN(jpeg, encode_jpeg({pixels.data(), width, height, 0, PixelFormat::rgb8}, kJpegQuality));
  return "data:image/jpeg;base64," + base64(jpeg);
}

}  // namespace bitplace::tools
