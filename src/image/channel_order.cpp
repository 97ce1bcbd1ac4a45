#include "image/channel_order.h"

namespace bitplace {
namespace {

bool is_bgr(PixelFormat format) {
  return format == PixelFormat::bgr8 || format == PixelFormat::bgra8;
}

}  // namespace

bool reverses_channels(const Preprocessing& rules, PixelFormat format) {
  return format != PixelFormat::gray8 && is_bgr(format) != (rules.channel_order == ChannelOrder::bgr);
}

void source_channels(const Preprocessing& rules, PixelFormat format,
                     std::uint8_t (&channels)[kResizeChannels]) {
  const bool gray = format == PixelFormat::gray8;
  for (std::uint8_t c = 0; c < kResizeChannels; ++c) {
    const int channel = gray ? 0 : reverses_channels(rules, format) ? 2 - c : c;
    channels[c] = static_cast<std::uint8_t>(channel);
  }
}

}  // namespace bitplace
