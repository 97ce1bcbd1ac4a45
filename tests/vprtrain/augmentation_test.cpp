#include "vprtrain/augmentation/augmentation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "support/random.h"
#include "vprtrain/augmentation/blur.h"
#include "vprtrain/augmentation/fields.h"
#include "vprtrain/augmentation/tone.h"
#include "vprtrain/augmentation/warp.h"

namespace bitplace::train {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Smooth, with an edge: width x height, `channels` bytes a pixel.
Bytes picture(int width, int height, int channels) {
  Bytes pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const int slope = 40 + 120 * x / width + 60 * y / height - 15 * c;
        pixels.push_back(static_cast<std::uint8_t>(x > width / 2 ? slope : 220 - slope));
      }
    }
  }
  return pixels;
}

ImageView view_of(const Bytes& pixels, int width, int height, PixelFormat format = PixelFormat::rgb8) {
  return {pixels.data(), width, height, 0, format};
}

ImageFormat format_of(int width, int height) {
  ImageFormat format;
  format.width = width;
  format.height = height;
  return format;
}

AugmentationOptions options_of(const std::string& text) {
  const auto options = parse_augmentation(text);
  if (!options.ok()) FAIL(options.error().message());
  return *options;
}

Bytes augmented(const std::string& text, const ImageFormat& format, const ImageView& image,
                const AugmentationKey& key) {
  Augmenter augmenter(options_of(text), format);
  Bytes out(format.bytes());
  augmenter.run(image, key, out.data());
  return out;
}

double mean_difference(const Bytes& a, const Bytes& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
  return sum / static_cast<double>(a.size());
}

TEST_CASE("Options are read, refused and written") {
  const AugmentationOptions options = options_of("medium,flip=0.5,night=0");
  CHECK(options.flip == 0.5f);
  CHECK(options.night == 0.0f);
  CHECK(options.zoom == options_of("medium").zoom);
  CHECK(augmentation_text(options_of("none")) == "none");
  for (const char* text : {"none", "light", "medium", "strong", "strong,rotation=7.25"})
    CHECK(augmentation_text(options_of(augmentation_text(options_of(text)))) ==
          augmentation_text(options_of(text)));
  for (const char* text : {"", "huge", "light,medium", "light,", "zoom", "light,zoom", "zoom=", "zoom=a",
                           "zoom=2", "zoom=-1", "zoom=nan", "light,depth=1"}) {
    INFO(text);
    CHECK(!parse_augmentation(text).ok());
  }
  CHECK_THAT(parse_augmentation("huge").error().message(), Catch::Matchers::Contains("strong"));
  CHECK_THAT(parse_augmentation("depth=1").error().message(), Catch::Matchers::Contains("perspective"));
}

TEST_CASE("No augmentation gives the pixels of the engine's own preprocessing") {
  const ImageFormat format = format_of(31, 23);
  const Bytes pixels = picture(64, 32, 3);
  Bytes expected(format.bytes());
  NetworkImageMaker(format).make(view_of(pixels, 64, 32), expected.data());
  CHECK(augmented("none", format, view_of(pixels, 64, 32), {1, 2, 3, 4}) == expected);
}

TEST_CASE("What is drawn follows from the key alone") {
  const ImageFormat format = format_of(40, 30);
  const Bytes pixels = picture(64, 32, 3);
  const ImageView image = view_of(pixels, 64, 32);
  Augmenter augmenter(options_of("strong,flip=0.5"), format);
  Bytes first(format.bytes());
  Bytes other(format.bytes());
  for (std::uint64_t sample = 0; sample < 40; ++sample) {
    augmenter.run(image, {1, 2, 3, sample}, first.data());
    CHECK(augmented("strong,flip=0.5", format, image, {1, 2, 3, sample}) == first);
    const AugmentationKey others[] = {
        {2, 2, 3, sample}, {1, 3, 3, sample}, {1, 2, 4, sample}, {1, 2, 3, sample + 1}};
    for (const AugmentationKey& key : others) {
      augmenter.run(image, key, other.data());
      CHECK(other != first);
    }
  }
}

TEST_CASE("Every kind changes the picture by itself, within bounds") {
  const ImageFormat format = format_of(48, 48);
  const Bytes pixels = picture(64, 40, 3);
  const ImageView image = view_of(pixels, 64, 40);
  const Bytes plain = augmented("none", format, image, {});
  for (const char* kind :
       {"zoom=0.3", "shift=0.2", "rotation=10", "perspective=0.2", "flip=1", "brightness=0.3", "contrast=0.5",
        "gamma=0.7", "colour=0.4", "gradient=0.4", "night=1", "remap=1", "snow=1", "grey=1", "blur=1",
        "low-resolution=1", "noise=0.1", "occlusion=1"}) {
    INFO(kind);
    double difference = 0.0;
    for (std::uint64_t sample = 0; sample < 16; ++sample)
      difference += mean_difference(augmented(kind, format, image, {1, 0, 0, sample}), plain) / 16;
    CHECK(difference > 0.2);
    CHECK(difference < 120.0);
  }
}

