// Roofline plots (Williams, Waterman, Patterson 2009): what each kernel reaches over what its arithmetic and
// the memory that feeds it allow.
#pragma once

#include "bench/report/results.h"

namespace bitplace::bench {

// Tiers in a fixed order, each with a class of the page's style: "tier-avx2".
std::string tier_class(const std::string& tier);

// An SVG of the measurements of one kernel table. Horizontal roofs are the arithmetic limits of its kernels,
// sloped ones reading from each level of memory.
std::string roofline(const Results& results, const std::string& table);

}  // namespace bitplace::bench
