// The definition of the 1 x 1-bit convolution: one output at a time, one bit at a time, from canonical
// weights.

#include "kernels/common/reference_convolution.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"

namespace bitplace {
namespace {

int value_of_bit(bool bit) {
  return bit ? -1 : 1;
}

std::int32_t accumulate(const ConvolutionCall& call, std::int64_t row, std::int64_t column,
                        std::int64_t channel) {
  const ConvolutionProblem& p = *call.problem;
  const reference::PackedConstants constants = reference::packed_constants(p, call.packed);
  const auto* input = static_cast<const std::uint32_t*>(call.input);
  const std::uint8_t* weights =
      constants.weight_rows + static_cast<std::size_t>(channel) * constants.weight_row_bytes;
  const std::int64_t words = (p.input_channels + 31) / 32;
  const std::int64_t group_inputs = p.input_channels / p.groups;
  const std::int64_t first_input = channel / (p.output_channels / p.groups) * group_inputs;
  std::int32_t sum = 0;
  std::int64_t weight_index = 0;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const std::int64_t y = row * p.stride_height - p.pad_top + ky * p.dilation_height;
      const std::int64_t x = column * p.stride_width - p.pad_left + kx * p.dilation_width;
      const bool inside = y >= 0 && y < p.input_height && x >= 0 && x < p.input_width;
      for (std::int64_t c = first_input; c < first_input + group_inputs; ++c, ++weight_index) {
        const int weight = value_of_bit((weights[weight_index / 8] >> (weight_index % 8) & 1) != 0);
        if (inside) {
          const std::uint32_t word = input[(y * p.input_width + x) * words + c / 32];
          sum += weight * value_of_bit((word >> (c % 32) & 1) != 0);
        } else if (p.padding == ConvolutionPadding::one) {
          sum += weight;
        }
      }
    }
  }
  return sum;
}

void run(const ConvolutionCall& call, std::int64_t row) {
  reference::run_output_row(call, row, accumulate);
}

}  // namespace

extern const ConvolutionKernel convolution_b1_b1__ref = {"convolution_b1_b1__ref", 0,
                                                         reference::accepts,       reference::packed_bytes,
                                                         reference::pack,          reference::scratch_bytes,
                                                         reference::prepare_tasks, reference::prepare,
                                                         reference::run_tasks,     run};

}  // namespace bitplace
