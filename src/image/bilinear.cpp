#include "image/bilinear.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace bitplace {
namespace {

constexpr int kCoefficientScale = 2048;

// Where an output index falls between two source indices, and the two coefficients, with the roundings of
// OpenCV: the position in binary64, its fraction in binary32, the coefficients rounded to nearest even.
struct Tap {
  int first;
  int first_weight;
  int second_weight;
};

Tap tap_of(int index, int source, int target, bool clamp_fraction) {
  const double scale = 1.0 / (static_cast<double>(target) / source);
  float position = static_cast<float>((index + 0.5) * scale - 0.5);
  int first = static_cast<int>(std::floor(position));
  float fraction = position - static_cast<float>(first);
  // At the border OpenCV drops a column's fraction but keeps a row's: both of the row's taps then fall on the
  // same source row, and the two truncated products do not always sum to what one would give.
  if (clamp_fraction && first < 0) {
    first = 0;
    fraction = 0.0f;
  }
  if (clamp_fraction && first >= source - 1) {
    first = source - 1;
    fraction = 0.0f;
  }
  const auto weight = [](float part) { return static_cast<int>(std::lrint(part * kCoefficientScale)); };
  return {first, weight(1.0f - fraction), weight(fraction)};
}

// One product per channel: with p0 in the low bits and p1 one pixel (B bits) higher,
//   (p0 + p1 * 2^B) * (a1 + a0 * 2^B) = p0 * a1 + (p0 * a0 + p1 * a1) * 2^B + p1 * a0 * 2^2B,
// and as no part exceeds 20 bits, S >> 4 stands at bit B + 4.
template <int kPixel>
inline void blend(std::uint64_t pair, std::uint64_t weights, bool reverse, std::int16_t* out) {
  constexpr int kShift = 8 * kPixel;
  constexpr std::uint64_t kMask = 0xffull | 0xffull << kShift;
  const auto channel = [&](int c) {
    return static_cast<std::int16_t>((((pair >> (8 * c)) & kMask) * weights) >> (kShift + 4));
  };
  out[0] = channel(reverse ? 2 : 0);
  out[1] = channel(1);
  out[2] = channel(reverse ? 0 : 2);
}

template <int kPixel, bool kReverse>
void resize_row(const ResizeJob& job, const std::uint8_t* row, std::int16_t* out) {
  const ResizeColumn* columns = job.columns;
  const std::size_t row_bytes = static_cast<std::size_t>(job.image.width) * kPixel;
  // Eight bytes hold two pixels; near the row's end only those that exist are read.
  int x = 0;
  for (; x < job.width && columns[x].offset + 8 <= row_bytes; ++x) {
    std::uint64_t pair = 0;
    std::memcpy(&pair, row + columns[x].offset, 8);
    blend<kPixel>(pair, columns[x].weights, kReverse, out + 3 * x);
  }
  for (; x < job.width; ++x) {
    std::uint64_t pair = 0;
    std::memcpy(&pair, row + columns[x].offset,
                std::min<std::size_t>(2 * kPixel, row_bytes - columns[x].offset));
    blend<kPixel>(pair, columns[x].weights, kReverse, out + 3 * x);
  }
}

// Grey: one channel, weights apart by 32 bits.
void resize_gray_row(const ResizeJob& job, const std::uint8_t* row, std::int16_t* out) {
  const auto last = static_cast<std::uint32_t>(job.image.width - 1);
  for (int x = 0; x < job.width; ++x) {
    const ResizeColumn& column = job.columns[x];
    const auto first_weight = static_cast<std::int32_t>(column.weights >> 32);
    const auto second_weight = static_cast<std::int32_t>(column.weights & 0xffff);
    const std::int32_t first = row[column.offset];
    const std::int32_t second = row[std::min(column.offset + 1, last)];
    out[x] = static_cast<std::int16_t>((first * first_weight + second * second_weight) >> 4);
  }
}

void resize_any_row(const ResizeJob& job, const std::uint8_t* row, std::int16_t* out) {
  switch (bytes_per_pixel(job.image.format)) {
    case 1:
      return resize_gray_row(job, row, out);
    case 3:
      return job.reverse ? resize_row<3, true>(job, row, out) : resize_row<3, false>(job, row, out);
    default:
      return job.reverse ? resize_row<4, true>(job, row, out) : resize_row<4, false>(job, row, out);
  }
}

// The vertical pass.
inline std::uint8_t mix(std::int16_t upper, std::int16_t lower, std::int16_t upper_weight,
                        std::int16_t lower_weight) {
  return static_cast<std::uint8_t>(((upper * upper_weight >> 16) + (lower * lower_weight >> 16) + 2) >> 2);
}

void mix_rows(const std::int16_t* __restrict upper, const std::int16_t* __restrict lower, const Tap& tap,
              int count, std::uint8_t* __restrict out) {
  const auto upper_weight = static_cast<std::int16_t>(tap.first_weight);
  const auto lower_weight = static_cast<std::int16_t>(tap.second_weight);
  for (int i = 0; i < count; ++i)
    out[i] = mix(upper[i], lower[i], upper_weight, lower_weight);
}

void mix_gray_rows(const std::int16_t* upper, const std::int16_t* lower, const Tap& tap, int count,
                   std::uint8_t* out) {
  const auto upper_weight = static_cast<std::int16_t>(tap.first_weight);
  const auto lower_weight = static_cast<std::int16_t>(tap.second_weight);
  for (int i = 0; i < count; ++i) {
    out[3 * i] = out[3 * i + 1] = out[3 * i + 2] = mix(upper[i], lower[i], upper_weight, lower_weight);
  }
}

// An intermediate row and the source row it was made of.
struct IntermediateRow {
  std::int16_t* data;
  int source = -1;
};

}  // namespace

void prepare_columns(const ResizeJob& job) {
  const int pixel = bytes_per_pixel(job.image.format);
  const int shift = pixel == 3 ? 24 : 32;
  for (int x = 0; x < job.width; ++x) {
    const Tap tap = tap_of(x, job.image.width, job.width, true);
    ResizeColumn& column = job.columns[x];
    column.weights =
        static_cast<std::uint64_t>(tap.second_weight) | static_cast<std::uint64_t>(tap.first_weight) << shift;
    column.offset = static_cast<std::uint32_t>(tap.first * pixel);
  }
}

void resize_bilinear_rows(const ResizeJob& job, int begin, int end, std::int16_t* rows, std::uint8_t* out) {
  const ImageView& image = job.image;
  IntermediateRow upper{rows};
  IntermediateRow lower{rows + bilinear_row_elements(job.width)};
  const auto fill = [&](IntermediateRow& row, int source) {
    if (row.source == source) return;
    resize_any_row(job, image.data + source * image.stride, row.data);
    row.source = source;
  };
  for (int y = begin; y < end; ++y) {
    const Tap tap = tap_of(y, image.height, job.height, false);
    const int first = std::clamp(tap.first, 0, image.height - 1);
    const int second = std::clamp(tap.first + 1, 0, image.height - 1);
    if (upper.source != first && lower.source == first) std::swap(upper, lower);
    fill(upper, first);
    if (second != first) fill(lower, second);
    const std::int16_t* below = second != first ? lower.data : upper.data;
    std::uint8_t* target = out + static_cast<std::ptrdiff_t>(y) * job.width * 3;
    if (image.format == PixelFormat::gray8) {
      mix_gray_rows(upper.data, below, tap, job.width, target);
    } else {
      mix_rows(upper.data, below, tap, job.width * 3, target);
    }
  }
}

}  // namespace bitplace
