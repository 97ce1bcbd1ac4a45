// What stands between an accumulator and a sign, as a function of one number per channel.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace bitplace {

// The nodes' arithmetic in binary64, from left to right, with constants as stored in binary32. Every step is
// monotone and rounding keeps order, so the whole is monotone too. Max-pools in the list change nothing here.
class ChannelFunction {
 public:
  ChannelFunction(const Graph& graph, const std::vector<const Node*>& nodes);

  double operator()(double x, std::size_t channel) const;

 private:
  struct Step {
    Op op;
    double divisor, epsilon;
    const float *multiplier, *addend;                // multiply_add
    const float *mean, *variance, *weight, *offset;  // batch_norm
  };
  std::vector<Step> steps_;
};

}  // namespace bitplace
