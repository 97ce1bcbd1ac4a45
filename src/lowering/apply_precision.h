// From a float graph to one whose layers compute with codes, halves or floats, as a precision map says.
#pragma once

#include "bitplace/result.h"
#include "graph/graph.h"
#include "quantize/activation_range.h"
#include "quantize/precision.h"

namespace bitplace {

struct PreciseGraph {
  Graph graph;               // its input is of the type that its first layer reads
  float input_scale = 1.0f;  // of s8 codes
};

// `graph` is f32 throughout, batch-norms folded and activations fused. Integer layers get codes per output
// channel for their weights and one scale per value for activations: s8 in [-127, 127] ([0, 127] where a
// value is never negative), 4 bits in [-7, 7] or [0, 15]. Conversions between arithmetics are layers of their
// own where no layer can do them on its way. `ranges` has an entry for every value that integer layers touch;
// it may be empty where there are none.
// Errors: a range that is missing, a number that a type cannot hold.
Result<PreciseGraph> apply_precision(const Graph& graph, const PrecisionMap& precisions,
                                     const ActivationRanges& ranges);

}  // namespace bitplace
