#include "vprtrain/augmentation/warp.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bitplace::train {
namespace {

constexpr double kPi = 3.14159265358979323846;

Homography product(const Homography& a, const Homography& b) {
  Homography c{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j)
      c[i * 3 + j] = a[i * 3] * b[j] + a[i * 3 + 1] * b[3 + j] + a[i * 3 + 2] * b[6 + j];
  }
  return c;
}

double symmetric(SplitMix64* random, float limit) {
  return (2.0 * random->unit() - 1.0) * static_cast<double>(limit);
}

// Where red, green and blue lie in a pixel.
std::array<int, 3> channel_offsets(PixelFormat format, ChannelOrder order) {
  std::array<int, 3> offsets{0, 0, 0};
  if (format == PixelFormat::rgb8 || format == PixelFormat::rgba8) offsets = {0, 1, 2};
  if (format == PixelFormat::bgr8 || format == PixelFormat::bgra8) offsets = {2, 1, 0};
  if (order == ChannelOrder::bgr) std::swap(offsets[0], offsets[2]);
  return offsets;
}

// Shares of neighbouring pixels are counted in units of 2^-kShareBits.
constexpr int kShareBits = 8;

// Where the pixels of one output row lie in the source: the upper left one of four, and the share of the
// right and of the lower ones. Loops of their own over plain arrays, which compilers vectorise.
struct RowTaps {
  explicit RowTaps(int width)
      : across(static_cast<std::size_t>(width)), down(across), column(across), row(across) {}

  std::vector<int> across;  // shares
  std::vector<int> down;
  std::vector<int> column;
  std::vector<int> row;
};

// `last` is the last coordinate of an axis. A coordinate of the last pixel counts wholly for the one on its
// right.
void split(float coordinate, float last, int last_first, int* first, int* share) {
  const float inside = std::min(std::max(coordinate, 0.0f), last);
  const int scaled = static_cast<int>(inside * static_cast<float>(1 << kShareBits) + 0.5f);
  *first = std::min(scaled >> kShareBits, last_first);
  *share = scaled - (*first << kShareBits);
}

void find_taps(const std::array<float, 9>& m, int y, const ImageView& source, RowTaps* taps) {
  const auto row = static_cast<float>(y);
  const auto last_x = static_cast<float>(source.width - 1);
  const auto last_y = static_cast<float>(source.height - 1);
  const int last_column = std::max(source.width - 2, 0);
  const int last_row = std::max(source.height - 2, 0);
  const auto count = static_cast<int>(taps->row.size());
  int* const across = taps->across.data();
  int* const down = taps->down.data();
  int* const columns = taps->column.data();
  int* const rows = taps->row.data();
  for (int x = 0; x < count; ++x) {
    const auto column = static_cast<float>(x);
    const float inverse = 1.0f / (m[6] * column + (m[7] * row + m[8]));
    const float source_x = (m[0] * column + (m[1] * row + m[2])) * inverse;
    const float source_y = (m[3] * column + (m[4] * row + m[5])) * inverse;
    split(source_x, last_x, last_column, columns + x, across + x);
    split(source_y, last_y, last_row, rows + x, down + x);
  }
}

int blend(int first, int second, int share) {
  return (first << kShareBits) + (second - first) * share;
}

template <int kPixel>
void sample_row(const ImageView& source, std::ptrdiff_t stride, const RowTaps& taps,
                const std::array<int, 3>& offsets, std::uint8_t* out) {
  const std::ptrdiff_t right = source.width > 1 ? kPixel : 0;
  const std::ptrdiff_t below = source.height > 1 ? stride : 0;
  for (std::size_t x = 0; x < taps.row.size(); ++x) {
    const std::uint8_t* pixel = source.data + taps.row[x] * stride + taps.column[x] * kPixel;
    for (std::size_t c = 0; c < (kPixel == 1 ? 1 : 3); ++c) {
      const std::uint8_t* upper = pixel + offsets[c];
      const std::uint8_t* lower = upper + below;
      const int top = blend(upper[0], upper[right], taps.across[x]);
      const int bottom = blend(lower[0], lower[right], taps.across[x]);
      const int sum = blend(top, bottom, taps.down[x]);
      out[c] = static_cast<std::uint8_t>((sum + (1 << (2 * kShareBits - 1))) >> (2 * kShareBits));
    }
    if (kPixel == 1) out[1] = out[2] = out[0];
    out += 3;
  }
}

}  // namespace

Homography draw_viewpoint(const AugmentationOptions& options, Extent source, Extent target,
                          SplitMix64* random) {
  const double aspect = static_cast<double>(source.width) / source.height;
  const double cut = random->unit() * static_cast<double>(options.zoom);
  // What is cut away is cut anywhere, not only around the middle; u and v go from -1 to 1.
  const double shift_u = symmetric(random, 2.0f * options.shift) + (2.0 * random->unit() - 1.0) * cut;
  const double shift_v = symmetric(random, options.shift) + (2.0 * random->unit() - 1.0) * cut;
  const double angle = symmetric(random, options.rotation) * kPi / 180.0;
  const double tilt_u = symmetric(random, options.perspective);
  const double tilt_v = symmetric(random, options.perspective);
  const double mirrored = random->unit() < static_cast<double>(options.flip) ? -1.0 : 1.0;

  const double target_u = 2.0 / target.width;
  const double target_v = 2.0 / target.height;
  const Homography to_unit{target_u, 0, 0.5 * target_u - 1, 0, target_v, 0.5 * target_v - 1, 0, 0, 1};
  const Homography tilt{mirrored, 0, 0, 0, 1, 0, mirrored * tilt_u, tilt_v, 1};
  const double scale = 1.0 - cut;
  const double cosine = scale * std::cos(angle);
  const double sine = scale * std::sin(angle);
  const Homography turn{cosine, -sine / aspect, shift_u, sine * aspect, cosine, shift_v, 0, 0, 1};
  const double half_width = 0.5 * source.width;
  const double half_height = 0.5 * source.height;
  const Homography to_source{half_width, 0, half_width - 0.5, 0, half_height, half_height - 0.5, 0, 0, 1};
  return product(to_source, product(turn, product(tilt, to_unit)));
}

void warp(const ImageView& source, const Homography& map, Extent target, ChannelOrder order,
          std::uint8_t* out) {
  const int pixel = bytes_per_pixel(source.format);
  const std::ptrdiff_t stride =
      source.stride != 0 ? source.stride : static_cast<std::ptrdiff_t>(source.width) * pixel;
  const std::array<int, 3> offsets = channel_offsets(source.format, order);
  std::array<float, 9> m{};
  std::transform(map.begin(), map.end(), m.begin(), [](double value) { return static_cast<float>(value); });
  RowTaps taps(target.width);
  for (int y = 0; y < target.height; ++y, out += static_cast<std::ptrdiff_t>(target.width) * 3) {
    find_taps(m, y, source, &taps);
    if (pixel == 1) sample_row<1>(source, stride, taps, offsets, out);
    if (pixel == 3) sample_row<3>(source, stride, taps, offsets, out);
    if (pixel == 4) sample_row<4>(source, stride, taps, offsets, out);
  }
}

}  // namespace bitplace::train
