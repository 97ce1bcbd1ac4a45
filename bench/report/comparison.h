// Kernels for GPUs beside libraries on the same shapes, as text.
#pragma once

#include <string>
#include <vector>

#include "bench/report/results.h"

namespace bitplace::bench {

// A table of the fastest kernel of each layer's tables, its share of the limit, and how many times as long
// each library takes. Several files' results count as one: libraries may have programs of their own.
std::string comparison_table(const std::vector<Results>& files);

// The geometric means of the same, one line for each table and number of images.
std::string comparison_summary(const std::vector<Results>& files);

}  // namespace bitplace::bench
