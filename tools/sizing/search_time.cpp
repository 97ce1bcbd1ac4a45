#include "sizing/search_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kParts = 3;
using Parts = std::array<double, kParts>;
using Square = std::array<Parts, kParts>;

// One equation: sum of part * term = 1. Dividing by the measured time makes deviations relative.
Parts equation(const SearchMeasurement& m) {
  const auto places = static_cast<double>(m.places);
  return {1.0 / m.milliseconds, places / m.milliseconds, places * m.dimension / m.milliseconds};
}

// Least squares for the parts in `used` (one bit each), the others 0, by elimination with pivoting on the
// normal equations. Nothing where the measurements do not tell these parts apart.
std::optional<Parts> least_squares(const std::vector<Parts>& equations, unsigned used) {
  Square matrix{};
  Parts right{};
  for (std::size_t i = 0; i < kParts; ++i) {
    const bool in = (used >> i & 1u) != 0;
    for (const Parts& row : equations) {
      right[i] += in ? row[i] : 0.0;
      for (std::size_t j = 0; j < kParts; ++j)
        matrix[i][j] += in && (used >> j & 1u) != 0 ? row[i] * row[j] : 0.0;
    }
    if (!in) matrix[i][i] = 1.0;
  }
  for (std::size_t column = 0; column < kParts; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < kParts; ++row) {
      if (std::abs(matrix[row][column]) > std::abs(matrix[pivot][column])) pivot = row;
    }
    if (std::abs(matrix[pivot][column]) < 1e-12) return std::nullopt;
    std::swap(matrix[pivot], matrix[column]);
    std::swap(right[pivot], right[column]);
    for (std::size_t row = 0; row < kParts; ++row) {
      if (row == column) continue;
      const double factor = matrix[row][column] / matrix[column][column];
      for (std::size_t j = column; j < kParts; ++j)
        matrix[row][j] -= factor * matrix[column][j];
      right[row] -= factor * right[column];
    }
  }
  for (std::size_t i = 0; i < kParts; ++i)
    right[i] /= matrix[i][i];
  return right;
}

double squared_deviation(const std::vector<Parts>& equations, const Parts& parts) {
  double sum = 0.0;
  for (const Parts& row : equations) {
    const double deviation = row[0] * parts[0] + row[1] * parts[1] + row[2] * parts[2] - 1.0;
    sum += deviation * deviation;
  }
  return sum;
}

// Columns differ by many orders of magnitude: each is divided by its largest term.
Parts scale_columns(std::vector<Parts>* equations) {
  Parts largest{};
  for (const Parts& row : *equations) {
    for (std::size_t i = 0; i < kParts; ++i)
      largest[i] = std::max(largest[i], row[i]);
  }
  for (Parts& row : *equations) {
    for (std::size_t i = 0; i < kParts; ++i)
      row[i] /= largest[i];
  }
  return largest;
}

}  // namespace

Result<SearchTime> fit_search_time(std::span<const SearchMeasurement> measurements) {
  if (measurements.size() < kParts)
    return make_error(ErrorCode::invalid_argument, "search time", "fewer than three measurements");
  std::vector<Parts> equations;
  for (const SearchMeasurement& m : measurements) {
    if (m.dimension < 1 || m.places < 1 || !(m.milliseconds > 0.0) || !std::isfinite(m.milliseconds))
      return make_error(ErrorCode::invalid_argument, "search time", "a measurement is not positive");
    equations.push_back(equation(m));
  }
  const Parts largest = scale_columns(&equations);
  // With three parts, all choices of those that are not 0 can be tried.
  Parts best{};
  double least = squared_deviation(equations, best);
  for (unsigned used = 1; used < 1u << kParts; ++used) {
    const std::optional<Parts> parts = least_squares(equations, used);
    if (!parts || *std::min_element(parts->begin(), parts->end()) < 0.0) continue;
    const double deviation = squared_deviation(equations, *parts);
    if (deviation >= least) continue;
    least = deviation;
    best = *parts;
  }
  return SearchTime{best[0] / largest[0], best[1] / largest[1], best[2] / largest[2]};
}

double largest_deviation(const SearchTime& time, std::span<const SearchMeasurement> measurements) {
  double largest = 0.0;
  for (const SearchMeasurement& m : measurements) {
    const double fitted = time.milliseconds(m.dimension, static_cast<double>(m.places));
    largest = std::max(largest, std::abs(fitted / m.milliseconds - 1.0));
  }
  return largest;
}

}  // namespace bitplace::tools
