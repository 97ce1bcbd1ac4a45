// Inference of what a node writes, by kind of operation; infer_output() in validate.h is the way in.
#pragma once

#include "graph/node_error.h"
#include "graph/validate.h"

namespace bitplace::infer {

Result<ValueSpec> convolution(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> max_pool(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> average_pool(const Node& node, const Value& input);
Result<ValueSpec> add(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> multiply_channels(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> activation(const Node& node, const Value& input);
Result<ValueSpec> lookup(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> quantize(const Node& node, const Value& input);
Result<ValueSpec> dequantize(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> cast(const Node& node, const Value& input);
Result<ValueSpec> levels(const Node& node, const Value& input);
Result<ValueSpec> gem_pool(const Node& node, const Value& input);
Result<ValueSpec> vlad(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> layer_norm(const Graph& graph, const Node& node, const Value& input);
Result<ValueSpec> transpose(const Node& node, const Value& input);
Result<ValueSpec> concatenate(const Graph& graph, const Node& node, const Value& input);

inline bool in(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value >= low && value <= high;
}

// Positions of a window over one axis, or 0 where none fits.
std::int64_t window_positions(std::int64_t extent, std::int64_t pad, std::int64_t window,
                              std::int64_t dilation, std::int64_t stride);

// A parameter of this role with one element of this type per channel.
Status check_channel_parameter(const Graph& graph, const Node& node, const char* role, DataType type,
                               std::int64_t channels);
// "threshold" of this type and "flip".
Status check_threshold_parameters(const Graph& graph, const Node& node, DataType type, std::int64_t channels);

// low <= high, and for codes whole numbers within [-127, 127] or, where `open`, infinite.
Status check_clamp(const Node& node, float low, float high, bool codes, bool open);

}  // namespace bitplace::infer
