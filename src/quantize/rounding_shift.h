// Bias correction from the weights alone: what rounding them adds to the mean of a layer's output follows
// from the mean of its input.
#pragma once

#include "graph/graph.h"
#include "quantize/channel_statistics.h"
#include "quantize/precision.h"

namespace bitplace {

// The folded graph with other biases in its integer layers: the rounded weights minus the weights, times the
// means of the float network's input channels, is taken off. Pixels at the border, where some taps are
// padding, count as all others, and what rounding activations does is left to correct_biases, which costs far
// more: this takes no run at all, and each layer's part depends on its own precision only, so it can be done
// anew for every precision map that a search looks at. `means` are those of the folded graph's values.
//
// The corrected graph is good for quantizing with these precisions, not for running in floats.
Graph correct_rounding_shifts(const Graph& folded, const PrecisionMap& precisions, const ChannelMeans& means);

}  // namespace bitplace
