// Shape inference and validation. Graphs come from files: nothing about one is believed before this has
// passed.
#pragma once

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// Bounds that every graph keeps, so that no product of its extents overflows and no plan asks for absurd
// memory.
inline constexpr std::int64_t kMaxExtent = 1 << 16;
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;  // of one value or tensor
inline constexpr std::size_t kMaxNodes = 4096;

// Type and shape of what the node writes, from its inputs, attributes and parameters.
struct ValueSpec {
  DataType type = DataType::f32;
  Shape shape;
};
Result<ValueSpec> infer_output(const Graph& graph, const Node& node);

// Indices in range, topological order, every value written once, inferred types and shapes equal to the
// stated ones, parameters of the right type, shape and size, accumulators inside s32.
Status validate_graph(const Graph& graph);

// validate_graph, and every operation and combination of types is one that a plan can run.
Status validate_deployable(const Graph& graph);

}  // namespace bitplace
