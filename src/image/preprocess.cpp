#include "image/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/error.h"
#include "image/bilinear.h"
#include "kernels/common/kernel.h"

namespace bitplace {
namespace {

constexpr int kChannels = 3;

constexpr std::size_t round_up(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::size_t columns_bytes(const Preprocessing& preprocessing) {
  return round_up(static_cast<std::size_t>(preprocessing.width) * sizeof(ResizeColumn));
}

std::size_t rows_bytes(const Preprocessing& preprocessing) {
  return round_up(2 * bilinear_row_elements(preprocessing.width) * sizeof(std::int16_t));
}

bool is_reversed(const Preprocessing& preprocessing, PixelFormat format) {
  const bool is_bgr = format == PixelFormat::bgr8 || format == PixelFormat::bgra8;
  const bool wants_bgr = preprocessing.channel_order == ChannelOrder::bgr;
  return format != PixelFormat::gray8 && is_bgr != wants_bgr;
}

enum class Method { copy, nearest, halve, bilinear };

Method method_of(const Preprocessing& preprocessing, const ImageView& image) {
  if (image.width == preprocessing.width && image.height == preprocessing.height) return Method::copy;
  if (preprocessing.resize == ResizeRule::nearest) return Method::nearest;
  const bool halves = image.width == 2 * preprocessing.width && image.height == 2 * preprocessing.height;
  return halves ? Method::halve : Method::bilinear;
}

// Where each of the three output channels lies in a source pixel.
struct Channels {
  int pixel;
  int first;
  int second;
  int third;
};

Channels channels_of(PixelFormat format, bool reverse) {
  if (format == PixelFormat::gray8) return {1, 0, 0, 0};
  const int pixel = bytes_per_pixel(format);
  return reverse ? Channels{pixel, 2, 1, 0} : Channels{pixel, 0, 1, 2};
}

void copy_row(const std::uint8_t* source, const Channels& channels, int width, std::uint8_t* out) {
  if (channels.pixel == kChannels && channels.first == 0) {
    std::memcpy(out, source, static_cast<std::size_t>(width) * kChannels);
    return;
  }
  for (int x = 0; x < width; ++x, source += channels.pixel, out += kChannels) {
    out[0] = source[channels.first];
    out[1] = source[channels.second];
    out[2] = source[channels.third];
  }
}

// The scale as OpenCV computes it; min() because the product may round up to the source's size.
int nearest_index(int index, int source, int target) {
  const double scale = 1.0 / (static_cast<double>(target) / source);
  return std::min(static_cast<int>(std::floor(index * scale)), source - 1);
}

void prepare_nearest_columns(const ResizeJob& job) {
  const int pixel = bytes_per_pixel(job.image.format);
  for (int x = 0; x < job.width; ++x) {
    const int index = nearest_index(x, job.image.width, job.width);
    job.columns[x].offset = static_cast<std::uint32_t>(index * pixel);
  }
}

void nearest_row(const std::uint8_t* source, const Channels& channels, const ResizeColumn* columns, int width,
                 std::uint8_t* out) {
  for (int x = 0; x < width; ++x, out += kChannels) {
    const std::uint8_t* pixel = source + columns[x].offset;
    out[0] = pixel[channels.first];
    out[1] = pixel[channels.second];
    out[2] = pixel[channels.third];
  }
}

void halve_row(const std::uint8_t* upper, const std::uint8_t* lower, const Channels& channels, int width,
               std::uint8_t* out) {
  const auto mean = [&](int channel) {
    const int right = channel + channels.pixel;
    return static_cast<std::uint8_t>((upper[channel] + upper[right] + lower[channel] + lower[right] + 2) >>
                                     2);
  };
  for (int x = 0; x < width; ++x, out += kChannels) {
    out[0] = mean(channels.first);
    out[1] = mean(channels.second);
    out[2] = mean(channels.third);
    upper += 2 * channels.pixel;
    lower += 2 * channels.pixel;
  }
}

// One image on its way; the parts share the columns and have intermediate rows of their own.
struct Pass {
  const Preprocessing& preprocessing;
  ImageView image;
  std::uint8_t* out;
  std::byte* scratch;
  int parts;
  Method method;
  ResizeJob job;

  void run(std::int64_t part) const {
    const std::int64_t height = preprocessing.height;
    const int begin = static_cast<int>(height * part / parts);
    const int end = static_cast<int>(height * (part + 1) / parts);
    if (method == Method::bilinear) {
      std::byte* rows =
          scratch + columns_bytes(preprocessing) + static_cast<std::size_t>(part) * rows_bytes(preprocessing);
      resize_bilinear_rows(job, begin, end, reinterpret_cast<std::int16_t*>(rows), out);
      return;
    }
    const Channels channels = channels_of(image.format, job.reverse);
    for (int y = begin; y < end; ++y)
      run_row(channels, y);
  }

  void run_row(const Channels& channels, int y) const {
    const int width = preprocessing.width;
    std::uint8_t* target = out + static_cast<std::ptrdiff_t>(y) * width * kChannels;
    const auto row = [&](int index) { return image.data + index * image.stride; };
    if (method == Method::copy) {
      copy_row(row(y), channels, width, target);
    } else if (method == Method::nearest) {
      nearest_row(row(nearest_index(y, image.height, preprocessing.height)), channels, job.columns, width,
                  target);
    } else {
      halve_row(row(2 * y), row(2 * y + 1), channels, width, target);
    }
  }
};

Pass make_pass(const Preprocessing& preprocessing, ImageView image, std::uint8_t* out, void* scratch,
               int parts) {
  if (image.stride == 0) image.stride = image.width * bytes_per_pixel(image.format);
  Pass pass{preprocessing,
            image,
            out,
            static_cast<std::byte*>(scratch),
            parts,
            method_of(preprocessing, image),
            {}};
  pass.job = {image, preprocessing.width, preprocessing.height, is_reversed(preprocessing, image.format),
              static_cast<ResizeColumn*>(scratch)};
  if (pass.method == Method::bilinear) prepare_columns(pass.job);
  if (pass.method == Method::nearest) prepare_nearest_columns(pass.job);
  return pass;
}

Error bad_image(const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "image", why);
}

}  // namespace

Status check_image(const ImageView& image) {
  if (image.data == nullptr) return bad_image("no data");
  const int pixel = bytes_per_pixel(image.format);
  if (pixel == 0) {
    return bad_image("unknown pixel format " + std::to_string(static_cast<int>(image.format)));
  }
  if (image.width < 1 || image.height < 1 || image.width > kMaxImageSide || image.height > kMaxImageSide) {
    return bad_image("size " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                     ", sides must be 1 to " + std::to_string(kMaxImageSide));
  }
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(image.width) * pixel;
  if (image.stride != 0 && image.stride < row) {
    return bad_image("stride of " + std::to_string(image.stride) + " bytes, a row has " +
                     std::to_string(row));
  }
  return {};
}

std::size_t preprocess_scratch_bytes(const Preprocessing& preprocessing, int parts) {
  return columns_bytes(preprocessing) + static_cast<std::size_t>(parts) * rows_bytes(preprocessing);
}

void preprocess(const Preprocessing& preprocessing, const ImageView& image, std::uint8_t* out,
                void* scratch) {
  make_pass(preprocessing, image, out, scratch, 1).run(0);
}

void preprocess(const Preprocessing& preprocessing, const ImageView& image, std::uint8_t* out, void* scratch,
                Executor& executor, int parts) {
  Pass pass = make_pass(preprocessing, image, out, scratch, parts);
  executor.parallel_for(
      parts, [](std::int64_t part, void* context) { static_cast<const Pass*>(context)->run(part); }, &pass);
}

}  // namespace bitplace
