// A folded float graph as a model in given precisions, for whoever compares the two.
#pragma once

#include <functional>
#include <vector>

#include "graph/model_contents.h"
#include "quantize/activation_range.h"
#include "quantize/precision.h"

namespace bitplace {

// Lowers a folded graph. Without ranges, and with a precision map of fp32 alone, the model is the float one.
using ModelMaker = std::function<Result<ModelContents>(const Graph& folded, const PrecisionMap& precisions,
                                                       const ActivationRanges& ranges)>;

// What the models of a folded graph are made of.
struct Quantization {
  Graph folded;
  PrecisionMap precisions;
  ActivationRanges ranges;  // of the folded graph's values
};

// By value of the quantized graph: what one step of its codes is worth, 1 where it is no code or stands in no
// layer of the folded graph. Layers keep their names.
std::vector<float> code_scales(const Graph& quantized, const Quantization& quantization);

// The value that the layer of this name writes; kNone where there is none.
ValueId layer_output(const Graph& graph, const std::string& layer);

}  // namespace bitplace
