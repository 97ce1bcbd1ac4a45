// The definition of L2 normalisation.

#include "kernels/common/ordered_sum.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/l2_normalize/l2_normalize.h"

namespace bitplace {
namespace {

void run_s32(const std::int32_t* input, float* output, std::int64_t count) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i)
    sum += std::int64_t{input[i]} * input[i];
  const float scale = reciprocal_norm(static_cast<double>(sum));
  for (std::int64_t i = 0; i < count; ++i)
    output[i] = static_cast<float>(input[i]) * scale;
}

void run_f32(const float* input, float* output, std::int64_t count) {
  float sums[kPartialSums] = {};
  for (std::int64_t i = 0; i < count; ++i) {
    const float square = input[i] * input[i];
    sums[i % kPartialSums] = sums[i % kPartialSums] + square;
  }
  const float scale = reciprocal_norm(static_cast<double>(tree_sum(sums)));
  for (std::int64_t i = 0; i < count; ++i)
    output[i] = input[i] * scale;
}

}  // namespace

extern const L2NormalizeKernel l2_normalize__ref = {"l2_normalize__ref", 0, run_s32, run_f32};

}  // namespace bitplace
