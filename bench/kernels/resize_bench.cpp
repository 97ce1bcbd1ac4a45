// An image into a network's input, as a describer does it. The limit is memory: the source rows that the rule
// touches are read and the input is written, each once, at the speed at which a working set of that size is
// read again and again.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "bench/registration.h"
#include "bench/report_share.h"
#include "core/arena.h"
#include "image/filter_axis.h"
#include "image/preprocess.h"

namespace bitplace::bench {
namespace {

struct ImageCase {
  const char* name;
  int width;
  int height;
  int target;  // of both sides
  PixelFormat format;
  ResizeRule rule;
  DataType type;
};

constexpr ImageCase kCases[] = {
    {"640x480_to_227", 640, 480, 227, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::u8},
    {"640x480_to_227_s8", 640, 480, 227, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::s8},
    {"640x480_to_227_f32", 640, 480, 227, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::f32},
    {"640x480_to_227_f16", 640, 480, 227, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::f16},
    {"640x480_to_227_bgra8", 640, 480, 227, PixelFormat::bgra8, ResizeRule::bilinear_opencv, DataType::u8},
    {"640x480_to_227_gray8", 640, 480, 227, PixelFormat::gray8, ResizeRule::bilinear_opencv, DataType::u8},
    {"640x480_to_227_nearest", 640, 480, 227, PixelFormat::rgb8, ResizeRule::nearest, DataType::u8},
    {"1920x1080_to_320", 1920, 1080, 320, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::u8},
    {"1920x1080_to_320_nearest", 1920, 1080, 320, PixelFormat::rgb8, ResizeRule::nearest, DataType::u8},
    {"454x454_to_227", 454, 454, 227, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::u8},
    {"100x80_to_227", 100, 80, 227, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::u8},
    {"227x227_bgr8", 227, 227, 227, PixelFormat::bgr8, ResizeRule::bilinear_opencv, DataType::u8},
    {"227x227_s8", 227, 227, 227, PixelFormat::rgb8, ResizeRule::bilinear_opencv, DataType::s8},
    {"640x480_to_320_bilinear_pillow", 640, 480, 320, PixelFormat::rgb8, ResizeRule::bilinear_pillow,
     DataType::u8},
    {"640x480_to_224_bilinear_pillow", 640, 480, 224, PixelFormat::rgb8, ResizeRule::bilinear_pillow,
     DataType::u8},
    {"640x480_to_320_bicubic_pillow", 640, 480, 320, PixelFormat::rgb8, ResizeRule::bicubic_pillow,
     DataType::u8},
    {"640x480_to_224_bicubic_pillow", 640, 480, 224, PixelFormat::rgb8, ResizeRule::bicubic_pillow,
     DataType::u8},
    {"640x480_to_320_bilinear_tensor", 640, 480, 320, PixelFormat::rgb8, ResizeRule::bilinear_tensor,
     DataType::u8},
    {"640x480_to_224_bilinear_tensor", 640, 480, 224, PixelFormat::rgb8, ResizeRule::bilinear_tensor,
     DataType::u8},
    {"640x480_to_320_bicubic_tensor", 640, 480, 320, PixelFormat::rgb8, ResizeRule::bicubic_tensor,
     DataType::u8},
    {"640x480_to_224_bicubic_tensor", 640, 480, 224, PixelFormat::rgb8, ResizeRule::bicubic_tensor,
     DataType::u8},
    {"640x480_to_320_bilinear_tensor_antialias", 640, 480, 320, PixelFormat::rgb8,
     ResizeRule::bilinear_tensor_antialias, DataType::u8},
    {"640x480_to_224_bilinear_tensor_antialias", 640, 480, 224, PixelFormat::rgb8,
     ResizeRule::bilinear_tensor_antialias, DataType::u8},
    {"640x480_to_320_bicubic_tensor_antialias", 640, 480, 320, PixelFormat::rgb8,
     ResizeRule::bicubic_tensor_antialias, DataType::u8},
    {"640x480_to_224_bicubic_tensor_antialias", 640, 480, 224, PixelFormat::rgb8,
     ResizeRule::bicubic_tensor_antialias, DataType::u8},
    {"1920x1080_to_320_bilinear_pillow", 1920, 1080, 320, PixelFormat::rgb8, ResizeRule::bilinear_pillow,
     DataType::u8},
    {"4000x3000_to_224_bicubic_pillow", 4000, 3000, 224, PixelFormat::rgb8, ResizeRule::bicubic_pillow,
     DataType::u8},
    {"640x480_to_224_gray8_bilinear_pillow", 640, 480, 224, PixelFormat::gray8, ResizeRule::bilinear_pillow,
     DataType::u8},
};

Preprocessing rules_of(const ImageCase& image) {
  Preprocessing rules;
  rules.width = rules.height = image.target;
  rules.resize = image.rule;
  rules.input_type = image.type;
  if (image.type == DataType::u8) return rules;
  rules.mean = {0.485f, 0.456f, 0.406f};
  rules.standard_deviation = {0.229f, 0.224f, 0.225f};
  if (image.type == DataType::s8) rules.input_scale = 2.64f / 127.0f;
  return rules;
}

std::vector<std::uint8_t> random_pixels(const ImageCase& image) {
  std::mt19937 generator(6);
  const int bytes = image.width * image.height * bytes_per_pixel(image.format);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(bytes));
  for (std::uint8_t& pixel : pixels)
    pixel = static_cast<std::uint8_t>(generator() >> 24);
  return pixels;
}

std::size_t input_bytes(const ImageCase& image) {
  const auto elements = static_cast<std::size_t>(image.target) * static_cast<std::size_t>(image.target) * 3;
  return elements * static_cast<std::size_t>(bits_per_element(image.type)) / 8;
}

// The source rows that one of the input's is made of: all that the image has where the filter is antialiased.
int rows_per_row(const ImageCase& image) {
  if (image.rule == ResizeRule::nearest || image.height == image.target) return 1;
  if (!filters(image.rule)) return 2;
  return antialiases(image.rule) ? image.height : 2 * filter_support(image.rule);
}

std::size_t touched_bytes(const ImageCase& image) {
  const int rows = std::min(image.height, image.target * rows_per_row(image));
  return static_cast<std::size_t>(rows * image.width * bytes_per_pixel(image.format)) + input_bytes(image);
}

void run_image(benchmark::State& state, const ImageCase& image, IsaFeatures features) {
  const std::vector<std::uint8_t> pixels = random_pixels(image);
  const ImageView view{pixels.data(), image.width, image.height, 0, image.format};
  const Preprocessor preprocessor(rules_of(image), features);
  const Preprocessor reference(rules_of(image), 0);
  auto scratch = AlignedBuffer::allocate(preprocessor.scratch_bytes());
  auto input = AlignedBuffer::allocate(input_bytes(image));
  if (!scratch.ok() || !input.ok()) return state.SkipWithError("out of memory");
  const double seconds =
      time_iterations(state, [&] { preprocessor.run(view, input->data(), scratch->data()); });
  const std::size_t bytes = touched_bytes(image);
  state.counters["bytes/s"] = static_cast<double>(bytes) / seconds;
  report_share(state, read_limit(bytes), static_cast<double>(bytes), seconds);
  std::vector<std::byte> expected(input_bytes(image));
  reference.run(view, expected.data(), scratch->data());
  if (std::memcmp(expected.data(), input->data(), expected.size()) != 0) {
    state.SkipWithError("differs from the reference kernel");
  }
}

std::string kernel_names(const ImageCase& image, IsaFeatures features) {
  const Preprocessor preprocessor(rules_of(image), features);
  const NormalizeKernel* normalize = preprocessor.normalize_kernel();
  const ResampleKernel* resample = preprocessor.resample_kernel();
  return std::string(resample != nullptr ? resample->name : preprocessor.resize_kernel().name) +
         (normalize == nullptr ? "" : "+") + (normalize == nullptr ? "" : normalize->name);
}

}  // namespace

void register_images() {
  const Result<IsaFeatures> active = active_features();
  const KernelTable<ResizeKernel> table = resize_kernels();
  for (const ImageCase& image : kCases) {
    for (std::size_t i = 0; i < table.count; ++i) {
      if ((table.rows[i]->features & ~*active) != 0) continue;
      // A tier without the rows before this one.
      IsaFeatures features = *active;
      for (std::size_t better = 0; better < i; ++better)
        features &= ~table.rows[better]->features;
      benchmark::RegisterBenchmark(
          (std::string("image/") + image.name + "/" + kernel_names(image, features)).c_str(),
          [&image, features](benchmark::State& state) { run_image(state, image, features); })
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace bitplace::bench
