// The definition of layer normalisation: one pixel at a time.

#include <cmath>

#include "kernels/common/ordered_sum.h"
#include "kernels/layer_norm/layer_norm.h"

namespace bitplace {
namespace {

template <typename Term>
float mean_of(std::int64_t channels, Term term) {
  float sums[kPartialSums] = {};
  for (std::int64_t c = 0; c < channels; ++c)
    sums[c % kPartialSums] = sums[c % kPartialSums] + term(c);
  return tree_sum(sums) / static_cast<float>(channels);
}

void run(const LayerNormCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    const float* x = call.input + pixel * call.channels;
    float* y = call.output + pixel * call.channels;
    const float mean = mean_of(call.channels, [&](std::int64_t c) { return x[c]; });
    const float variance = mean_of(call.channels, [&](std::int64_t c) {
      const float difference = x[c] - mean;
      return difference * difference;
    });
    const auto scale = static_cast<float>(
        1.0 / std::sqrt(static_cast<double>(variance) + static_cast<double>(call.epsilon)));
    for (std::int64_t c = 0; c < call.channels; ++c)
      y[c] = ((x[c] - mean) * scale) * call.weight[c] + call.bias[c];
  }
}

}  // namespace

extern const LayerNormKernel layer_norm__ref = {"layer_norm__ref", 0, run};

}  // namespace bitplace
