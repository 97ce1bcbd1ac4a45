// What bitplace_bench and its like are asked on the command line, apart from Google Benchmark's own options.
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"

namespace bitplace::bench {

struct BenchOptions {
  std::string shapes;  // a folder of bench/shapes' kind; that one itself where nothing is said
  std::string device;
  std::vector<int> batches = {1};
  bool version = false;
};

// Takes its own options out of the arguments and leaves the others. Errors: invalid_argument.
Result<BenchOptions> take_options(int* count, char** arguments, const char* default_device = "cpu");

}  // namespace bitplace::bench
