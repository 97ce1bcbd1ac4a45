#include "graph/code_range.h"

#include <algorithm>

namespace bitplace {
namespace {

constexpr CodeRange kAllS8 = {-127, 127};

// What comes out of a clamp to whole numbers, by the operation's own bounds.
struct ClampOf {
  CodeRange operator()(const ConvolutionAttributes& a) const {
    return a.epilogue == Epilogue::requantize ? requantized_range(a.output_low, a.output_high) : kAllS8;
  }
  CodeRange operator()(const AddAttributes& a) const { return requantized_range(a.low, a.high); }
  CodeRange operator()(const MultiplyChannelsAttributes& a) const { return requantized_range(a.low, a.high); }
  CodeRange operator()(const QuantizeAttributes& a) const { return requantized_range(a.low, a.high); }
  template <typename Attributes>
  CodeRange operator()(const Attributes&) const {
    return kAllS8;
  }
};

CodeRange table_range(const Tensor& table) {
  const auto* first = table.as<std::int8_t>();
  const auto [low, high] = std::minmax_element(first, first + table.data.size());
  return {*low, *high};
}

CodeRange united(const CodeRange& a, const CodeRange& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

CodeRange output_range(const Graph& graph, const Node& node, const CodeRange& input) {
  const DataType type = graph.values[static_cast<std::size_t>(node.output)].type;
  if (node.op == Op::max_pool || node.op == Op::reshape || node.op == Op::transpose) return input;
  const bool clamps = node.op == Op::convolution || node.op == Op::quantize;
  if (type == DataType::u8 && clamps) return std::visit(ClampOf(), node.attributes);
  if (type != DataType::s8) return type_range(type);
  if (node.op == Op::lookup) return table_range(*graph.parameter(node, "table"));
  return std::visit(ClampOf(), node.attributes);
}

}  // namespace

CodeRange type_range(DataType type) {
  switch (type) {
    case DataType::u8:
      return {0, 255};
    case DataType::s8:
      return kAllS8;
    case DataType::b1:
      return {-1, 1};
    default:
      return {};
  }
}

std::int32_t largest_weight(DataType type) {
  switch (type) {
    case DataType::b1:
      return 1;
    case DataType::b2:
      return 3;
    case DataType::s4:
      return 7;
    default:
      return 127;
  }
}

CodeRange requantized_range(float low, float high) {
  const float largest = high > 127.0f && high <= 255.0f ? high : std::min(high, 127.0f);
  return {static_cast<std::int32_t>(std::max(low, -127.0f)), static_cast<std::int32_t>(largest)};
}

std::vector<CodeRange> code_ranges(const Graph& graph) {
  std::vector<CodeRange> ranges(graph.values.size());
  ranges[static_cast<std::size_t>(graph.input)] =
      type_range(graph.values[static_cast<std::size_t>(graph.input)].type);
  for (const Node& node : graph.nodes) {
    const CodeRange input = ranges[static_cast<std::size_t>(node.inputs[0])];
    CodeRange& output = ranges[static_cast<std::size_t>(node.output)];
    output = output_range(graph, node, input);
    if (node.op == Op::concatenate) output = united(input, ranges[static_cast<std::size_t>(node.inputs[1])]);
  }
  return ranges;
}

}  // namespace bitplace
