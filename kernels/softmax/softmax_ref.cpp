// The definition of softmax: one pixel at a time.

#include <limits>

#include "kernels/activation/elementary.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/softmax/softmax.h"

namespace bitplace {
namespace {

void run(const SoftmaxCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    const float* x = call.input + pixel * call.channels;
    float* y = call.output + pixel * call.channels;
    float largest = -std::numeric_limits<float>::infinity();
    for (std::int64_t c = 0; c < call.channels; ++c)
      largest = x[c] > largest ? x[c] : largest;
    float sums[kPartialSums] = {};
    for (std::int64_t c = 0; c < call.channels; ++c) {
      y[c] = exp_f32(x[c] - largest);
      sums[c % kPartialSums] = sums[c % kPartialSums] + y[c];
    }
    const float scale = 1.0f / tree_sum(sums);
    for (std::int64_t c = 0; c < call.channels; ++c)
      y[c] = y[c] * scale;
  }
}

}  // namespace

extern const SoftmaxKernel softmax__ref = {"softmax__ref", 0, run};

}  // namespace bitplace
