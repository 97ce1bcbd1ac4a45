// What bitplace_bench measured, read back from its JSON.
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"

namespace bitplace::bench {

// One kernel on one shape; rates and limits are 0 where the benchmark has none.
struct Measurement {
  std::string network;
  std::string layer;
  std::string kernel;  // "convolution_s8_s8__avx2_4x16"
  double seconds = 0;
  double multiply_accumulates = 0;
  double bytes = 0;
  double bytes_per_second = 0;
  double arithmetic_limit = 0;  // multiply-accumulates per second
  double share = 0;             // of whichever limit binds
  std::string limit;            // its name

  std::string table() const;  // "convolution_s8_s8"
  std::string tier() const;   // "avx2"
  double rate() const { return seconds > 0 ? multiply_accumulates / seconds : 0; }
};

struct MemoryLevel {
  std::string name;
  double bytes_per_second = 0;
};

struct Results {
  std::string cpu;
  std::string isa;
  std::string date;
  std::vector<MemoryLevel> levels;
  std::vector<Measurement> measurements;  // in the order of the file; of repetitions the fastest
  std::vector<Measurement> libraries;     // the same of what is no kernel of ours: "cudnn_s8"
  std::vector<std::string> failures;      // benchmarks that ended with an error, and why
};

// The file must be one that bitplace_bench --benchmark_out=FILE wrote.
Result<Results> read_results(const std::string& path);

}  // namespace bitplace::bench
