// What stands behind a convolution and can become part of it: affine steps, max-pools, and levels at the end.
#pragma once

#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"
#include "lowering/channel_affine.h"

namespace bitplace {

struct ConvolutionTail {
  explicit ConvolutionTail(std::size_t channels) : function(channels), reversed(channels, false) {}

  ChannelAffine function;          // all the affine steps, up to the position among the levels
  std::vector<const Node*> taken;  // the nodes that this stands for, pools and levels among them
  std::vector<const Node*> pools;  // max-pools, which come behind the function
  const Node* levels = nullptr;    // at the end, if any
  std::vector<bool> reversed;      // of levels: channels whose codes count from the highest down
};

// Where levels follow, all that stands between, since codes can be pooled as numbers can: a channel whose
// code falls where what is pooled rises is reversed, so that its largest code is the largest number's.
// Elsewhere the steps right behind the convolution, and those behind max-pools that they cannot turn around;
// steps in front of a sign stay where they are: a threshold takes them exactly.
// Errors: what channel_affine says, and pools that turn a channel around between them.
Result<ConvolutionTail> convolution_tail(const Graph& graph, const Node& convolution);

}  // namespace bitplace
