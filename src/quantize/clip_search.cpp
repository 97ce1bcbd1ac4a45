#include "quantize/clip_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace bitplace {
namespace {

// The squared error of rounding x to codes of this step, the largest being `largest_code`, summed over x from
// 0: whole steps leave step^3 / 12 each, the rest r of the last one r^3 / 3, however far beyond it lies.
double error_integral(double x, double step, double largest_code) {
  const double code = std::min(std::nearbyint(x / step), largest_code);
  const double rest = x - code * step;
  return code * step * step * step / 12.0 + rest * rest * rest / 3.0;
}

// Coarser bins, for a search that looks at every pair of bins and clips.
std::vector<double> coarse_bins(const MagnitudeHistogram& histogram, std::size_t merged) {
  std::vector<double> coarse((histogram.used_bins() + merged - 1) / merged);
  for (std::size_t i = 0; i < histogram.used_bins(); ++i)
    coarse[i / merged] += histogram.bins()[i];
  return coarse;
}

// Of the distribution that is left when the first `kept` bins become codes and what lies beyond saturates.
class DivergenceOfCodes {
 public:
  DivergenceOfCodes(std::vector<double> bins, int largest_code)
      : bins_(std::move(bins)),
        total_(std::accumulate(bins_.begin(), bins_.end(), 0.0)),
        mass_(static_cast<std::size_t>(largest_code) + 1),
        occupied_(mass_.size()) {}

  double operator()(std::size_t kept) {
    const double beyond =
        std::accumulate(bins_.begin() + static_cast<std::ptrdiff_t>(kept), bins_.end(), 0.0);
    const auto seen = [&](std::size_t bin) { return bins_[bin] + (bin + 1 == kept ? beyond : 0.0); };
    std::fill(mass_.begin(), mass_.end(), 0.0);
    std::fill(occupied_.begin(), occupied_.end(), 0.0);
    for (std::size_t bin = 0; bin < kept; ++bin) {
      mass_[code(bin, kept)] += bins_[bin];
      if (seen(bin) > 0.0) occupied_[code(bin, kept)] += 1.0;
    }
    // A code says nothing about where in its bins a magnitude was: its mass is spread over them evenly.
    const double within = total_ - beyond;
    double divergence = 0.0;
    for (std::size_t bin = 0; bin < kept; ++bin) {
      const double p = seen(bin) / total_;
      if (p == 0.0) continue;
      const std::size_t c = code(bin, kept);
      const double q = within > 0.0 ? mass_[c] / occupied_[c] / within : 0.0;
      divergence += p * std::log(p / std::max(q, kLeastLikely));
    }
    return divergence;
  }

 private:
  static constexpr double kLeastLikely = 1e-9;  // where the codes say that a magnitude does not occur at all

  std::size_t code(std::size_t bin, std::size_t kept) const {
    const auto largest = static_cast<double>(mass_.size() - 1);
    const double steps = (static_cast<double>(bin) + 0.5) * largest / static_cast<double>(kept);
    return static_cast<std::size_t>(std::nearbyint(steps));
  }

  std::vector<double> bins_;
  double total_;
  std::vector<double> mass_, occupied_;  // by code
};

}  // namespace

float percentile_clip(const MagnitudeHistogram& histogram, double share) {
  const double wanted = share * histogram.total();
  double below = histogram.zeros();
  if (below >= wanted || share >= 1.0) return histogram.largest();
  for (std::size_t i = 0; i < histogram.bins().size(); ++i) {
    const double mass = histogram.bins()[i];
    if (below + mass < wanted) {
      below += mass;
      continue;
    }
    const double clip = (static_cast<double>(i) + (wanted - below) / mass) * histogram.bin_width();
    return std::min(static_cast<float>(clip), histogram.largest());
  }
  return histogram.largest();
}

double squared_error(const MagnitudeHistogram& histogram, double clip, int largest_code) {
  const double step = clip / largest_code, width = histogram.bin_width();
  const std::size_t used = histogram.used_bins();
  double sum = 0.0, before = 0.0;
  for (std::size_t i = 0; i < used; ++i) {
    const double until = error_integral(static_cast<double>(i + 1) * width, step, largest_code);
    sum += histogram.bins()[i] * (until - before);
    before = until;
  }
  return sum / width / histogram.total();
}

float squared_error_clip(const MagnitudeHistogram& histogram, int largest_code) {
  if (histogram.bins().empty()) return 0.0f;
  constexpr double kRatio = 0.95;
  constexpr int kClips = 160;  // down to 0.0003 of the largest
  const auto error = [&](double clip) { return squared_error(histogram, clip, largest_code); };
  const double largest = histogram.largest();
  double best = largest, least = error(largest);
  double clip = largest;
  for (int i = 1; i < kClips; ++i) {
    clip *= kRatio;
    const double found = error(clip);
    if (found >= least) continue;
    least = found;
    best = clip;
  }
  // Where few numbers are large the error is not smooth: what lies around the best is tried evenly.
  constexpr int kFineClips = 64;
  const double low = best * kRatio, high = std::min(best / kRatio, largest);
  for (int i = 1; i < kFineClips; ++i) {
    const double fine = low + (high - low) * i / kFineClips;
    const double found = error(fine);
    if (found >= least) continue;
    least = found;
    best = fine;
  }
  return static_cast<float>(best);
}

float entropy_clip(const MagnitudeHistogram& histogram, int largest_code) {
  if (histogram.bins().empty()) return 0.0f;
  constexpr std::size_t kMerged = 4, kStride = 4;
  const std::vector<double> bins = coarse_bins(histogram, kMerged);
  DivergenceOfCodes divergence(bins, largest_code);
  std::size_t best = bins.size();
  double least = divergence(best);
  // No code narrower than a bin.
  for (std::size_t kept = bins.size(); kept > static_cast<std::size_t>(largest_code);
       kept -= std::min(kStride, kept)) {
    const double found = divergence(kept);
    if (found >= least) continue;
    least = found;
    best = kept;
  }
  const double clip = static_cast<double>(best * kMerged) * histogram.bin_width();
  return std::min(static_cast<float>(clip), histogram.largest());
}

}  // namespace bitplace
