// The definition of the 8 x 4-bit convolution: one output at a time from canonical weights, two to a byte,
// the first in the low half.

#include "kernels/common/reference_convolution.h"
#include "kernels/common/reference_windows.h"
#include "kernels/convolution_s8_s4/convolution_s8_s4.h"

namespace bitplace {
namespace {

constexpr int kWeightBits = 4;

std::int32_t s4_weight(const std::uint8_t* row, std::int64_t index) {
  const int nibble = row[index / 2] >> (index % 2 * 4) & 0xf;
  return nibble < 8 ? nibble : nibble - 16;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return reference::rows_bytes(p, kWeightBits);
}
void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  reference::pack_rows(p, constants, packed, kWeightBits);
}
void run(const ConvolutionCall& call, std::int64_t row) {
  reference::run_integer_row(call, row, kWeightBits, s4_weight);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s4__ref = {"convolution_s8_s4__ref",
                                                         0,
                                                         reference::accepts,
                                                         packed_bytes,
                                                         pack,
                                                         reference::scratch_bytes,
                                                         reference::prepare_tasks,
                                                         reference::prepare,
                                                         reference::run_tasks,
                                                         run};

}  // namespace bitplace
