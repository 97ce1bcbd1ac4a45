// Runs any graph, deployable or not, the plain way in binary64: what a lowered graph is compared with.
#pragma once

#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// Every value of the graph, flattened NHWC. Bits appear as the numbers they mean, -1 and +1.
using EvaluatedValues = std::vector<std::vector<double>>;

// `input` holds as many numbers as the graph's input, in the unit that the graph takes: pixels for a u8
// input, pixel / divisor for f32.
Result<EvaluatedValues> evaluate(const Graph& graph, const std::vector<double>& input);

// Numbers at a sign that are zero but for rounding: a float implementation may give them either sign.
std::int64_t count_sign_ties(const Graph& graph, const EvaluatedValues& values);

}  // namespace bitplace
