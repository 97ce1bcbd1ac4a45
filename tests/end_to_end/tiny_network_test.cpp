// A network of the project's own whose outputs are recorded: what every machine and every release must give.
#include "core/hash.h"
#include "describe.h"
#include "graph_builder.h"

using namespace bitplace;

namespace {

constexpr std::uint64_t kSeed = 20261120;  // fixed: the recorded numbers below belong to it

// u8 first layer with stride 2, pool, batch-norm; zero padding, slopes of both signs before a pool; one
// padding, pool.
Graph tiny_network() {
  test::Random random(kSeed);
  test::GraphBuilder builder(27, 25, random);
  builder.convolution("conv1", 40, test::square_convolution(5, 2, PaddingValue::valid));
  builder.max_pool("pool1", 2, 2, 0);
  builder.batch_norm("conv2_bn", 4.0f);
  builder.sign("conv2/sign");
  builder.convolution("conv2", 33, test::square_convolution(3, 1, PaddingValue::zero));
  builder.multiply_add("conv2/affine", 0.5f, 2.0f);
  builder.sign("conv3/sign");
  builder.convolution("conv3", 32, test::square_convolution(3, 1, PaddingValue::one));
  builder.multiply_add("conv3/affine", 0.5f, 2.0f);
  builder.max_pool("pool3", 2, 1, 0);
  builder.sign("conv4/sign");
  builder.convolution("conv4", 32, test::square_convolution(3, 1, PaddingValue::one));
  builder.max_pool("pool4", 2, 2, 0);
  return builder.finish();
}

// An image of another size, as a camera might give it: BGR, rows with a gap.
constexpr int kWidth = 53, kHeight = 41, kStride = 3 * kWidth + 5;
std::vector<std::uint8_t> camera_image() {
  test::Random random(kSeed + 1);
  std::vector<std::uint8_t> pixels(kStride * kHeight);
  for (std::uint8_t& pixel : pixels)
    pixel = static_cast<std::uint8_t>(random.integer(0, 255));
  return pixels;
}

std::string digest(const DescriptorEncoding& encoding) {
  Describer describer = test::open_describer(test::lowered_model(tiny_network(), encoding));
  const std::vector<std::uint8_t> pixels = camera_image();
  const auto descriptor =
      describer.describe(ImageView{pixels.data(), kWidth, kHeight, kStride, PixelFormat::bgr8});
  if (!descriptor.ok()) FAIL(descriptor.error().message());
  return to_hex(hash128(descriptor->data, descriptor->spec.bytes()));
}

}  // namespace

TEST_CASE("the tiny network gives its recorded integers") {
  Describer describer = test::open_describer(test::lowered_model(tiny_network()));
  const std::vector<std::uint8_t> pixels = camera_image();
  const std::vector<float> features =
      test::features_of(describer, ImageView{pixels.data(), kWidth, kHeight, kStride, PixelFormat::bgr8});
  const std::vector<float> recorded = {
      -4,  16,  8,  -14, 16, 12, 22, 8,  16,  24, -34, 32,  -4,  -10, -6, 24, 12, 16, 26,  10, 10,  12,
      10,  24,  0,  10,  0,  18, 2,  6,  30,  10, -8,  12,  -6,  -14, 26, 16, 2,  28, 20,  32, -24, 26,
      -16, 2,   -2, 4,   18, 16, 20, 26, 14,  14, 12,  30,  14,  8,   4,  14, 4,  4,  26,  -6, -6,  10,
      6,   -20, 24, 18,  6,  22, 2,  18, -28, 30, -10, -8,  -16, 24,  14, 10, 12, 20, 2,   0,  10,  26,
      -6,  8,   6,  12,  12, -4, 28, 12, -6,  6,  0,   -14, 30,  12,  0,  26, 12, 20, -18, 24, -20, -2,
      -6,  12,  10, 14,  20, 26, 4,  2,  4,   28, 18,  -2,  4,   -2,  8,  -2, 32, 4};
  CHECK(features == recorded);
}

TEST_CASE("the tiny network gives its recorded descriptors of all types") {
  CHECK(digest({}) == "1bbcaac4e0610994e4ee332150c63d01");
  CHECK(digest({DataType::s8, 0.75f, {}}) == "88333477c564a475d54a0a3debc99de4");
  CHECK(digest({DataType::b1, 1.0f, {}}) == "12d4d5ef3800e74d53f0b0eef85987ae");
}
