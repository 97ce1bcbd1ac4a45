#include "networks/cut_at_layer.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "lowering/rewrite.h"
#include "networks/named_tensors.h"

namespace bitplace {
namespace {

bool can_end(const Graph& graph, const Node& node) {
  const DataType type = value_at(graph, node.output).type;
  return type == DataType::s32 || type == DataType::f32;
}

Error unknown_layer(const Graph& graph, const std::string& layer) {
  std::vector<std::string> known;
  for (const Node& node : graph.nodes) {
    if (can_end(graph, node)) known.push_back(node.name);
  }
  return make_error(ErrorCode::invalid_argument, "--cut " + layer, "the network has " + list_names(known));
}

// By node: whether the value needs what it writes.
std::vector<bool> needed_nodes(const Graph& graph, ValueId value) {
  std::vector<bool> wanted(graph.values.size()), needed(graph.nodes.size());
  wanted[static_cast<std::size_t>(value)] = true;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    needed[i] = wanted[static_cast<std::size_t>(node.output)];
    for (const ValueId input : node.inputs) {
      if (needed[i]) wanted[static_cast<std::size_t>(input)] = true;
    }
  }
  return needed;
}

}  // namespace

Result<Graph> cut_at_layer(const Graph& graph, const std::string& layer) {
  const auto last = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
    return node.name == layer && can_end(graph, node);
  });
  if (last == graph.nodes.end()) return unknown_layer(graph, layer);
  const std::vector<bool> needed = needed_nodes(graph, last->output);
  Rewrite rewrite(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (needed[i]) BITPLACE_TRY(rewrite.copy(graph.nodes[i]));
  }
  rewrite.redirect(graph.features, rewrite.find(last->output));
  rewrite.redirect(graph.descriptor, rewrite.find(last->output));
  return rewrite.finish();
}

}  // namespace bitplace
