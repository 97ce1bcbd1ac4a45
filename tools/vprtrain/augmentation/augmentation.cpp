#include "vprtrain/augmentation/augmentation.h"

#include <algorithm>

#include "vprtrain/augmentation/blur.h"
#include "vprtrain/augmentation/fields.h"
#include "vprtrain/augmentation/tone.h"
#include "vprtrain/augmentation/warp.h"

namespace bitplace::train {
namespace {

// Every kind draws from numbers of its own.
enum class Kind : std::uint64_t {
  viewpoint,
  low_resolution,
  grey,
  blur,
  exposure,
  night,
  remap,
  light,
  snow,
  noise,
  occlusion
};

SplitMix64 random_for(const AugmentationKey& key, Kind kind) {
  std::uint64_t state = key.seed;
  for (const std::uint64_t part : {key.epoch, key.batch, key.sample, static_cast<std::uint64_t>(kind)})
    state = SplitMix64(state ^ part).next();
  return SplitMix64(state);
}

bool happens(float probability, SplitMix64* random) {
  return random->unit() < static_cast<double>(probability);
}

bool changes_viewpoint(const AugmentationOptions& options) {
  return options.zoom > 0.0f || options.shift > 0.0f || options.rotation > 0.0f ||
         options.perspective > 0.0f || options.flip > 0.0f;
}

bool changes_tone(const AugmentationOptions& options) {
  return options.brightness > 0.0f || options.contrast > 0.0f || options.gamma > 0.0f ||
         options.colour > 0.0f || options.night > 0.0f || options.remap > 0.0f;
}

// The warp does what these rules do, four source pixels for one. Others resize first, by themselves.
bool samples_four(ResizeRule rule) {
  return rule == ResizeRule::bilinear_opencv || rule == ResizeRule::bilinear_tensor;
}

}  // namespace

Augmenter::Augmenter(const AugmentationOptions& options, const ImageFormat& format)
    : options_(options), maker_(format) {}

// Viewpoint, resize and resolution.
void Augmenter::sample(const ImageView& image, const AugmentationKey& key, std::uint8_t* out) {
  const ImageFormat& format = maker_.format();
  SplitMix64 resolution = random_for(key, Kind::low_resolution);
  const bool coarse = happens(options_.low_resolution, &resolution);
  if (!changes_viewpoint(options_) && !coarse) {
    maker_.make(image, out);
    return;
  }
  ImageView source = image;
  if (!samples_four(format.resize)) {
    resized_.resize(format.bytes());
    maker_.make(image, resized_.data());
    const bool swapped = format.channel_order == ChannelOrder::bgr;
    source = {resized_.data(), format.width, format.height, 0,
              swapped ? PixelFormat::bgr8 : PixelFormat::rgb8};
  }
  const float share = coarse ? resolution.uniform(0.2f, 0.7f) : 1.0f;
  const auto side = [&](int size) { return std::max(1, static_cast<int>(static_cast<float>(size) * share)); };
  const Extent target{side(format.width), side(format.height)};
  SplitMix64 viewpoint = random_for(key, Kind::viewpoint);
  const Homography map = draw_viewpoint(options_, {source.width, source.height}, target, &viewpoint);
  if (!coarse) {
    warp(source, map, target, format.channel_order, out);
    return;
  }
  // Enlarged by the network's own rule, which also brings the channels into their order.
  coarse_.resize(static_cast<std::size_t>(target.width) * static_cast<std::size_t>(target.height) * 3);
  warp(source, map, target, ChannelOrder::rgb, coarse_.data());
  maker_.make({coarse_.data(), target.width, target.height, 0, PixelFormat::rgb8}, out);
}

void Augmenter::change_light(const AugmentationKey& key, std::uint8_t* out) {
  const ImageFormat& format = maker_.format();
  const std::size_t pixels = format.bytes() / 3;
  SplitMix64 grey = random_for(key, Kind::grey);
  if (happens(options_.grey, &grey)) remove_colour(format.channel_order, pixels, out);
  if (changes_tone(options_)) {
    SplitMix64 exposure = random_for(key, Kind::exposure);
    SplitMix64 night = random_for(key, Kind::night);
    SplitMix64 remap = random_for(key, Kind::remap);
    apply_tone(draw_tone(options_, &exposure, &night, &remap), pixels, out);
  }
  SplitMix64 light = random_for(key, Kind::light);
  SplitMix64 snow = random_for(key, Kind::snow);
  SplitMix64 noise = random_for(key, Kind::noise);
  const FieldChanges changes = draw_fields(options_, &light, &snow, &noise);
  if (changes.any()) apply_fields(changes, {format.width, format.height}, out, &row_);
}

void Augmenter::run(const ImageView& image, const AugmentationKey& key, std::uint8_t* out) {
  const Extent extent{maker_.format().width, maker_.format().height};
  sample(image, key, out);
  SplitMix64 blur = random_for(key, Kind::blur);
  if (happens(options_.blur, &blur)) apply_blur(draw_blur(extent, &blur), extent, out, &wide_);
  change_light(key, out);
  SplitMix64 occlusion = random_for(key, Kind::occlusion);
  if (happens(options_.occlusion, &occlusion)) occlude(extent, &occlusion, out);
}

}  // namespace bitplace::train
