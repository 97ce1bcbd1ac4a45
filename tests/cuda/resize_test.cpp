// Images resized and normalised by the phases of the device's kernels: the bytes of the CPU's reference.

#include "cuda/resize/resize.h"

#include "cuda/device_case.h"
#include "cuda/resize/resize_tables.h"
#include "image/preprocess.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr std::int32_t kBatch = 2;

struct Size {
  int width, height;
};

Preprocessing rules_of(ResizeRule rule, DataType type, Size target, ChannelOrder order) {
  Preprocessing rules;
  rules.resize = rule;
  rules.width = target.width;
  rules.height = target.height;
  rules.channel_order = order;
  rules.input_type = type;
  if (type == DataType::u8) return rules;
  rules.mean = {0.485f, 0.456f, 0.406f};
  rules.standard_deviation = {0.229f, 0.224f, 0.225f};
  if (type == DataType::s8) rules.input_scale = 0.0187f;
  return rules;
}

template <typename T>
void compare_images(const Preprocessing& rules, Size source, PixelFormat format, Random& random) {
  const Preprocessor preprocessor(rules, 0);
  const std::int64_t row_bytes = source.width * bytes_per_pixel(format) + 5;
  const std::int64_t image_bytes = row_bytes * source.height;
  // Nothing is read behind the last row's pixels.
  const auto images = any_elements<std::uint8_t>(static_cast<std::size_t>(kBatch * image_bytes - 5), random);
  const std::size_t outputs = static_cast<std::size_t>(rules.width * rules.height * kResizeChannels);
  std::vector<T> expected(kBatch * outputs);
  std::vector<std::byte> scratch(preprocessor.scratch_bytes() + 64);
  std::byte* aligned = scratch.data() + 64 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 64;
  for (std::int64_t i = 0; i < kBatch; ++i) {
    const ImageView view{images.data() + i * image_bytes, source.width, source.height, row_bytes, format};
    preprocessor.run(view, expected.data() + static_cast<std::size_t>(i) * outputs, aligned);
  }
  const cuda::ResizeTables tables(rules, source.width, source.height, format);
  std::vector<std::uint32_t> between(tables.scratch_bytes(kBatch) / 4 + 1);
  INFO(resize_rule_name(rules.resize)
       << " from " << source.width << "x" << source.height << " to " << rules.width << "x" << rules.height
       << " as " << data_type_name(rules.input_type));
  check_kernel(
      cuda::resize__pixels, expected,
      [&](T* output, const std::uint8_t* data) {
        cuda::ResizeParameters p = tables.parameters(tables.bytes().data());
        p.images = data;
        p.row_bytes = row_bytes;
        p.image_bytes = image_bytes;
        p.batch = kBatch;
        p.between = between.data();
        p.output = output;
        return p;
      },
      images);
}

constexpr PixelFormat kFormats[] = {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8,
                                    PixelFormat::bgra8, PixelFormat::gray8};

}  // namespace

TEST_CASE("the device resizes by every rule to the reference's bytes") {
  Random random;
  // Smaller, larger, one way each, the same, very narrow, very high, much larger than the target.
  constexpr Size kSources[] = {{40, 31}, {7, 5}, {50, 6}, {17, 13}, {1, 1}, {2, 450}, {700, 3}};
  int turn = 0;
  for (int rule = 0; rule < kResizeRules; ++rule) {
    for (const Size& source : kSources) {
      const PixelFormat format = kFormats[turn++ % 5];
      const ChannelOrder order = turn % 2 == 0 ? ChannelOrder::rgb : ChannelOrder::bgr;
      compare_images<std::uint8_t>(rules_of(static_cast<ResizeRule>(rule), DataType::u8, {17, 13}, order),
                                   source, format, random);
    }
  }
}

TEST_CASE("the device normalises to every type of input as the reference does") {
  Random random;
  for (const ResizeRule rule : {ResizeRule::nearest, ResizeRule::bilinear_opencv, ResizeRule::bilinear_pillow,
                                ResizeRule::bicubic_tensor_antialias}) {
    const auto rules = [&](DataType type) { return rules_of(rule, type, {9, 12}, ChannelOrder::rgb); };
    compare_images<std::int8_t>(rules(DataType::s8), {23, 30}, PixelFormat::bgr8, random);
    compare_images<std::uint16_t>(rules(DataType::f16), {23, 30}, PixelFormat::gray8, random);
    compare_images<float>(rules(DataType::f32), {23, 30}, PixelFormat::rgba8, random);
  }
  const Preprocessing tall = rules_of(ResizeRule::bicubic_pillow, DataType::s8, {5, 12}, ChannelOrder::rgb);
  compare_images<std::int8_t>(tall, {3, 420}, PixelFormat::bgra8, random);
}
