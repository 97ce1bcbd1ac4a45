// One page from one run of bitplace_bench.
#pragma once

#include "bench/report/results.h"

namespace bitplace::bench {

// Complete HTML that needs nothing but itself.
std::string report_page(const Results& results);

}  // namespace bitplace::bench
