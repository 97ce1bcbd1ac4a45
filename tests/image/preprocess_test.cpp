// Goldens: XXH3-64 of what cv2.resize (OpenCV 4.14.0 and 5.0.0, x86-64, with and without IPP and SIMD) makes
// of `pattern`, a formula that anyone can repeat in numpy with uint32 arithmetic:
//
//   v = x * 2654435761 + y * 2246822519 + c * 3266489917;  v ^= v >> 15;  v *= 668265263;  byte = v >> 13 &
//   255
//
// One channel (c = 0) is resized as grey and then repeated three times.
#include "image/preprocess.h"

#include <sys/mman.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/arena.h"
#include "core/hash.h"
#include "image/normalize.h"
#include "image/preprocess_support.h"
#include "kernels/kernel_rows.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

struct Golden {
  int width, height, target_width, target_height;
  std::uint64_t linear, nearest, gray_linear, gray_nearest;
};

const Golden kGoldens[] = {
    {640, 480, 227, 227, 0x9bbcc7ff837ec895, 0x1ba4d2cf55c8ba7a, 0x436a40d68dea24c6, 0x5b365a413e483346},
    {227, 227, 227, 227, 0x9b3c2fe8bc680848, 0x9b3c2fe8bc680848, 0xb5fec40c20110214, 0xb5fec40c20110214},
    {454, 454, 227, 227, 0xe68ede7d85e5803d, 0x4067b58146697f96, 0xaa6d011c49e40920, 0xded1c317445f180b},
    {454, 300, 227, 150, 0x360e28d0c36fe0fa, 0xf3d6ea75d5c2beef, 0x527b6139b804d5e7, 0x2f7a21fc9a95549d},
    {100, 80, 227, 227, 0xea6c2402434b4513, 0xb4f872dcf18a66b3, 0x65952db59bf9b93b, 0x3a56953cca67b11b},
    {1, 1, 5, 7, 0x22569e70100baed3, 0x22569e70100baed3, 0x1c2a810b353d37b9, 0x1c2a810b353d37b9},
    {1, 300, 16, 16, 0x2e84e3c5dd1ce810, 0x29aa6af8cdbc9855, 0x752f68cc229d9ccc, 0xd72ec51c25898c0b},
    {300, 1, 16, 16, 0x17ffdd15fb86ec01, 0x5b2885281af57d1b, 0x51e9f45373900d12, 0x6a40f6d2ee4d74ad},
    {2, 2, 227, 227, 0xe1eb06cd19e608e8, 0xbf91a73442b566ad, 0x8718fae71ac35e14, 0x54ff4966d049dd11},
    {1920, 1080, 320, 320, 0xa4d51552670ab930, 0xe3d7a468493d9bff, 0x0d9ab68a8c8a4621, 0x09104be54a6727a0},
    {333, 517, 224, 224, 0x1e8c108099af8a89, 0x25c5539fc316ddbe, 0x8c3611f532e2a623, 0x1fe8da56ee489e90},
    {321, 241, 320, 240, 0x4586b37d9fc79499, 0x1a660ab6c26fe2d5, 0xc8b33eaf2ca5b6bd, 0xe63adffd9fac744f},
    {5000, 3, 64, 64, 0x3a51817d8dc7afd4, 0xd519c11acf0f1b89, 0x3531671d4265baf4, 0x57a4c244848ba65f},
    {640, 480, 1, 1, 0xbc70a55e5ce91c59, 0xbd76eccf7a977404, 0xdd301ae98b6ab3c4, 0xeb5d658bb22f286b},
    {3, 5, 4, 4, 0xa88c58767b947092, 0x2a11a792f42f4c28, 0x2da6eb386f0d418a, 0x656b74ea1f62c0b6},
};

// What docs/preprocessing.md says, one byte at a time.
int stated_byte(const Preprocessing& rules, const ImageView& image, int x, int y, int channel) {
  const auto byte = [&](int column, int row) { return byte_of(rules, image, column, row, channel); };
  if (image.width == rules.width && image.height == rules.height) return byte(x, y);
  const double scale_x = 1.0 / (double(rules.width) / image.width);
  const double scale_y = 1.0 / (double(rules.height) / image.height);
  if (rules.resize == ResizeRule::nearest) {
    return byte(static_cast<int>(x * scale_x), static_cast<int>(y * scale_y));
  }
  if (image.width == 2 * rules.width && image.height == 2 * rules.height) {
    return (byte(2 * x, 2 * y) + byte(2 * x + 1, 2 * y) + byte(2 * x, 2 * y + 1) +
            byte(2 * x + 1, 2 * y + 1) + 2) /
           4;
  }
  const auto position_x = static_cast<float>((x + 0.5) * scale_x - 0.5);
  const auto position_y = static_cast<float>((y + 0.5) * scale_y - 0.5);
  const auto column = static_cast<int>(std::floor(position_x));
  const auto row = static_cast<int>(std::floor(position_y));
  const bool clamped = column < 0 || column >= image.width - 1;
  const float fx = clamped ? 0.0f : position_x - static_cast<float>(column);
  const float fy = position_y - static_cast<float>(row);
  const auto weight = [](float part) { return static_cast<int>(std::nearbyint(part * 2048.0f)); };
  const auto blended = [&](int of_row) {
    return (byte(column, of_row) * weight(1.0f - fx) + byte(column + 1, of_row) * weight(fx)) / 16;
  };
  return (blended(row) * weight(1.0f - fy) / 65536 + blended(row + 1) * weight(fy) / 65536 + 2) / 4;
}

}  // namespace

