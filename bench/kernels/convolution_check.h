// Whether a row's results are the reference row's, after it was timed.
#pragma once

#include "bench/kernels/convolution_data.h"

namespace bitplace::bench {

// Reference kernels are timed and compared in full up to this much work, on a few rows beyond.
inline constexpr std::int64_t kReferenceWork = 100'000'000;

// `output` is one image's, data.output_bytes() long: integers are equal, floats within the bound of
// kernels/convolution_f32_f32/convolution_f32_f32.h.
bool equals_reference(const ConvolutionShape& shape, const ConvolutionData& data, const std::byte* output);

}  // namespace bitplace::bench
