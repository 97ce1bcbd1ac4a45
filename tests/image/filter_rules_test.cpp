// The rules of Pillow and PyTorch. Goldens, all of `pattern` (preprocess_test.cpp gives its formula):
//
//   XXH3-64 of the bytes of PIL.Image.resize, Pillow 12.3.0, x86-64. One channel (c = 0) is resized as "L"
//   and then repeated three times.
//
//   Values of torch.nn.functional.interpolate, PyTorch 2.15.0, float32, align_corners=False, of channel 0.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

#include "image/filter_axis.h"
#include "image/filter_oracle.h"
#include "image/preprocess.h"
#include "image/preprocess_support.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

struct PillowGolden {
  int width, height, target_width, target_height;
  std::uint64_t bilinear, bicubic, gray_bilinear, gray_bicubic;
};

const PillowGolden kPillowGoldens[] = {
    {640, 480, 320, 320, 0x3824bb9d52f9d3de, 0x4a2e8bf7dc52a554, 0x6970db735fccaf81, 0x4da1b6726ac16288},
    {640, 480, 224, 224, 0xd1329d87fa81cc95, 0xa0f94108c6f8eb1c, 0xfd48410f9ff7c0be, 0xe8418420bd8b8736},
    {640, 480, 227, 227, 0xbd9246715ce195e6, 0xb69a693cea99bf86, 0x35f7180e0bdcf6df, 0x41f7cdf8f83aa10e},
    {100, 80, 227, 227, 0x4ac6f6336191a5f7, 0x2c37fc0fe9ccc8f4, 0xcf99da0573e6ac29, 0x6dbc5adab4c3bbc7},
    {1, 1, 5, 7, 0x22569e70100baed3, 0x22569e70100baed3, 0x1c2a810b353d37b9, 0x1c2a810b353d37b9},
    {1, 300, 16, 16, 0x2eb14b00279d3ace, 0x7f1595c81d269ace, 0x895f5a4627738e0e, 0x1da72ad923a15248},
    {300, 1, 16, 16, 0x923df5f53c997ef9, 0x3c821c67a444c20b, 0xb0baf113c6c7e938, 0x4076769810c6da26},
    {2, 2, 227, 227, 0x3b10a845fa1da813, 0xf20aaaebb062b982, 0x5d38a6f2ad17a15d, 0x782c7e4c550e0915},
    {1920, 1080, 320, 320, 0xb0f1344dfd6e41da, 0x8e9f56144937751d, 0xff775a57f1b5ca2a, 0x1882c9dbc4ee9a99},
    {333, 517, 224, 224, 0x0f81d3d9b0d9b90a, 0x1bb4ea963cb2126d, 0x4a850aea15c4cd29, 0x4f6813358ae39163},
    {321, 241, 320, 240, 0x3f7e23cdb55a0d8f, 0x9adb84671de03c32, 0xf07328acec571272, 0x59aa6464bf4696a8},
    {320, 241, 320, 240, 0x9cb5bcfd261f51eb, 0x327c1691cab1bba9, 0x250f77ed8d79a6d7, 0xbba400ea368a1a1e},
    {5000, 3, 64, 64, 0x98964a3730c7e8bd, 0xee564f3a3ec413a0, 0xa6526dbcc5d3b884, 0x46368fe9cdad921e},
    {3, 5000, 64, 64, 0x18905e5333a07fdc, 0xa755b2078ca5be78, 0xd4eba6acb14c3165, 0x013e1482dc6b238a},
    {20000, 4, 224, 3, 0xd001e709786c66b8, 0x9f63f9804600d1fa, 0xd23ff0d3759e82da, 0x42d7045ea7b284cb},
    {640, 480, 1, 1, 0x99f1bee2a07df12a, 0x99f1bee2a07df12a, 0xcb9efae4057e5426, 0xcb9efae4057e5426},
    {3, 5, 4, 4, 0x62f0cb8bd2c10b59, 0xd229ad6b77007d46, 0x7a4dd0ebdc15cdb0, 0x1c2bbd157e8fa729},
};

struct TorchGolden {
  int width, height, target_width, target_height;
  ResizeRule rule;
  std::vector<float> values;
};

