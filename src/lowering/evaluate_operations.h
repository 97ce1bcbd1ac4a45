// The operations of evaluate(), one node at a time. They are written from what docs/format.md says and share
// nothing with the kernels, so that each can be wrong in its own way only.
//
// Numbers are binary64. What a graph fixes to the last bit is taken as it is fixed: sums of codes are exact,
// and steps from and to codes are done in binary32, each rounded on its own. Between f32 values nothing is
// rounded to binary32, f16 values are rounded to halves.
#pragma once

#include "graph/graph.h"
#include "lowering/evaluate.h"

namespace bitplace::evaluation {

using Numbers = std::vector<double>;

// A node of a valid graph and the values of its inputs; `second` is the first again where it has one.
struct Operation {
  const Graph& graph;
  const Node& node;
  const Numbers& first;
  const Numbers* second;

  const Value& input() const { return graph.values[static_cast<std::size_t>(node.inputs[0])]; }
  const Value& second_input() const { return graph.values[static_cast<std::size_t>(node.inputs[1])]; }
  const Value& output() const { return graph.values[static_cast<std::size_t>(node.output)]; }
  bool gives_codes() const { return output().type == DataType::s8; }
  std::size_t channels() const { return static_cast<std::size_t>(input().shape[3]); }
  std::size_t pixels() const { return first.size() / channels(); }
  template <typename Attributes>
  const Attributes& attributes() const {
    return std::get<Attributes>(node.attributes);
  }
  DataType constant_type(const char* role) const { return graph.parameter(node, role)->type; }
  template <typename T>
  const T* constants(const char* role) const {
    const Tensor* tensor = graph.parameter(node, role);
    return tensor != nullptr ? tensor->as<T>() : nullptr;
  }
};

// A bit as the number that it means.
inline double meaning(bool bit) {
  return bit ? -1.0 : 1.0;
}

// round_half_even(clamp(x, low, high)), the bounds drawn in to those of signed codes.
double code_of(float x, float low, float high);
// The nearest half, ties to even.
double nearest_half(double x);
double value_of_half(std::uint16_t half);

Numbers convolution(const Operation& operation);
Numbers max_pool(const Operation& operation);
Numbers average_pool(const Operation& operation);

Numbers threshold(const Operation& operation, const Numbers& input);
Numbers sign(const Operation& operation);
Numbers quantize(const Operation& operation);
Numbers levels(const Operation& operation);
Numbers add(const Operation& operation);
Numbers activation(const Operation& operation);
Numbers lookup(const Operation& operation);
Numbers dequantize(const Operation& operation);
Numbers multiply_channels(const Operation& operation);

Numbers l2_normalize(const Operation& operation, std::size_t count);  // every `count` numbers together
Numbers gem_pool(const Operation& operation);
Numbers softmax(const Operation& operation);
Numbers vlad(const Operation& operation);
Numbers layer_norm(const Operation& operation);
Numbers transpose(const Operation& operation);
Numbers concatenate(const Operation& operation);

}  // namespace bitplace::evaluation
