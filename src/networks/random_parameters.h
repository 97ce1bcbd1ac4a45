// Parameters of networks that were never trained. The same seed gives the same numbers on every machine.
#pragma once

#include "core/split_mix.h"
#include "graph/graph.h"
#include "networks/parameter_source.h"

namespace bitplace {

// Weights as He et al. (2015) draw them, so that sums keep the size of what they are made of; factors around
// 1 and offsets around 0. Batch-norm statistics are of numbers of size 1 until settle_batch_norms() knows
// better.
class RandomParameters : public ParameterSource {
 public:
  explicit RandomParameters(std::uint64_t seed) : random_(seed) {}

  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override;

 private:
  SplitMix64 random_;
};

// Scales every batch-norm's running statistics to the size that its channels would have if the taps of an
// image were independent. Activations then stay of order one at any depth.
void settle_batch_norms(Graph* graph);

}  // namespace bitplace
