// Cross-layer equalisation: channels that differ in size by much share one activation scale, which leaves the
// small ones few codes. Where one layer alone reads another, a channel may be made larger in the first and
// smaller in the second; the function of the network stays the same (Nagel et al. 2019, "Data-free
// quantization through weight equalization and bias correction").
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"
#include "quantize/channel_statistics.h"

namespace bitplace {

struct EqualizedPair {
  std::string first, second;    // layers
  float largest_factor = 1.0f;  // by which a channel was scaled, up or down
};

struct EqualizedGraph {
  Graph graph;
  std::vector<EqualizedPair> pairs;
};

// `folded` is f32, batch-norms folded and activations fused; `magnitudes` are those of its values on
// calibration images. Pairs are a convolution that clamps at 0, from 0 to a bound, or not at all, and the
// convolution, dense or depthwise, that is the only one to read it.
//
// Weights have a scale per filter, which takes up whatever the first layer's rows are multiplied with. So the
// sizes that are balanced are those of the activation and of the second layer's weights: channel c becomes
// sqrt(activation[c] * weight[c]) up to a common factor, weight[c] being its largest weight relative to its
// filter's largest; 1 for depthwise filters, whose scale takes up everything. The root leaves small channels
// room to exceed what the images showed. The largest channel keeps its size, and none is scaled by more than
// 32.
//
// A clamp from above, ReLU6's, bounds all channels alike and would have to be scaled with each. A channel
// that reaches the bound on the images is left as it is; any other stays below it afterwards too. Beyond the
// images, a channel that would have exceeded what was seen meets the bound sooner or later than before; its
// codes saturate at what was seen in any case.
Result<EqualizedGraph> equalize(const Graph& folded, const ChannelMagnitudes& magnitudes);

}  // namespace bitplace
