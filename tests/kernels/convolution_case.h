// Convolutions to try: problems, seeded data, and the run of one kernel on one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/common/convolution.h"
#include "kernels/guarded_memory.h"
#include "support/random.h"

namespace bitplace::test {

enum class ConvolutionInput { u8, b1 };

// Everything that one convolution reads, without tails.
struct ConvolutionCase {
  ConvolutionProblem problem;
  ConvolutionInput input_type;
  std::vector<std::uint8_t> input;
  std::vector<std::uint8_t> weight_rows;
  std::vector<std::int32_t> threshold;
  std::vector<std::uint8_t> flip;
  std::vector<float> scale;
  std::vector<float> bias;
};

std::string describe(const ConvolutionProblem& problem);
std::size_t input_bytes(const ConvolutionProblem& problem, ConvolutionInput type);
std::size_t output_bytes(const ConvolutionProblem& problem);
std::int64_t multiply_accumulates(const ConvolutionProblem& problem);

// How activations or weights are chosen.
enum class Fill { random, all_zeros, all_ones };

// Data for a problem; the constants of epilogues are left empty.
ConvolutionCase make_case(const ConvolutionProblem& problem, ConvolutionInput type, Fill input, Fill weights,
                          Random& random);

// Thresholds where mistakes show: on and beside the accumulators (`raw`, the raw_s32 output of this case), at
// and just beyond their range, and at the ends of the type; flips at random.
void choose_thresholds(ConvolutionCase& c, const std::vector<std::int32_t>& raw, Random& random);

// Scales and biases for the affine epilogue, such that results hit zeros, both clamps and values that round,
// and clamps of the problem.
void choose_scales(ConvolutionCase& c, Random& random);

// The output of one kernel, tasks in a random order, in memory that ends the program where a kernel reads or
// writes what is not its own. Sets *damage to what it wrote outside its own bytes without being caught.
std::vector<std::uint8_t> run_kernel(const ConvolutionKernel& kernel, const ConvolutionCase& c,
                                     Placement placement, Random& random, std::string* damage);

// The same for constants in canonical form; the input's elements have `alignment` bytes.
struct InputBytes {
  const std::vector<std::uint8_t>* bytes;
  std::size_t alignment;
};
std::vector<std::uint8_t> run_packed(const ConvolutionKernel& kernel, const ConvolutionProblem& problem,
                                     const ConvolutionConstants& constants, InputBytes input,
                                     std::size_t output_bytes, Placement placement, Random& random,
                                     std::string* damage);

std::vector<std::int32_t> as_s32(const std::vector<std::uint8_t>& bytes);

}  // namespace bitplace::test