const TorchGolden kTorchGoldens[] = {
    {5,
     3,
     3,
     2,
     ResizeRule::bilinear_tensor,
     {55.0000f, 202.5000f, 148.2500f, 71.0000f, 139.5000f, 120.2500f}},
    {5,
     3,
     3,
     2,
     ResizeRule::bicubic_tensor,
     {48.2707f, 202.9922f, 145.4913f, 70.5818f, 135.0703f, 118.4633f}},
    {5,
     3,
     3,
     2,
     ResizeRule::bilinear_tensor_antialias,
     {74.8929f, 150.2778f, 133.0893f, 89.5357f, 127.5000f, 113.9821f}},
    {5,
     3,
     3,
     2,
     ResizeRule::bicubic_tensor_antialias,
     {73.7891f, 152.7653f, 133.7097f, 90.3116f, 128.0911f, 111.4107f}},
    {3, 2, 5, 4, ResizeRule::bilinear_tensor, {0.0000f,   20.8000f,  52.0000f,  173.8000f, 255.0000f,
                                               46.7500f,  56.6500f,  71.5000f,  150.1000f, 202.5000f,
                                               140.2500f, 128.3500f, 110.5000f, 102.7000f, 97.5000f,
                                               187.0000f, 164.2000f, 130.0000f, 79.0000f,  45.0000f}},
    {3, 2, 5, 4, ResizeRule::bicubic_tensor, {-25.8183f, -11.8891f, 43.7734f,  191.1707f, 299.5525f,
                                              39.7459f,  43.0434f,  69.6719f,  155.9408f, 220.6459f,
                                              147.7341f, 133.5206f, 112.3281f, 97.9152f,  90.6821f,
                                              213.2983f, 188.4531f, 138.2266f, 62.6854f,  11.7756f}},
    {3, 2, 5, 4, ResizeRule::bilinear_tensor_antialias, {0.0000f,   20.8000f,  52.0000f,  173.8000f,
                                                         255.0000f, 46.7500f,  56.6500f,  71.5000f,
                                                         150.1000f, 202.5000f, 140.2500f, 128.3500f,
                                                         110.5000f, 102.7000f, 97.5000f,  187.0000f,
                                                         164.2000f, 130.0000f, 79.0000f,  45.0000f}},
    {3, 2, 5, 4, ResizeRule::bicubic_tensor_antialias, {-21.1504f, -5.1152f,  45.1176f,  196.1739f,
                                                        290.7680f, 36.5152f,  42.6368f,  68.1572f,
                                                        162.5404f, 222.3183f, 150.8621f, 137.3259f,
                                                        113.8429f, 95.8477f,  86.5873f,  208.5278f,
                                                        185.0779f, 136.8824f, 62.2142f,  18.1376f}},
    {9, 7, 2, 2, ResizeRule::bilinear_tensor, {87.2500f, 189.9375f, 105.8125f, 176.6875f}},
    {9, 7, 2, 2, ResizeRule::bicubic_tensor, {67.9896f, 222.7140f, 103.7279f, 196.8263f}},
    {9, 7, 2, 2, ResizeRule::bilinear_tensor_antialias, {119.9934f, 127.4238f, 123.0134f, 140.4589f}},
    {9, 7, 2, 2, ResizeRule::bicubic_tensor_antialias, {120.8753f, 126.2649f, 122.1008f, 141.1972f}},
};

struct Direction {
  double taps;
  int bits;
};

Direction direction_of(ResizeRule rule, int source, int target) {
  const double widening = antialiases(rule) ? std::max(1.0, static_cast<double>(source) / target) : 1.0;
  return {2 * filter_support(rule) * widening + 1, std::min(14 + static_cast<int>(std::log2(widening)), 18)};
}

// How far a byte may be from what it should be before rounding, by the document: half a step, half a unit for
// each weight, and half a unit between the directions. Magnitudes of weights sum to at most 1.5.
double tensor_bound(const Preprocessing& rules, const ImageView& image) {
  const Direction columns = direction_of(rules.resize, image.width, rules.width);
  const Direction rows = direction_of(rules.resize, image.height, rules.height);
  const auto half_unit = [](int bits) { return std::ldexp(0.5, -bits); };
  const double weights = columns.taps * half_unit(columns.bits) + rows.taps * half_unit(rows.bits);
  return 0.5 + 1.5 * (255.0 * weights + half_unit(std::min(6, 21 - rows.bits)));
}

