// What affine steps behind a layer do to its numbers, put together.
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

class Rewrite;

// x -> x * factor + addend per channel, in binary64.
struct ChannelAffine {
  explicit ChannelAffine(std::size_t channels) : factor(channels, 1.0), addend(channels, 0.0) {}

  // What comes behind what there is so far.
  void then(const ChannelAffine& next);
  std::size_t channels() const { return factor.size(); }

  std::vector<double> factor, addend;
};

// Of a division, multiply-add or batch-norm. Errors: a variance that has no root.
Result<ChannelAffine> channel_affine(const Graph& graph, const Node& node);

// A normal positive number, as scales have to be.
float normal_scale(double scale);

// An f32 convolution that does both, constants rounded once. Weights that are whole multiples of a step per
// filter ("weight_scale") stay so: the step takes the factor's magnitude, the multiples its sign.
// `convolution` is of the graph that `rewrite` copies, the node returned of the copy.
Result<Node> fold_affine(const Graph& graph, const Node& convolution, const ChannelAffine& affine,
                         Rewrite& rewrite);

// A convolution of its own, one tap per channel.
Node depthwise_affine(const std::string& name, ValueId input, const ChannelAffine& affine, Rewrite& rewrite);

}  // namespace bitplace
