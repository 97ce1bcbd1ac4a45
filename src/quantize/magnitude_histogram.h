// How often which magnitude occurs.
#pragma once

#include <cstdint>
#include <vector>

namespace bitplace {

// Bins of equal width over [0, range). The range is a power of two and doubles, pairs of bins becoming one,
// when a larger magnitude comes, so the bins depend on what was added and not on the order. Zeros, and what
// is below 2^-100, are counted beside the bins.
class MagnitudeHistogram {
 public:
  static constexpr std::size_t kBins = 8192;

  // Each number counts `weight`. False, and nothing is added: a number is not finite.
  bool add(const float* numbers, std::int64_t count, double weight);

  float largest() const { return largest_; }                 // magnitude; 0 before anything was added
  bool negative() const { return negative_; }                // some number was below 0
  double zeros() const { return zeros_; }                    // their weight
  double total() const { return total_; }                    // the weight of all numbers
  const std::vector<double>& bins() const { return bins_; }  // empty while all numbers are zeros
  double range() const { return range_; }
  double bin_width() const { return range_ / static_cast<double>(kBins); }
  std::size_t used_bins() const;  // up to the last that is not empty

 private:
  void cover(float magnitude);
  void halve();
  void count_magnitudes(const float* numbers, std::int64_t count, double weight);

  std::vector<double> bins_;
  std::vector<std::uint32_t> counts_;  // of one call of add
  double range_ = 0.0;
  double zeros_ = 0.0, total_ = 0.0;
  float largest_ = 0.0f;
  bool negative_ = false;
};

}  // namespace bitplace
