// Functions of one byte as tables.
#pragma once

#include <functional>

#include "graph/graph.h"
#include "lowering/arithmetic_choice.h"

namespace bitplace {

// s8[256]: what a function of numbers makes of each code, in codes again; code c of the input is c *
// input_scale.
Tensor code_table(float input_scale, const CodeScale& output, const std::function<float(float)>& function);

// One of ActivationKind, as the engine's own kernel computes it.
std::function<float(float)> activation_function(const ActivationAttributes& attributes);

}  // namespace bitplace
