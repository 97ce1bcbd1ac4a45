// Layer shapes from text files (bench/shapes/*.txt).
#pragma once

#include <string>
#include <vector>

#include "kernels/common/convolution.h"

namespace bitplace::bench {

struct ConvolutionShape {
  std::string network;  // file name without extension
  std::string layer;
  std::string table;  // kernel table
  ConvolutionProblem problem{};

  std::int64_t multiply_accumulates() const;
};

// Reads every *.txt of a folder; prints the offending line to stderr and exits on a malformed one.
std::vector<ConvolutionShape> read_shapes(const std::string& folder);

}  // namespace bitplace::bench
