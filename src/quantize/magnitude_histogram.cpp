#include "quantize/magnitude_histogram.h"

#include <algorithm>
#include <cmath>

namespace bitplace {
namespace {

constexpr float kSmallest = 0x1p-100f;  // counts as zero below this

}  // namespace

bool MagnitudeHistogram::add(const float* numbers, std::int64_t count, double weight) {
  if (count == 0) return true;
  if (!std::all_of(numbers, numbers + count, [](float x) { return std::isfinite(x); })) return false;
  const auto [low, high] = std::minmax_element(numbers, numbers + count);
  lowest_ = total_ == 0.0 ? *low : std::min(lowest_, *low);
  highest_ = total_ == 0.0 ? *high : std::max(highest_, *high);
  cover(std::max(std::abs(*low), std::abs(*high)));
  total_ += weight * static_cast<double>(count);
  if (bins_.empty()) {
    zeros_ += weight * static_cast<double>(count);
    return true;
  }
  counts_.assign(kBins, 0);
  std::int64_t zeros = 0;
  const auto bins_per_unit =
      static_cast<float>(static_cast<double>(kBins) / range_);  // a power of two: exact
  for (std::int64_t i = 0; i < count; ++i) {
    const float magnitude = std::abs(numbers[i]);
    if (magnitude < kSmallest) {
      ++zeros;
    } else {
      ++counts_[static_cast<std::size_t>(magnitude * bins_per_unit)];
    }
  }
  zeros_ += weight * static_cast<double>(zeros);
  for (std::size_t i = 0; i < kBins; ++i)
    bins_[i] += weight * static_cast<double>(counts_[i]);
  return true;
}

float MagnitudeHistogram::largest() const {
  return std::max(std::abs(lowest_), std::abs(highest_));
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
