// Runs any graph, deployable or not, the plain way in binary64: what a lowered graph, and the engine that
// runs it, are compared with. Steps that a graph fixes to the last bit (sums of codes, and what makes codes
// of numbers and numbers of codes) are taken as they are fixed, so that the codes of an integer model are the
// engine's; f16 values are rounded to halves, f32 values not at all.
#pragma once

#include <functional>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// Every value of the graph, flattened NHWC. Bits appear as the numbers they mean, -1 and +1.
using EvaluatedValues = std::vector<std::vector<double>>;

// Called with every value as soon as it is there; what it changes of the value, the nodes behind it see.
using ValueAdjustment = std::function<void(ValueId value, EvaluatedValues& values)>;

// `input` holds as many numbers as the graph's input, in the unit that the graph takes: pixels for a u8
// input, codes for s8, what preprocessing makes of pixels for f32 and f16.
Result<EvaluatedValues> evaluate(const Graph& graph, const std::vector<double>& input,
                                 const ValueAdjustment& adjust = {});

// What one node makes of its inputs, of which there are as many as its operation has.
std::vector<double> evaluate_node(const Graph& graph, const Node& node,
                                  const std::vector<const std::vector<double>*>& inputs);

// Numbers at a sign that are zero but for rounding: a float implementation may give them either sign.
std::int64_t count_sign_ties(const Graph& graph, const EvaluatedValues& values);

}  // namespace bitplace
