#include "quantize/quantized_model.h"

#include "lowering/arithmetic_choice.h"

#include "lowering/rewrite.h"

namespace bitplace {

std::vector<float> code_scales(const Graph& quantized, const Quantization& quantization) {
  const Graph& folded = quantization.folded;
  const ArithmeticChoice choice(folded, quantization.precisions, quantization.ranges);
  std::vector<float> scales(quantized.values.size(), 1.0f);
  for (const Node& node : folded.nodes) {
    const ValueId value = layer_output(quantized, node.name);
    if (value == kNone) continue;
    const std::optional<CodeScale> codes = choice.codes_of_layer(node);
    if (!codes || value_at(quantized, value).type != codes->type()) continue;
    scales[static_cast<std::size_t>(value)] = codes->scale;
  }
  return scales;
}

ValueId layer_output(const Graph& graph, const std::string& layer) {
  for (const Node& node : graph.nodes) {
    if (node.name == layer) return node.output;
  }
  return kNone;
}

}  // namespace bitplace
