// Summaries of repeated measurements.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace bitplace::tools {

// The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank); 0 for none.
inline double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  const auto index = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(values.begin(), values.begin() + index, values.end());
  return values[static_cast<std::size_t>(index)];
}

}  // namespace bitplace::tools
