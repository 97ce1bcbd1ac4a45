#include "quantize/magnitude_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bitplace {
namespace {

constexpr float kSmallest = 0x1p-100f;  // counts as zero below this

// The largest magnitude of either sign.
struct Extremes {
  float positive, negative;
  bool finite;  // all numbers are
};

// Magnitudes of floats are ordered as their bits are, those of infinities and NaNs last.
Extremes extremes_of(const float* numbers, std::int64_t count) {
  std::int32_t positive = 0, negative = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::int32_t>(numbers[i]);
    const std::int32_t magnitude = bits & 0x7fffffff, sign = bits >> 31;
    positive = std::max(positive, magnitude & ~sign);
    negative = std::max(negative, magnitude & sign);
  }
  constexpr std::int32_t kInfinity = 0x7f800000;
  return {std::bit_cast<float>(positive), std::bit_cast<float>(negative),
          positive < kInfinity && negative < kInfinity};
}

}  // namespace

bool MagnitudeHistogram::add(const float* numbers, std::int64_t count, double weight) {
  if (count == 0) return true;
  const Extremes found = extremes_of(numbers, count);
  if (!found.finite) return false;
  const float magnitude = std::max(found.positive, found.negative);
  largest_ = std::max(largest_, magnitude);
  negative_ = negative_ || found.negative > 0.0f;
  cover(magnitude);
  total_ += weight * static_cast<double>(count);
  if (bins_.empty()) {
    zeros_ += weight * static_cast<double>(count);
  } else {
    count_magnitudes(numbers, count, weight);
  }
  return true;
}

void MagnitudeHistogram::count_magnitudes(const float* numbers, std::int64_t count, double weight) {
  // Two tables: neighbours are often alike, and a counter that was just written is slow to read.
  counts_.assign(2 * kBins, 0);
  std::int64_t zeros = 0;
  const auto bins_per_unit =
      static_cast<float>(static_cast<double>(kBins) / range_);  // a power of two: exact
  for (std::int64_t i = 0; i < count; ++i) {
    const float magnitude = std::abs(numbers[i]);
    if (magnitude < kSmallest) {
      ++zeros;
    } else {
      const auto bin = static_cast<std::size_t>(static_cast<std::int32_t>(magnitude * bins_per_unit));
      ++counts_[2 * bin + static_cast<std::size_t>(i % 2)];
    }
  }
  zeros_ += weight * static_cast<double>(zeros);
  for (std::size_t i = 0; i < kBins; ++i)
    bins_[i] += weight * static_cast<double>(counts_[2 * i] + counts_[2 * i + 1]);
}

std::size_t MagnitudeHistogram::used_bins() const {
  std::size_t used = bins_.size();
  while (used > 0 && bins_[used - 1] == 0.0)
    --used;
  return used;
}

void MagnitudeHistogram::cover(float magnitude) {
  if (magnitude < kSmallest) return;
  if (bins_.empty()) {
    int exponent = 0;
    std::frexp(magnitude, &exponent);
    range_ = std::ldexp(1.0, exponent);
    bins_.assign(kBins, 0.0);
  }
  while (magnitude >= range_)
    halve();
}

// Half as many bins for the old range, as many again for twice the range.
void MagnitudeHistogram::halve() {
  for (std::size_t i = 0; i < kBins / 2; ++i)
    bins_[i] = bins_[2 * i] + bins_[2 * i + 1];
  std::fill(bins_.begin() + kBins / 2, bins_.end(), 0.0);
  range_ *= 2.0;
}

}  // namespace bitplace
