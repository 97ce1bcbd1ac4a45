// A page on a search for precisions: what every candidate lost against the bits that it took.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"

namespace bitplace::tools {

struct SearchPoint {
  double bits = 0.0;   // average over the weights, 0 to 64; otherwise the point is not finite
  double error = 0.0;  // of the descriptor; larger is worse
  std::string label;   // what the candidate is: shown when pointed at, and in the table
  std::string mark;    // a short name drawn beside the point ("int8"); empty for most
};

struct SearchPlot {
  std::string title;
  std::string introduction;           // may be empty
  std::string error_name;             // "mean squared error of the descriptor"
  std::vector<SearchPoint> points;    // every candidate that was evaluated
  std::optional<double> budget;       // average bits that were allowed
  std::optional<std::size_t> chosen;  // index of the candidate that was taken
};

// Indices of the points that no other point beats (fewer bits and no larger error, or as many and a smaller
// one), by rising bits and so by falling error; of equal points the first. Points whose numbers are not
// finite belong to no front.
std::vector<std::size_t> pareto_front(const std::vector<SearchPoint>& points);

// An SVG drawing: bits to the right, error upwards on a logarithmic scale. Errors of 0 lie on its lower edge;
// points that are not finite are left out, and so are plain ones that would lie exactly on another.
// Error: invalid_argument (no finite point, a chosen one that is none).
Result<std::string> search_chart(const SearchPlot& plot);

// A page that needs nothing but itself: the drawing and a table of the front. It appears whole or not at all.
Status write_search_page(const std::string& path, const SearchPlot& plot);

}  // namespace bitplace::tools