TEST_CASE("Stronger is further from the original") {
  const ImageFormat format = format_of(48, 48);
  const Bytes pixels = picture(64, 40, 3);
  const ImageView image = view_of(pixels, 64, 40);
  const Bytes plain = augmented("none", format, image, {});
  const auto distance = [&](const char* strength) {
    double sum = 0.0;
    for (std::uint64_t sample = 0; sample < 64; ++sample)
      sum += mean_difference(augmented(strength, format, image, {1, 0, 0, sample}), plain);
    return sum;
  };
  CHECK(distance("light") < distance("medium"));
  CHECK(distance("medium") < distance("strong"));
}

TEST_CASE("A viewpoint that does not change is the resize") {
  const int width = GENERATE(64, 200);
  const Bytes pixels = picture(width, 32, 3);
  const ImageFormat format = format_of(57, 61);
  Bytes expected(format.bytes());
  NetworkImageMaker(format).make(view_of(pixels, width, 32), expected.data());
  SplitMix64 random(1);
  const Homography map = draw_viewpoint({}, {width, 32}, {57, 61}, &random);
  Bytes out(format.bytes());
  warp(view_of(pixels, width, 32), map, {57, 61}, ChannelOrder::rgb, out.data());
  int most = 0;
  for (std::size_t i = 0; i < out.size(); ++i)
    most = std::max(most, std::abs(out[i] - expected[i]));
  CHECK(most <= 1);
}

TEST_CASE("A warp finds pixels where they are") {
  // 3 x 2 pixels of three channels; the map shifts by one to the right and half a pixel down.
  const Bytes pixels{10, 11, 12, 20, 21, 22, 30, 31, 32, 110, 111, 112, 120, 121, 122, 130, 131, 132};
  const Homography map{1, 0, 1, 0, 1, 0.5, 0, 0, 1};
  Bytes out(3 * 2 * 3);
  warp(view_of(pixels, 3, 2), map, {3, 2}, ChannelOrder::rgb, out.data());
  CHECK(out == Bytes{70, 71, 72, 80, 81, 82, 80, 81, 82, 120, 121, 122, 130, 131, 132, 130, 131, 132});
  warp(view_of(pixels, 3, 2), map, {3, 2}, ChannelOrder::bgr, out.data());
  CHECK(out[0] == 72);
  CHECK(out[2] == 70);
  const Bytes grey{10, 20, 30, 110, 120, 130};
  warp(view_of(grey, 3, 2, PixelFormat::gray8), map, {3, 2}, ChannelOrder::rgb, out.data());
  CHECK(out == Bytes{70, 70, 70, 80, 80, 80, 80, 80, 80, 120, 120, 120, 130, 130, 130, 130, 130, 130});
}

TEST_CASE("A mirror image is one") {
  const Bytes pixels = picture(20, 10, 3);
  SplitMix64 random(3);
  AugmentationOptions options;
  options.flip = 1.0f;
  const Homography map = draw_viewpoint(options, {20, 10}, {20, 10}, &random);
  Bytes out(pixels.size());
  warp(view_of(pixels, 20, 10), map, {20, 10}, ChannelOrder::rgb, out.data());
  for (std::size_t y = 0; y < 10; ++y) {
    for (std::size_t x = 0; x < 20; ++x) {
      for (std::size_t c = 0; c < 3; ++c)
        CHECK(out[(y * 20 + x) * 3 + c] == pixels[(y * 20 + 19 - x) * 3 + c]);
    }
  }
}

TEST_CASE("Whatever the rule and the order of channels, both are kept") {
  const ResizeRule rule =
      GENERATE(ResizeRule::nearest, ResizeRule::bilinear_opencv, ResizeRule::bicubic_pillow);
  ImageFormat format = format_of(33, 29);
  format.resize = rule;
  const Bytes pixels = picture(64, 40, 3);
  for (const char* text : {"none", "rotation=5", "low-resolution=1", "grey=1,brightness=0.2"}) {
    INFO(text);
    format.channel_order = ChannelOrder::rgb;
    const Bytes rgb = augmented(text, format, view_of(pixels, 64, 40), {5, 6, 7, 8});
    format.channel_order = ChannelOrder::bgr;
    Bytes bgr = augmented(text, format, view_of(pixels, 64, 40), {5, 6, 7, 8});
    for (std::size_t i = 0; i < bgr.size(); i += 3)
      std::swap(bgr[i], bgr[i + 2]);
    CHECK(bgr == rgb);
  }
}

