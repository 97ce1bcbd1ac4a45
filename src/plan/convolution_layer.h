// A convolution of the graph as a kernel's problem: which table, which row, which constants.
#pragma once

#include "graph/code_range.h"
#include "graph/graph.h"
#include "plan/step.h"

namespace bitplace {

// The table whose kernels take these types. Weights of one or two bits beside codes of 8 are widened to 4
// bits, or in depthwise layers, which have few, to 8. Never null for a deployable node.
const ConvolutionTable* convolution_table(const Graph& graph, const Node& node);

ConvolutionProblem convolution_problem(const Graph& graph, const Node& node, const CodeRange& input_range);

// "convolution b1 x b1 5x5/1 pad one + max-pool 2x2 + threshold"
std::string convolution_text(const Graph& graph, const Node& node);

std::int64_t multiply_accumulates(const ConvolutionProblem& problem);

// Writes the constants in the layout of the kernel whose function this is.
using PackConvolution = void (*)(const ConvolutionProblem&, const ConvolutionConstants&, void* packed);
void pack_convolution(const Graph& graph, const Node& node, const ConvolutionStep& step, PackConvolution pack,
                      std::byte* packed);

}  // namespace bitplace