TEST_CASE("resizing gives the bytes of cv2.resize") {
  for (const Golden& golden : kGoldens) {
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
    check(ResizeRule::bilinear_opencv, PixelFormat::rgb8, golden.linear);
    check(ResizeRule::nearest, PixelFormat::rgb8, golden.nearest);
    check(ResizeRule::bilinear_opencv, PixelFormat::gray8, golden.gray_linear);
    check(ResizeRule::nearest, PixelFormat::gray8, golden.gray_nearest);
  }
}

TEST_CASE("every format of the same picture gives the same bytes in the model's channel order") {
  for (const auto& [width, height] : {std::pair(64, 48), {20, 20}, {40, 40}, {13, 57}}) {
    for (const ResizeRule rule : all_rules()) {
      CAPTURE(width, height, static_cast<int>(rule));
      Preprocessing rules = preprocessing_of(20, 20, rule);
      const auto rgb = preprocessed(rules, pattern_image(width, height, PixelFormat::rgb8).view);
      rules.channel_order = ChannelOrder::bgr;
      auto swapped = preprocessed(rules, pattern_image(width, height, PixelFormat::rgb8).view);
      for (std::size_t i = 0; i < swapped.size(); i += 3)
        std::swap(swapped[i], swapped[i + 2]);
      CHECK(swapped == rgb);
      for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8}) {
        rules.channel_order = ChannelOrder::rgb;
        CHECK(preprocessed(rules, pattern_image(width, height, format, 7).view) == rgb);
      }
    }
  }
}

TEST_CASE("the reference does what the document says") {
  test::Random random;
  for (int round = 0; round < 400; ++round) {
    const RandomCase made = random_case(random, ResizeRule::nearest, ResizeRule::bilinear_opencv);
    const Preprocessing& rules = made.rules;
    const ImageView& image = made.image.view;
    CAPTURE(image.width, image.height, rules.width, rules.height, static_cast<int>(image.format));
    const auto bytes = preprocessed(rules, image);
    std::vector<std::uint8_t> stated;
    for (int y = 0; y < rules.height; ++y) {
      for (int x = 0; x < rules.width; ++x) {
        for (int c = 0; c < 3; ++c)
          stated.push_back(static_cast<std::uint8_t>(stated_byte(rules, image, x, y, c)));
      }
    }
    REQUIRE(bytes == stated);
  }
}

TEST_CASE(
    "every tier gives the reference's bytes, reads no byte past the image and writes none past the input") {
  const DataType types[] = {DataType::u8, DataType::s8, DataType::f32, DataType::f16};
  test::Random random;
  for (int round = 0; round < 1500; ++round) {
    RandomCase made = random_case(random, ResizeRule::nearest, ResizeRule::bicubic_tensor_antialias);
    Preprocessing& rules = made.rules;
    rules.input_type = types[random.integer(0, 3)];
    if (rules.input_type != DataType::u8) {
      for (std::size_t c = 0; c < 3; ++c) {
        rules.mean[c] = random.real(-1.0f, 1.0f);
        rules.standard_deviation[c] = random.real(0.05f, 2.0f);
      }
    }
    if (rules.input_type == DataType::s8) rules.input_scale = random.real(0.002f, 0.1f);
    REQUIRE(check_normalization(rules).ok());
    ImageView image = made.image.view;
    const auto expected = preprocessed(rules, image);
    const test::GuardedInput<std::uint8_t> at_end(made.image.bytes, 0, test::Placement::against_end);
    const test::GuardedInput<std::uint8_t> at_start(made.image.bytes, 0, test::Placement::against_start);
    for (const IsaTier& tier : runnable_tiers()) {
      INFO(tier.name << " " << image.width << "x" << image.height << " to " << rules.width << "x"
                     << rules.height << " format " << static_cast<int>(image.format) << " type "
                     << data_type_name(rules.input_type));
      const Preprocessor preprocessor(rules, tier.features);
      for (const auto* guarded : {&at_end, &at_start}) {
        image.data = guarded->data();
        test::GuardedMemory scratch(preprocessor.scratch_bytes(), 0, kAlignment,
                                    test::Placement::against_end);
        test::GuardedMemory out(expected.size(), 0, 4, test::Placement::against_end);
        preprocessor.run(image, out.data(), scratch.data());
        REQUIRE(std::memcmp(out.data(), expected.data(), expected.size()) == 0);
        REQUIRE(out.intact());
        REQUIRE(scratch.intact());
      }
    }
  }
}

