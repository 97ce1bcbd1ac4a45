// L2 normalisation of each pixel (kernels/l2_normalize_channels/l2_normalize_channels.h) on the GPU.
#pragma once

#include "cuda/channels/rows_kernel.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels.h"

namespace bitplace::cuda {

struct L2NormalizeChannels : UnitRows<L2NormalizeChannels, BatchedCall<L2NormalizeChannelsCall>> {
  static BITPLACE_DEVICE std::int64_t rows(const Parameters& p) { return p.count * p.batch; }
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) { return p.call.channels; }
  static BITPLACE_DEVICE const float* row(const Parameters& p, std::int64_t row) {
    return p.call.input + row * p.call.channels;
  }
  static BITPLACE_DEVICE void finish(const Parameters& p, const RowPart& part, const State& state) {
    const float* x = row(p, part.row);
    float* y = p.call.output + part.row * p.call.channels;
    for (std::int64_t c = part.first; c < p.call.channels; c += kPartialSums)
      y[c] = x[c] * state.scale;
  }
};

}  // namespace bitplace::cuda
