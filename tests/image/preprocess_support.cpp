#include "image/preprocess_support.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/arena.h"
#include "core/hash.h"
#include "image/preprocess.h"

namespace bitplace::test {

std::uint8_t pattern(int x, int y, int channel) {
  auto v = static_cast<std::uint32_t>(x) * 2654435761u + static_cast<std::uint32_t>(y) * 2246822519u +
           static_cast<std::uint32_t>(channel) * 3266489917u;
  v ^= v >> 15;
  v *= 668265263u;
  return static_cast<std::uint8_t>(v >> 13);
}

TestImage pattern_image(int width, int height, PixelFormat format, int padding) {
  const int pixel = bytes_per_pixel(format);
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(width) * pixel + padding;
  TestImage image{std::vector<std::uint8_t>(static_cast<std::size_t>(stride * height), 0xa5), {}};
  const bool reverse = format == PixelFormat::bgr8 || format == PixelFormat::bgra8;
  const int channels = pixel == 1 ? 1 : 3;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const std::ptrdiff_t at = y * stride + x * pixel + (reverse ? 2 - c : c);
        image.bytes[static_cast<std::size_t>(at)] = pattern(x, y, c);
      }
    }
  }
  image.view = {image.bytes.data(), width, height, padding == 0 ? 0 : stride, format};
  return image;
}

int byte_of(const Preprocessing& rules, const ImageView& image, int x, int y, int channel) {
  const int pixel = bytes_per_pixel(image.format);
  const std::ptrdiff_t stride = image.stride == 0 ? image.width * pixel : image.stride;
  const bool bgr = image.format == PixelFormat::bgr8 || image.format == PixelFormat::bgra8;
  const int first = rules.channel_order == ChannelOrder::bgr ? 2 - channel : channel;
  const int at_channel = pixel == 1 ? 0 : bgr ? 2 - first : first;
  x = std::clamp(x, 0, image.width - 1);
  y = std::clamp(y, 0, image.height - 1);
  return image.data[y * stride + x * pixel + at_channel];
}

Preprocessing preprocessing_of(int width, int height, ResizeRule rule) {
  Preprocessing preprocessing;
  preprocessing.width = width;
  preprocessing.height = height;
  preprocessing.resize = rule;
  return preprocessing;
}

std::vector<ResizeRule> all_rules() {
  std::vector<ResizeRule> rules;
  for (int i = 0; i < kResizeRules; ++i)
    rules.push_back(static_cast<ResizeRule>(i));
  return rules;
}

std::size_t output_bytes(const Preprocessing& rules) {
  return static_cast<std::size_t>(rules.width * rules.height * 3 * bits_per_element(rules.input_type) / 8);
}

std::vector<std::uint8_t> preprocessed(const Preprocessing& rules, const ImageView& image,
                                       IsaFeatures features) {
  REQUIRE(check_image(image).ok());
  const Preprocessor preprocessor(rules, features);
  std::vector<std::uint8_t> out(output_bytes(rules));
  auto scratch = AlignedBuffer::allocate(preprocessor.scratch_bytes());
  REQUIRE(scratch.ok());
  preprocessor.run(image, out.data(), scratch->data());
  return out;
}

std::vector<IsaTier> runnable_tiers() {
  std::vector<IsaTier> tiers;
  for (const IsaTier& tier : isa_tiers()) {
    if (tier.features != 0 && (tier.features & ~cpu_features()) == 0) tiers.push_back(tier);
  }
  return tiers;
}

std::uint64_t hash_of(const std::vector<std::uint8_t>& bytes) {
  return hash64(bytes.data(), bytes.size());
}

RandomCase random_case(Random& random, ResizeRule first, ResizeRule last) {
  const auto side = [&] { return static_cast<int>(random.integer(1, random.integer(0, 3) == 0 ? 200 : 40)); };
  RandomCase made{preprocessing_of(side(), side(),
                                   static_cast<ResizeRule>(
                                       random.integer(static_cast<int>(first), static_cast<int>(last)))),
                  {}};
  made.rules.channel_order = static_cast<ChannelOrder>(random.integer(0, 1));
  const PixelFormat format = kFormats[random.integer(0, 4)];
  const int padding = random.integer(0, 1) == 0 ? 0 : static_cast<int>(random.integer(1, 9));
  const int width = made.rules.width, height = made.rules.height;
  switch (random.integer(0, 5)) {
    case 0:
      made.image = pattern_image(2 * width, 2 * height, format, padding);
      break;
    case 1:
      made.image = pattern_image(width, height, format, padding);
      break;
    case 2:
      made.image = pattern_image(static_cast<int>(random.integer(1, 3000)), 3, format, padding);
      break;
    default:
      made.image = pattern_image(side(), side(), format, padding);
  }
  auto& bytes = made.image.bytes;
  bytes.erase(bytes.end() - padding, bytes.end());
  return made;
}

}  // namespace bitplace::test
