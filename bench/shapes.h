// Layer shapes from text files (bench/shapes/*.txt).
#pragma once

#include <string>
#include <vector>

#include "kernels/convolution_tables.h"

namespace bitplace::bench {

struct ConvolutionShape {
  std::string network;  // file name without extension
  std::string layer;
  const ConvolutionTable* table = nullptr;
  ConvolutionProblem problem{};

  std::int64_t multiply_accumulates() const;
};

// "resnet18/c56@256": a layer in a benchmark's name, with the number of images.
std::string layer_name(const ConvolutionShape& shape, int batch);

// Whether two shapes differ at most in their table.
bool same_layer(const ConvolutionShape& a, const ConvolutionShape& b);

// Reads every *.txt of a folder; a layer that names several tables gives a shape for each, one behind
// another. Prints the offending line to stderr and exits on a malformed one.
std::vector<ConvolutionShape> read_shapes(const std::string& folder);

}  // namespace bitplace::bench
