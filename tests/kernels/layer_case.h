// Convolutions with scales and biases: the tables whose weights are not signs. Problems, seeded data, and the
// run of one kernel on one of them.
#pragma once

#include <string>
#include <vector>

#include "kernels/convolution_case.h"
#include "kernels/convolution_tables.h"

namespace bitplace::test {

// Everything that one layer reads, without tails.
struct LayerCase {
  const ConvolutionTable* table;
  ConvolutionProblem problem;
  std::vector<std::uint8_t> input;
  std::vector<std::uint8_t> weight_rows;
  std::vector<float> scale;
  std::vector<float> bias;
};

bool is_float_table(const ConvolutionTable& table);
std::vector<ConvolutionEpilogue> epilogues_of(const ConvolutionTable& table);

// The problem with ranges of activations, weights and outputs drawn from those that networks have.
ConvolutionProblem with_ranges(ConvolutionProblem problem, const ConvolutionTable& table,
                               ConvolutionEpilogue epilogue, Random& random);

// Random codes, or (all_zeros) each at its lowest or (all_ones) its highest. Scales and biases are such that
// results hit ties, both clamps, and values far beyond what 32-bit integers hold.
LayerCase make_layer_case(const ConvolutionTable& table, const ConvolutionProblem& problem, Fill input,
                          Fill weights, Random& random);

std::string describe(const LayerCase& c);
std::size_t layer_output_bytes(const ConvolutionProblem& problem);

// The values as numbers, in the order of the canonical layouts.
std::vector<double> input_values(const LayerCase& c);
std::vector<double> weight_values(const LayerCase& c);

// As run_kernel() in convolution_case.h.
std::vector<std::uint8_t> run_layer(const ConvolutionKernel& kernel, const LayerCase& c, Placement placement,
                                    Random& random, std::string* damage);

}  // namespace bitplace::test
