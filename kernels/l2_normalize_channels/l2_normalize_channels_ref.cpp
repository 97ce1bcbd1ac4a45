// The definition of L2 normalisation of each pixel.

#include "kernels/common/ordered_sum.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels.h"

namespace bitplace {
namespace {

void run(const L2NormalizeChannelsCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    const float* x = call.input + pixel * call.channels;
    float* y = call.output + pixel * call.channels;
    float sums[kPartialSums] = {};
    for (std::int64_t c = 0; c < call.channels; ++c)
      sums[c % kPartialSums] = sums[c % kPartialSums] + x[c] * x[c];
    const float scale = reciprocal_norm(static_cast<double>(tree_sum(sums)));
    for (std::int64_t c = 0; c < call.channels; ++c)
      y[c] = x[c] * scale;
  }
}

}  // namespace

extern const L2NormalizeChannelsKernel l2_normalize_channels__ref = {"l2_normalize_channels__ref", 0, run};

}  // namespace bitplace
