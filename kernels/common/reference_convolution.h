// What the reference convolutions with b1 weights share: constants kept in canonical form, and the pooling
// and epilogue around whatever computes one accumulator.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::reference {

// Where the canonical constants lie in packed memory: weight rows, then thresholds, then flips; or, for the
// other epilogues, as in reference_windows.h, where the weight rows lie the same.
struct PackedConstants {
  const std::uint8_t* weight_rows;
  std::size_t weight_row_bytes;
  const std::int32_t* threshold;
  const std::uint8_t* flip;
};
PackedConstants packed_constants(const ConvolutionProblem& problem, const void* packed);

// The dot product at one position of the unpooled output.
using Accumulate = std::int32_t (*)(const ConvolutionCall&, std::int64_t row, std::int64_t column,
                                    std::int64_t channel);

// One output row: accumulate, take each pooling window's maximum, apply the epilogue.
void run_output_row(const ConvolutionCall& call, std::int64_t row, Accumulate accumulate);

bool accepts(const ConvolutionProblem& problem);  // everything
std::size_t packed_bytes(const ConvolutionProblem& problem);
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem);   // none
std::int64_t prepare_tasks(const ConvolutionProblem& problem);  // none
void prepare(const ConvolutionCall& call, std::int64_t task);
std::int64_t run_tasks(const ConvolutionProblem& problem);  // one per output row

}  // namespace bitplace::reference
