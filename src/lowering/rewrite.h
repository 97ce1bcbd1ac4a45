// Copying a graph node by node while a pass changes some of it.
#pragma once

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

class Rewrite {
 public:
  // Starts the copy with the source's input, or with an input of another type.
  explicit Rewrite(const Graph& source);
  Rewrite(const Graph& source, DataType input_type);

  const Graph& target() const { return target_; }

  // Where a value of the source is found in the copy.
  ValueId find(ValueId source_value) const;
  void redirect(ValueId source_value, ValueId target_value);

  // Appends a node whose inputs are values of the copy and whose parameters are tensors of the copy.
  Result<ValueId> append(Node node);
  // The same node, its inputs found in the copy, its tensors carried over.
  Status copy(const Node& node);
  TensorId carry(TensorId source_tensor);
  std::vector<Parameter> carry(const std::vector<Parameter>& parameters);
  TensorId add_tensor(Tensor tensor) { return target_.add_tensor(std::move(tensor)); }

  // Features and descriptor are those of the source; the copy is validated.
  Result<Graph> finish();

 private:
  const Graph& source_;
  Graph target_;
  std::vector<ValueId> value_of_;
  std::vector<TensorId> tensor_of_;
};

// The node that writes the value, or null for the graph's input.
const Node* writer(const Graph& graph, ValueId value);
// The node that reads the value, if it is the only one and the value is no result of the graph; else null.
const Node* sole_reader(const Graph& graph, ValueId value);

const Value& value_at(const Graph& graph, ValueId value);
// The accumulators of a convolution lie in [-largest, largest].
std::int64_t largest_accumulator(const Graph& graph, const Node& convolution);
// Multiplications and additions with constants: x -> a * x + b and its kin, per channel.
bool is_affine(Op op);
// Windows that tile their input without overlap or padding, the remainder dropped.
bool is_non_overlapping(const MaxPoolAttributes& pool);

Tensor make_tensor(std::string name, const std::vector<float>& values);
Tensor make_tensor(std::string name, const std::vector<std::int32_t>& values);
Tensor make_tensor(std::string name, const std::vector<std::uint8_t>& values);

}  // namespace bitplace
