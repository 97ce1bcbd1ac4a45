#include "common/paired_outcomes.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <span>

namespace bitplace::tools {
namespace {

constexpr double kOutside = 0.025;  // share of the resamples on each side of the bounds

// +1 where only `other` is right, -1 where only `base` is.
std::vector<int> differences_of(const std::vector<bool>& base, const std::vector<bool>& other) {
  std::vector<int> differences(base.size());
  for (std::size_t i = 0; i < base.size(); ++i)
    differences[i] = static_cast<int>(other[i]) - static_cast<int>(base[i]);
  return differences;
}

// The sum over as many draws as there are values. Not std::uniform_int_distribution, whose numbers the
// standard leaves open; scaling 32 bits favours no index by more than 2^-32 of all draws.
std::int64_t resampled_sum(std::span<const int> values, std::mt19937& generator) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += values[static_cast<std::uint64_t>(generator()) * values.size() >> 32];
  return sum;
}

// The nearest ranks, as far from the smallest as from the largest sum.
Interval resampled_bounds(std::span<const int> values, const Bootstrap& bootstrap) {
  std::mt19937 generator(bootstrap.seed);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(bootstrap.resamples));
  std::generate(sums.begin(), sums.end(), [&] { return resampled_sum(values, generator); });
  std::sort(sums.begin(), sums.end());
  const double rank = std::ceil(kOutside * static_cast<double>(sums.size()));
  const std::size_t index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  const auto count = static_cast<double>(values.size());
  return {static_cast<double>(sums[index]) / count,
          static_cast<double>(sums[sums.size() - 1 - index]) / count};
}

}  // namespace

PairedOutcomes compare_outcomes(const std::vector<bool>& base, const std::vector<bool>& other,
                                const Bootstrap& bootstrap) {
  PairedOutcomes result;
  result.questions = static_cast<std::int64_t>(base.size());
  if (base.empty()) return result;
  const std::vector<int> differences = differences_of(base, other);
  result.won = std::count(differences.begin(), differences.end(), 1);
  result.lost = std::count(differences.begin(), differences.end(), -1);
  result.difference = static_cast<double>(result.won - result.lost) / static_cast<double>(result.questions);
  result.bounds = resampled_bounds(differences, bootstrap);
  result.p_value = mcnemar_exact(result.won, result.lost);
  return result;
}

double mcnemar_exact(std::int64_t won, std::int64_t lost) {
  const auto coins = static_cast<double>(won + lost);
  const std::int64_t fewer = std::min(won, lost);
  // Logarithms: 2^-coins alone is too small for a double from 1075 coins on.
  double log_chance = -coins * std::log(2.0);
  double sum = std::exp(log_chance);
  for (std::int64_t heads = 1; heads <= fewer; ++heads) {
    const auto k = static_cast<double>(heads);
    log_chance += std::log((coins - k + 1.0) / k);
    sum += std::exp(log_chance);
  }
  return std::min(1.0, 2.0 * sum);
}

}  // namespace bitplace::tools