TEST_CASE("any number of parts gives the same bytes") {
  const TestImage image = pattern_image(123, 77, PixelFormat::rgb8);
  for (const ResizeRule rule : all_rules()) {
    for (const DataType type : {DataType::u8, DataType::f32}) {
      Preprocessing rules = preprocessing_of(31, 29, rule);
      rules.input_type = type;
      const Preprocessor preprocessor(rules, cpu_features());
      const auto expected = preprocessed(rules, image.view);
      auto pool = create_thread_pool(3);
      REQUIRE(pool.ok());
      for (const int parts : {1, 2, 3, 29, 40}) {
        auto scratch = AlignedBuffer::allocate(preprocessor.scratch_bytes(parts));
        REQUIRE(scratch.ok());
        std::vector<std::uint8_t> out(expected.size());
        preprocessor.run(image.view, out.data(), scratch->data(), **pool, parts);
        CHECK(out == expected);
      }
    }
  }
}

TEST_CASE("small outputs are not split, large ones into a bounded number of parts") {
  const auto parts = [](int width, int height) {
    return Preprocessor(preprocessing_of(width, height, ResizeRule::nearest), 0).useful_parts();
  };
  CHECK(parts(1, 1) == 1);
  CHECK(parts(64, 64) == 1);
  CHECK(parts(224, 224) == 8);
  CHECK(parts(30000, 2) == 2);
}

TEST_CASE("an image of the largest size is addressed correctly") {
  // 12 GiB of address space of which only the touched pages exist.
  constexpr std::size_t kRow = std::size_t{3} * kMaxImageSide;
  constexpr std::size_t kBytes = kRow * kMaxImageSide;
  void* mapped =
      ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    WARN("SKIPPED an image of the largest size: no address space");
    return;
  }
  auto* data = static_cast<std::uint8_t*>(mapped);
  constexpr std::size_t kLast =
      kMaxImageSide / 4 * 3;  // what nearest takes for the last of four columns and rows
  data[kLast * kRow + 3 * kLast + 1] = 77;
  const ImageView image{data, kMaxImageSide, kMaxImageSide, 0, PixelFormat::rgb8};
  std::vector<std::uint8_t> expected(48);
  expected[46] = 77;
  CHECK(preprocessed(preprocessing_of(4, 4, ResizeRule::nearest), image) == expected);
  CHECK(preprocessed(preprocessing_of(4, 4, ResizeRule::nearest), image, cpu_features()) == expected);
  // Linear: column 3.5 * 16384 - 0.5 lies between kLast + 8191 and the next, each half the weight.
  const std::size_t middle = kLast + kMaxImageSide / 8 - 1;
  std::memset(data + middle * kRow + 3 * middle, 200, 6);
  std::memset(data + (middle + 1) * kRow + 3 * middle, 100, 6);
  expected.assign(48, 0);
  std::fill(expected.begin() + 45, expected.end(), std::uint8_t{150});
  CHECK(preprocessed(preprocessing_of(4, 4, ResizeRule::bilinear_opencv), image) == expected);
  CHECK(preprocessed(preprocessing_of(4, 4, ResizeRule::bilinear_opencv), image, cpu_features()) == expected);
  ::munmap(mapped, kBytes);
}

TEST_CASE("impossible images are refused with the reason") {
  const std::uint8_t pixels[64] = {};
  const ImageView good{pixels, 4, 4, 0, PixelFormat::rgb8};
  CHECK(check_image(good).ok());
  const auto refused = [&](auto change) {
    ImageView image = good;
    change(image);
    const Status status = check_image(image);
    CHECK(status.error().code() == ErrorCode::invalid_argument);
    return std::string(status.error().message());
  };
  CHECK(refused([](ImageView& image) { image.data = nullptr; }) == "image: no data");
  CHECK(refused([](ImageView& image) { image.width = 0; }).find("size 0x4") != std::string::npos);
  CHECK(refused([](ImageView& image) { image.height = -1; }).find("size 4x-1") != std::string::npos);
  CHECK(refused([](ImageView& image) { image.width = 65537; }).find("size 65537x4") != std::string::npos);
  CHECK(refused([](ImageView& image) { image.stride = 11; }).find("stride of 11") != std::string::npos);
  CHECK(refused([](ImageView& image) { image.stride = -12; }).find("stride of -12") != std::string::npos);
  CHECK(refused([](ImageView& image) { image.format = static_cast<PixelFormat>(9); }).find("format 9") !=
        std::string::npos);
}

TEST_CASE("working memory does not depend on the image") {
  const Preprocessing rules = preprocessing_of(227, 227, ResizeRule::bilinear_opencv);
  CHECK(Preprocessor(rules, 0).scratch_bytes() <= 16384);
}
