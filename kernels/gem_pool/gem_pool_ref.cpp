// The definition of generalized-mean pooling: one channel at a time.

#include "kernels/activation/elementary.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/gem_pool/gem_pool.h"

namespace bitplace {
namespace {

float power(float x, float p) {
  return p == 3.0f ? (x * x) * x : exp_f32(p * log_f32(x));
}

void run(const GemPoolCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t c = begin; c < end; ++c) {
    float sums[kPartialSums] = {};
    for (std::int64_t i = 0; i < call.pixels; ++i) {
      const float x = at_least(call.input[i * call.channels + c], call.epsilon);
      sums[i % kPartialSums] = sums[i % kPartialSums] + power(x, call.p);
    }
    const float mean = tree_sum(sums) / static_cast<float>(call.pixels);
    call.output[c] = exp_f32(log_f32(mean) * (1.0f / call.p));
  }
}

}  // namespace

extern const GemPoolKernel gem_pool__ref = {"gem_pool__ref", 0, run};

}  // namespace bitplace
