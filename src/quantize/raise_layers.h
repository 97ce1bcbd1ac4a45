// Which layers of a network of few levels cannot have the integers that were asked for.
//
// A number that is off by a code in front of a sign turns a bit, and that one many others: in such networks a
// single real layer may cost the descriptor more than all layers of a real-valued one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"
#include "quantize/precision.h"

namespace bitplace {

// Whether training left bits or few levels somewhere, of activations or of weights.
bool has_few_levels(const Graph& folded);

// A layer that stays in f32, in a fixed order of its sums.
struct RaisedLayer {
  std::string name;
  double loss = 0.0;  // of the descriptor, with no other layer in integers
};

struct RaisedLayers {
  PrecisionMap precisions;
  std::vector<RaisedLayer> layers;  // the most sensitive first
};

// The largest 1 - cosine between descriptors in these precisions and the float network's; `quick`: over a few
// of the images.
using DescriptorLoss = std::function<Result<double>(const PrecisionMap& precisions, bool quick)>;

// Raises as few layers, the most sensitive first, as keep the loss within `allowed`; none where it is
// already. What each costs alone is measured once.
Result<RaisedLayers> raise_sensitive_layers(const Graph& folded, const PrecisionMap& precisions,
                                            double allowed, const DescriptorLoss& loss);

}  // namespace bitplace
