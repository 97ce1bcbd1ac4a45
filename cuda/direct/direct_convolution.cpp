#include "cuda/direct/direct_convolution.h"

#include "kernels/common/reference_convolution.h"
#include "kernels/common/reference_windows.h"

namespace bitplace::cuda {

DirectParameters direct_parameters(const DeviceConvolutionCall& call) {
  const ConvolutionProblem& p = call.problem;
  const bool makes_bits = p.epilogue == ConvolutionEpilogue::threshold_b1;
  const std::int32_t per_pixel = makes_bits ? (p.output_channels + 31) / 32 : p.output_channels;
  const reference::PackedConstants bits = reference::packed_constants(p, call.packed);
  const reference::PackedRows rows = reference::packed_rows(p, call.packed, 1);
  DirectParameters d{};
  d.problem = p;
  d.batch = call.batch;
  d.results = p.output_height * p.output_width * per_pixel;
  d.input = static_cast<const std::uint8_t*>(call.input);
  d.weight_rows = bits.weight_rows;
  d.weight_row_bytes = static_cast<std::int64_t>(bits.weight_row_bytes);
  d.threshold = bits.threshold;
  d.flip = bits.flip;
  d.scale = rows.scale;
  d.bias = rows.bias;
  d.output = call.output;
  return d;
}

}  // namespace bitplace::cuda
