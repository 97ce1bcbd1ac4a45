// What an exact search costs, fitted to measured searches.
#pragma once

#include <cstdint>
#include <span>

#include "bitplace/result.h"

namespace bitplace::tools {

struct SearchMeasurement {
  std::int32_t dimension = 0;
  std::int64_t places = 0;
  double milliseconds = 0.0;
};

// milliseconds = fixed + places * (per_place + dimension * per_element). Every part is at least 0.
struct SearchTime {
  double fixed = 0.0;
  double per_place = 0.0;
  double per_element = 0.0;

  double milliseconds(double dimension, double places) const {
    return fixed + places * (per_place + dimension * per_element);
  }
};

// The parts, none negative, with the least sum of squares of the relative deviations: a search of 30 ms does
// not outweigh one of 3. Error: invalid_argument (fewer than three measurements, or one that is not
// positive).
Result<SearchTime> fit_search_time(std::span<const SearchMeasurement> measurements);

// The largest |fitted / measured - 1|.
double largest_deviation(const SearchTime& time, std::span<const SearchMeasurement> measurements);

}  // namespace bitplace::tools
