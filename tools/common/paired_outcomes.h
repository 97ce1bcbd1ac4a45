// Two systems tried on the same questions: by how much one is better, and how sure that is.
#pragma once

#include <cstdint>
#include <vector>

namespace bitplace::tools {

struct Bootstrap {
  int resamples = 10000;  // at least 1
  std::uint32_t seed = 1;
};

struct Interval {
  double lower = 0.0;
  double upper = 0.0;
};

struct PairedOutcomes {
  std::int64_t questions = 0;
  std::int64_t won = 0;   // right in `other`, wrong in `base`
  std::int64_t lost = 0;  // the reverse
  // Share of right answers, other less base, and where 95 % of the resamples' differences lie.
  double difference = 0.0;
  Interval bounds;
  // How likely a split at least as uneven as won : lost is where neither is better (exact McNemar test).
  double p_value = 1.0;
};

// Draws the questions with replacement, the same for both, and takes the percentile interval. The same seed
// and number of questions draw the same resamples, whatever the answers: results for several `other` compare.
// `base` and `other` are of one size.
PairedOutcomes compare_outcomes(const std::vector<bool>& base, const std::vector<bool>& other,
                                const Bootstrap& bootstrap);

// Two-sided: twice the chance that at most min(won, lost) of won + lost fair coins show heads, at most 1.
double mcnemar_exact(std::int64_t won, std::int64_t lost);

}  // namespace bitplace::tools