TEST_CASE("Curves of light") {
  SplitMix64 numbers(1);
  const ToneCurves plain = draw_tone({}, &numbers, &numbers, &numbers);
  for (std::size_t level = 0; level < 256; ++level)
    CHECK(plain[1][level] == level);
  AugmentationOptions night;
  night.night = 1.0f;
  const ToneCurves dark = draw_tone(night, &numbers, &numbers, &numbers);
  for (std::size_t level = 1; level < 256; ++level) {
    CHECK(dark[0][level] <= 128);
    CHECK(dark[0][level] >= dark[0][level - 1]);
  }
  Bytes pixels{255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90};
  remove_colour(ChannelOrder::rgb, 4, pixels.data());
  CHECK(pixels == Bytes{76, 76, 76, 150, 150, 150, 29, 29, 29, 90, 90, 90});
}

TEST_CASE("Blur spreads a point and keeps what is even") {
  const Extent extent{31, 31};
  std::vector<std::uint8_t> scratch;
  SplitMix64 random(9);
  for (int i = 0; i < 20; ++i) {
    const std::vector<BlurPass> passes = draw_blur({227, 227}, &random);
    for (const BlurPass& pass : passes) {
      int total = 0;
      for (const BlurTap& tap : pass) {
        total += tap.weight;
        CHECK(std::max(std::abs(tap.x), std::abs(tap.y)) <= kBlurReach);
      }
      CHECK(total == 256);
    }
    Bytes even(31 * 31 * 3, 201);
    apply_blur(passes, extent, even.data(), &scratch);
    CHECK(even == Bytes(31 * 31 * 3, 201));
    Bytes point(31 * 31 * 3, 0);
    point[(15 * 31 + 15) * 3] = 255;
    apply_blur(passes, extent, point.data(), &scratch);
    CHECK(point[(15 * 31 + 15) * 3] < 255);
    CHECK(std::count_if(point.begin(), point.end(), [](std::uint8_t value) { return value != 0; }) > 2);
    // Other channels and the far corner see nothing of it.
    CHECK(point[(15 * 31 + 15) * 3 + 1] == 0);
    CHECK(point[0] == 0);
  }
}

TEST_CASE("Fields go smoothly from corner to corner") {
  const SmoothField field{1, 1, {0.0f, 1.0f, 2.0f, 3.0f}};
  std::vector<float> row(4);
  field.row(0, {4, 2}, row.data());
  CHECK(row == std::vector<float>{0.625f, 0.875f, 1.125f, 1.375f});
  field.row(1, {4, 2}, row.data());
  CHECK(row == std::vector<float>{1.625f, 1.875f, 2.125f, 2.375f});

  FieldChanges changes;
  changes.light = {1, 1, {0.5f, 0.5f, 0.5f, 0.5f}};
  std::vector<float> scratch;
  Bytes pixels(4 * 2 * 3, 100);
  apply_fields(changes, {4, 2}, pixels.data(), &scratch);
  CHECK(pixels == Bytes(4 * 2 * 3, 50));
  changes.light.corners.assign(4, 9.0f);
  apply_fields(changes, {4, 2}, pixels.data(), &scratch);
  CHECK(pixels == Bytes(4 * 2 * 3, 255));
  FieldChanges snow;
  snow.snow = {1, 1, {0.5f, 0.5f, 0.5f, 0.5f}};
  snow.snow_level = 155.0f;
  apply_fields(snow, {4, 2}, pixels.data(), &scratch);
  CHECK(pixels == Bytes(4 * 2 * 3, 205));
}

TEST_CASE("Noise has the deviation that was asked for") {
  FieldChanges changes;
  changes.noise = 10.0f;
  changes.noise_seed = 4;
  const Extent extent{100, 100};
  Bytes pixels(100 * 100 * 3, 128);
  std::vector<float> scratch;
  apply_fields(changes, extent, pixels.data(), &scratch);
  double sum = 0.0;
  double squares = 0.0;
  for (const std::uint8_t value : pixels) {
    sum += value - 128.0;
    squares += (value - 128.0) * (value - 128.0);
  }
  CHECK(std::abs(sum / 30000) < 0.5);
  CHECK(std::sqrt(squares / 30000) == Approx(10.0).margin(0.5));
}

}  // namespace
}  // namespace bitplace::train
