#include "image/filter_oracle.h"

#include <algorithm>
#include <cmath>

#include "image/preprocess_support.h"

namespace bitplace::test {
namespace {

struct Weighted {
  int pixel;
  double weight;
};
using Taps = std::vector<Weighted>;

bool is_cubic(ResizeRule rule) {
  return rule == ResizeRule::bicubic_pillow || rule == ResizeRule::bicubic_tensor ||
         rule == ResizeRule::bicubic_tensor_antialias;
}

double filter(bool cubic, double a, double distance) {
  const double x = std::abs(distance);
  if (!cubic) return std::max(0.0, 1.0 - x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  return x < 2.0 ? (((x - 5.0) * x + 8.0) * x - 4.0) * a : 0.0;
}

// Every pixel whose centre lies less than `reach` from that of the output's, rounded to whole pixels.
Taps antialiased_taps(bool cubic, int source, int target, int index) {
  const double scale = static_cast<double>(source) / target;
  const double widening = std::max(scale, 1.0);
  const double centre = (index + 0.5) * scale;
  const double reach = (cubic ? 2 : 1) * widening;
  const int begin = std::max(0, static_cast<int>(centre - reach + 0.5));
  const int end = std::min(source, static_cast<int>(centre + reach + 0.5));
  Taps taps;
  double total = 0.0;
  for (int pixel = begin; pixel < end; ++pixel) {
    const double weight = filter(cubic, -0.5, (pixel - centre + 0.5) * (1.0 / widening));
    taps.push_back({pixel, weight});
    total += weight;
  }
  for (Weighted& tap : taps)
    tap.weight /= total;
  return taps;
}

// Two or four neighbours, those outside moved to the border.
Taps plain_taps(bool cubic, int source, int target, int index) {
  double position = (index + 0.5) * (static_cast<double>(source) / target) - 0.5;
  if (!cubic) position = std::max(0.0, position);
  const int first = static_cast<int>(std::floor(position));
  Taps taps;
  for (int pixel = first - (cubic ? 1 : 0); pixel <= first + (cubic ? 2 : 1); ++pixel)
    taps.push_back({std::clamp(pixel, 0, source - 1), filter(cubic, -0.75, pixel - position)});
  return taps;
}

Taps taps_of(ResizeRule rule, int source, int target, int index) {
  const bool plain = rule == ResizeRule::bilinear_tensor || rule == ResizeRule::bicubic_tensor;
  return (plain ? plain_taps : antialiased_taps)(is_cubic(rule), source, target, index);
}

struct Plane {
  int width;
  int height;
  std::vector<double> values;
  double& at(int x, int y) { return values[static_cast<std::size_t>(y * width + x)]; }
  double at(int x, int y) const { return values[static_cast<std::size_t>(y * width + x)]; }
};

Plane make_plane(int width, int height) {
  return {width, height, std::vector<double>(static_cast<std::size_t>(width * height))};
}

double pillow_byte(const Taps& taps, const std::vector<double>& bytes) {
  long long sum = 1 << 21;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double scaled = taps[i].weight * (1 << 22);
    sum += static_cast<long long>(scaled + (scaled < 0 ? -0.5 : 0.5)) * static_cast<long long>(bytes[i]);
  }
  return static_cast<double>(std::clamp(sum >> 22, 0LL, 255LL));
}

double plain_sum(const Taps& taps, const std::vector<double>& values) {
  double sum = 0.0;
  for (std::size_t i = 0; i < taps.size(); ++i)
    sum += taps[i].weight * values[i];
  return sum;
}

using Sum = double (*)(const Taps&, const std::vector<double>&);

Plane filter_columns(ResizeRule rule, const Plane& from, int width, Sum sum) {
  Plane to = make_plane(width, from.height);
  for (int x = 0; x < width; ++x) {
    const Taps taps = taps_of(rule, from.width, width, x);
    std::vector<double> values(taps.size());
    for (int y = 0; y < from.height; ++y) {
      for (std::size_t i = 0; i < taps.size(); ++i)
        values[i] = from.at(taps[i].pixel, y);
      to.at(x, y) = sum(taps, values);
    }
  }
  return to;
}

Plane transposed(const Plane& plane) {
  Plane to = make_plane(plane.height, plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x)
      to.at(y, x) = plane.at(x, y);
  }
  return to;
}

Plane filter_rows(ResizeRule rule, const Plane& from, int height, Sum sum) {
  return transposed(filter_columns(rule, transposed(from), height, sum));
}

Plane channel_of(const Preprocessing& rules, const ImageView& image, int channel) {
  Plane plane = make_plane(image.width, image.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x)
      plane.at(x, y) = byte_of(rules, image, x, y, channel);
  }
  return plane;
}

std::vector<double> filtered(const Preprocessing& rules, const ImageView& image, Sum sum) {
  std::vector<double> all(output_bytes(rules));
  const bool tall = sum == pillow_byte && image.height > 100 * image.width && rules.height < image.height;
  for (int channel = 0; channel < 3; ++channel) {
    const Plane source = channel_of(rules, image, channel);
    const Plane once = tall ? filter_rows(rules.resize, source, rules.height, sum)
                            : filter_columns(rules.resize, source, rules.width, sum);
    const Plane twice = tall ? filter_columns(rules.resize, once, rules.width, sum)
                             : filter_rows(rules.resize, once, rules.height, sum);
    for (std::size_t i = 0; i < twice.values.size(); ++i)
      all[3 * i + static_cast<std::size_t>(channel)] = twice.values[i];
  }
  return all;
}

}  // namespace

std::vector<int> pillow_oracle(const Preprocessing& rules, const ImageView& image) {
  const std::vector<double> values = filtered(rules, image, pillow_byte);
  return {values.begin(), values.end()};
}

std::vector<double> tensor_oracle(const Preprocessing& rules, const ImageView& image) {
  return filtered(rules, image, plain_sum);
}

}  // namespace bitplace::test
