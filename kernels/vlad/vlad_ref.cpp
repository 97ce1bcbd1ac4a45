// The definition of aggregated residuals: one cluster at a time.

#include "kernels/common/ordered_sum.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/vlad/vlad.h"

namespace bitplace {
namespace {

// The sum of f(pixel) * share of cluster k.
template <typename Function>
float weighted_sum(const VladCall& call, std::int64_t k, Function f) {
  float sum = 0.0f;
  for (std::int64_t n = 0; n < call.pixels; ++n)
    sum = sum + call.assignments[n * call.clusters + k] * f(n);
  return sum;
}

void run(const VladCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t k = begin; k < end; ++k) {
    const float share = weighted_sum(call, k, [](std::int64_t) { return 1.0f; });
    float* v = call.residuals + k * call.dimensions;
    float sums[kPartialSums] = {};
    for (std::int64_t d = 0; d < call.dimensions; ++d) {
      const float of_features =
          weighted_sum(call, k, [&](std::int64_t n) { return call.features[n * call.dimensions + d]; });
      v[d] = of_features - share * call.centers[k * call.dimensions + d];
      sums[d % kPartialSums] = sums[d % kPartialSums] + v[d] * v[d];
    }
    const float scale = reciprocal_norm(static_cast<double>(tree_sum(sums)));
    for (std::int64_t d = 0; d < call.dimensions; ++d) {
      const std::int64_t to = call.dimension_major ? d * call.clusters + k : k * call.dimensions + d;
      call.output[to] = v[d] * scale;
    }
  }
}

}  // namespace

extern const VladKernel vlad__ref = {"vlad__ref", 0, run};

}  // namespace bitplace
