#include "vprtrain/augmentation/warp.h"

#include <algorithm>
#include <cmath>

namespace bitplace::train {
namespace {

constexpr double kPi = 3.14159265358979323846;

Homography product(const Homography& a, const Homography& b) {
  Homography c{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j)
      c[i * 3 + j] = a[i * 3] * b[j] + a[i * 3 + 1] * b[3 + j] + a[i * 3 + 2] * b[6 + j];
  }
  return c;
}

double symmetric(SplitMix64* random, float limit) {
  return (2.0 * random->unit() - 1.0) * static_cast<double>(limit);
}

// Where red, green and blue lie in a pixel.
std::array<int, 3> channel_offsets(PixelFormat format, ChannelOrder order) {
  std::array<int, 3> offsets{0, 0, 0};
  if (format == PixelFormat::rgb8 || format == PixelFormat::rgba8) offsets = {0, 1, 2};
  if (format == PixelFormat::bgr8 || format == PixelFormat::bgra8) offsets = {2, 1, 0};
  if (order == ChannelOrder::bgr) std::swap(offsets[0], offsets[2]);
  return offsets;
}

// A coordinate as a pixel, the next one, and the next one's share in units of 2^-kShareBits.
constexpr int kShareBits = 8;
constexpr int kShareOne = 1 << kShareBits;

struct Tap {
  int first;
  int second;
  int share;
};

Tap tap_at(float coordinate, int size) {
  const float inside = std::clamp(coordinate, 0.0f, static_cast<float>(size - 1));
  const int scaled = static_cast<int>(inside * static_cast<float>(kShareOne) + 0.5f);
  const int first = scaled >> kShareBits;
  return {first, std::min(first + 1, size - 1), scaled & (kShareOne - 1)};
}

}  // namespace

Homography draw_viewpoint(const AugmentationOptions& options, Extent source, Extent target,
                          SplitMix64* random) {
  const double aspect = static_cast<double>(source.width) / source.height;
  const double cut = random->unit() * static_cast<double>(options.zoom);
  // What is cut away is cut anywhere, not only around the middle; u and v go from -1 to 1.
  const double shift_u = symmetric(random, 2.0f * options.shift) + (2.0 * random->unit() - 1.0) * cut;
  const double shift_v = symmetric(random, options.shift) + (2.0 * random->unit() - 1.0) * cut;
  const double angle = symmetric(random, options.rotation) * kPi / 180.0;
  const double tilt_u = symmetric(random, options.perspective);
  const double tilt_v = symmetric(random, options.perspective);
  const double mirrored = random->unit() < static_cast<double>(options.flip) ? -1.0 : 1.0;

  const double target_u = 2.0 / target.width;
  const double target_v = 2.0 / target.height;
  const Homography to_unit{target_u, 0, 0.5 * target_u - 1, 0, target_v, 0.5 * target_v - 1, 0, 0, 1};
  const Homography tilt{mirrored, 0, 0, 0, 1, 0, mirrored * tilt_u, tilt_v, 1};
  const double scale = 1.0 - cut;
  const double cosine = scale * std::cos(angle);
  const double sine = scale * std::sin(angle);
  const Homography turn{cosine, -sine / aspect, shift_u, sine * aspect, cosine, shift_v, 0, 0, 1};
  const double half_width = 0.5 * source.width;
  const double half_height = 0.5 * source.height;
  const Homography to_source{half_width, 0, half_width - 0.5, 0, half_height, half_height - 0.5, 0, 0, 1};
  return product(to_source, product(turn, product(tilt, to_unit)));
}

void warp(const ImageView& source, const Homography& map, Extent target, ChannelOrder order,
          std::uint8_t* out) {
  const std::ptrdiff_t pixel = bytes_per_pixel(source.format);
  const std::ptrdiff_t stride = source.stride != 0 ? source.stride : source.width * pixel;
  const std::array<int, 3> offsets = channel_offsets(source.format, order);
  std::array<float, 9> m{};
  std::transform(map.begin(), map.end(), m.begin(), [](double value) { return static_cast<float>(value); });
  for (int y = 0; y < target.height; ++y) {
    const auto row = static_cast<float>(y);
    for (int x = 0; x < target.width; ++x) {
      const auto column = static_cast<float>(x);
      const float inverse = 1.0f / (m[6] * column + m[7] * row + m[8]);
      const Tap across = tap_at((m[0] * column + m[1] * row + m[2]) * inverse, source.width);
      const Tap down = tap_at((m[3] * column + m[4] * row + m[5]) * inverse, source.height);
      const std::uint8_t* upper = source.data + down.first * stride;
      const std::uint8_t* lower = source.data + down.second * stride;
      for (const int offset : offsets) {
        const std::ptrdiff_t left = across.first * pixel + offset;
        const std::ptrdiff_t right = across.second * pixel + offset;
        const int top = upper[left] * (kShareOne - across.share) + upper[right] * across.share;
        const int bottom = lower[left] * (kShareOne - across.share) + lower[right] * across.share;
        const int sum = top * (kShareOne - down.share) + bottom * down.share;
        *out++ = static_cast<std::uint8_t>((sum + (1 << (2 * kShareBits - 1))) >> (2 * kShareBits));
      }
    }
  }
}

}  // namespace bitplace::train
