#include "vprtrain/augmentation/tone.h"

#include <algorithm>
#include <cmath>

namespace bitplace::train {
namespace {

// A curve before it is rounded: grey levels 0 to 1, of each channel.
using Curves = std::array<std::array<float, 256>, 3>;

float symmetric(SplitMix64* random, float limit) {
  return random->uniform(-1.0f, 1.0f) * limit;
}

float clipped(float value) {
  return std::clamp(value, 0.0f, 1.0f);
}

template <typename Function>
void change(Curves* curves, Function&& function) {
  for (std::size_t c = 0; c < curves->size(); ++c) {
    for (float& value : (*curves)[c])
      value = clipped(function(value, c));
  }
}

void expose(const AugmentationOptions& options, SplitMix64* random, Curves* curves) {
  const float contrast = 1.0f + symmetric(random, options.contrast);
  const float brightness = symmetric(random, options.brightness);
  const float exponent = std::exp2(symmetric(random, options.gamma));
  std::array<float, 3> factor{};
  for (float& value : factor)
    value = 1.0f + symmetric(random, options.colour);
  change(curves, [&](float value, std::size_t c) {
    const float lit = clipped(0.5f + (value - 0.5f) * contrast + brightness);
    return std::pow(lit, exponent) * factor[c];
  });
}

// What little light there is comes from lamps or the sky: dark, steeper, and of some colour.
void darken(SplitMix64* random, Curves* curves) {
  const float brightest = random->uniform(0.15f, 0.5f);
  const float exponent = random->uniform(1.0f, 1.8f);
  std::array<float, 3> factor{};
  for (float& value : factor)
    value = random->uniform(0.75f, 1.0f);
  change(curves,
         [&](float value, std::size_t c) { return std::pow(value, exponent) * brightest * factor[c]; });
}

// Snow makes the ground brighter than the sky, foliage and water change their places on the scale: a
// piecewise linear curve, the same in all channels, between what was and something else, at times its
// negative.
void remap_luminance(SplitMix64* random, Curves* curves) {
  constexpr std::size_t kKnots = 5;
  const bool inverted = random->unit() < 0.25;
  const float share = random->uniform(0.2f, 0.8f);
  std::array<float, kKnots> knots{};
  for (std::size_t i = 0; i < kKnots; ++i) {
    const float level = static_cast<float>(i) / (kKnots - 1);
    const float drawn = random->uniform(0.0f, 1.0f);
    knots[i] = level + share * ((inverted ? 1.0f - level : drawn) - level);
  }
  change(curves, [&](float value, std::size_t) {
    const float position = value * (kKnots - 1);
    const std::size_t first = std::min(static_cast<std::size_t>(position), kKnots - 2);
    return knots[first] + (position - static_cast<float>(first)) * (knots[first + 1] - knots[first]);
  });
}

}  // namespace

ToneCurves draw_tone(const AugmentationOptions& options, SplitMix64* exposure, SplitMix64* night,
                     SplitMix64* remap) {
  Curves curves;
  for (auto& curve : curves) {
    for (std::size_t level = 0; level < curve.size(); ++level)
      curve[level] = static_cast<float>(level) / 255.0f;
  }
  expose(options, exposure, &curves);
  if (night->unit() < static_cast<double>(options.night)) darken(night, &curves);
  if (remap->unit() < static_cast<double>(options.remap)) remap_luminance(remap, &curves);
  ToneCurves rounded{};
  for (std::size_t c = 0; c < rounded.size(); ++c) {
    for (std::size_t level = 0; level < rounded[c].size(); ++level)
      rounded[c][level] = static_cast<std::uint8_t>(std::lround(curves[c][level] * 255.0f));
  }
  return rounded;
}

void apply_tone(const ToneCurves& curves, std::size_t pixels, std::uint8_t* bytes) {
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      bytes[3 * i + c] = curves[c][bytes[3 * i + c]];
  }
}

void remove_colour(ChannelOrder order, std::size_t pixels, std::uint8_t* bytes) {
  constexpr int kBits = 16;
  constexpr int kGreenWeight = 38470;  // 0.587
  int first_weight = 19595;            // 0.299, red
  int last_weight = 7471;              // 0.114, blue
  if (order == ChannelOrder::bgr) std::swap(first_weight, last_weight);
  for (std::size_t i = 0; i < pixels; ++i) {
    std::uint8_t* pixel = bytes + 3 * i;
    const int sum = pixel[0] * first_weight + pixel[1] * kGreenWeight + pixel[2] * last_weight;
    pixel[0] = pixel[1] = pixel[2] = static_cast<std::uint8_t>((sum + (1 << (kBits - 1))) >> kBits);
  }
}

}  // namespace bitplace::train