double clamped_distance(double value, int byte) {
  return std::abs(std::clamp(value, 0.0, 255.0) - byte);
}

// Sides of all magnitudes that an oracle can do.
int random_side(Random& random) {
  constexpr int kLargest[] = {4, 30, 150, 400};
  return static_cast<int>(random.integer(1, kLargest[random.integer(0, 3)]));
}

TestImage random_image(Random& random, int width, int height) {
  TestImage image =
      pattern_image(width, height, kFormats[random.integer(0, 4)], static_cast<int>(random.integer(0, 5)));
  const bool extreme = random.integer(0, 1) == 0;
  for (std::uint8_t& byte : image.bytes) {
    if (extreme) byte = byte < 128 ? 0 : 255;
  }
  return image;
}

void check_against_oracle(const Preprocessing& rules, const ImageView& image) {
  CAPTURE(image.width, image.height, rules.width, rules.height, resize_rule_name(rules.resize));
  const auto bytes = preprocessed(rules, image, cpu_features());
  if (rounds_twice(rules.resize)) {
    const auto expected = pillow_oracle(rules, image);
    REQUIRE(std::equal(bytes.begin(), bytes.end(), expected.begin()));
    return;
  }
  const auto expected = tensor_oracle(rules, image);
  double farthest = 0.0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    farthest = std::max(farthest, clamped_distance(expected[i], bytes[i]));
  REQUIRE(farthest <= tensor_bound(rules, image));
}

ResizeRule random_filter(Random& random) {
  return static_cast<ResizeRule>(
      random.integer(static_cast<int>(ResizeRule::bilinear_pillow), kResizeRules - 1));
}

}  // namespace

TEST_CASE("filtering gives the bytes of Pillow") {
  for (const PillowGolden& golden : kPillowGoldens) {
    CAPTURE(golden.width, golden.height, golden.target_width, golden.target_height);
    const auto check = [&](ResizeRule rule, PixelFormat format, std::uint64_t expected) {
      const TestImage image = pattern_image(golden.width, golden.height, format, 5);
      const auto rules = preprocessing_of(golden.target_width, golden.target_height, rule);
      CHECK(hash_of(preprocessed(rules, image.view)) == expected);
      for (const IsaTier& tier : runnable_tiers()) {
        INFO(tier.name);
        CHECK(hash_of(preprocessed(rules, image.view, tier.features)) == expected);
      }
    };
    check(ResizeRule::bilinear_pillow, PixelFormat::rgb8, golden.bilinear);
    check(ResizeRule::bicubic_pillow, PixelFormat::bgra8, golden.bicubic);
    check(ResizeRule::bilinear_pillow, PixelFormat::gray8, golden.gray_bilinear);
    check(ResizeRule::bicubic_pillow, PixelFormat::gray8, golden.gray_bicubic);
  }
}

TEST_CASE("filtering gives the values of PyTorch, rounded to bytes") {
  for (const TorchGolden& golden : kTorchGoldens) {
    CAPTURE(golden.width, golden.height, resize_rule_name(golden.rule));
    const TestImage image = pattern_image(golden.width, golden.height, PixelFormat::rgb8);
    const auto rules = preprocessing_of(golden.target_width, golden.target_height, golden.rule);
    const auto bytes = preprocessed(rules, image.view);
    REQUIRE(bytes.size() == 3 * golden.values.size());
    for (std::size_t i = 0; i < golden.values.size(); ++i)
      CHECK(clamped_distance(golden.values[i], bytes[3 * i]) <= tensor_bound(rules, image.view));
  }
}

TEST_CASE("the filters do what the document says") {
  Random random;
  for (int round = 0; round < 300; ++round) {
    const TestImage image = random_image(random, random_side(random), random_side(random));
    Preprocessing rules = preprocessing_of(random_side(random), random_side(random), random_filter(random));
    rules.channel_order = static_cast<ChannelOrder>(random.integer(0, 1));
    check_against_oracle(rules, image.view);
  }
}

TEST_CASE("filters of hundreds of taps do what the document says") {
  struct Sides {
    int width, height, target_width, target_height;
  };
  Random random;
  for (const Sides& sides :
       {Sides{3000, 4, 24, 3}, {4, 3000, 3, 24}, {12, 2900, 5, 40}, {2500, 700, 40, 9}}) {
    const TestImage image = random_image(random, sides.width, sides.height);
    for (const ResizeRule rule : all_rules()) {
      if (!filters(rule)) continue;
      check_against_oracle(preprocessing_of(sides.target_width, sides.target_height, rule), image.view);
    }
  }
}

TEST_CASE("strips of the largest length go by blocks of columns, with the same bytes on every tier") {
  const int length = kMaxImageSide;
  for (const auto& [width, height] : {std::pair(length, 2), {2, length}}) {
    const TestImage image = pattern_image(width, height, PixelFormat::rgb8);
    for (const ResizeRule rule : {ResizeRule::bicubic_pillow, ResizeRule::bilinear_tensor_antialias}) {
      for (const auto& [target_width, target_height] : {std::pair(1, 1), {224, 2}}) {
        const auto rules = preprocessing_of(target_width, target_height, rule);
        const auto expected = preprocessed(rules, image.view);
        for (const IsaTier& tier : runnable_tiers())
          CHECK(preprocessed(rules, image.view, tier.features) == expected);
        if (!rounds_twice(rule)) continue;
        const auto stated = pillow_oracle(rules, image.view);
        CHECK(std::equal(expected.begin(), expected.end(), stated.begin()));
      }
    }
  }
}

TEST_CASE("images of one grey level stay what they are") {
  for (const ResizeRule rule : all_rules()) {
    for (const int level : {0, 1, 127, 254, 255}) {
      for (const auto& [width, height] : {std::pair(1, 1), {7, 300}, {333, 5}, {100, 100}}) {
        const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(width * height),
                                              static_cast<std::uint8_t>(level));
        const ImageView image{bytes.data(), width, height, 0, PixelFormat::gray8};
        const auto made = preprocessed(preprocessing_of(31, 17, rule), image, cpu_features());
        CHECK(std::all_of(made.begin(), made.end(), [&](std::uint8_t byte) { return byte == level; }));
      }
    }
  }
}

TEST_CASE("weights fit the kernels' numbers and add up") {
  for (const ResizeRule rule : all_rules()) {
    if (!filters(rule)) continue;
    for (const int source : {1, 2, 3, 5, 8, 13, 31, 64, 127, 500, 4096, 65536}) {
      for (int target = 1; target <= 40; target += source < 1000 ? 1 : 13) {
        const FilterAxis axis(rule, source, target);
        const std::int32_t limit = rounds_twice(rule) ? 1 << 24 : 1 << 15;
        for (int i = 0; i < target; ++i) {
          const FilterWindow window = axis.window(i);
          REQUIRE(window.first >= 0);
          REQUIRE(window.count >= 1);
          REQUIRE(window.first + window.count <= source);
          REQUIRE(window.count <= FilterAxis::most_taps(rule, source, target));
          std::int64_t sum = 0, magnitude = 0;
          std::int32_t largest = 0;
          for (int tap = 0; tap < window.count; ++tap) {
            const std::int32_t weight = axis.weight(window, tap);
            sum += weight;
            magnitude += std::abs(weight);
            largest = std::max(largest, std::abs(weight));
          }
          REQUIRE(largest < limit);
          REQUIRE(magnitude < std::int64_t{3} << (axis.bits() - 1));  // times 1.5
          REQUIRE(std::abs(sum - (std::int64_t{1} << axis.bits())) <= (window.count + 1) / 2);
        }
      }
    }
  }
}

TEST_CASE("working memory for filters does not depend on the image and stays small") {
  const auto bytes = [](ResizeRule rule, int side, int parts) {
    return Preprocessor(preprocessing_of(side, side, rule), 0).scratch_bytes(parts);
  };
  CHECK(bytes(ResizeRule::bilinear_tensor, 224, 1) <= 32 << 10);
  CHECK(bytes(ResizeRule::bilinear_pillow, 224, 1) <= 128 << 10);
  CHECK(bytes(ResizeRule::bicubic_pillow, 224, 1) <= 224 << 10);
  CHECK(bytes(ResizeRule::bicubic_tensor_antialias, 224, 8) <= 1 << 20);
  CHECK(bytes(ResizeRule::bicubic_tensor_antialias, 1, 1) <= 5 << 18);
}
