// The errors of one node.
#pragma once

#include <string>

#include "core/error.h"
#include "graph/graph.h"

namespace bitplace {

inline Error node_error(const Node& node, const std::string& why, ErrorCode code = ErrorCode::corrupt) {
  return make_error(code, "layer '" + node.name + "' (" + op_name(node.op) + ")", why);
}

}  // namespace bitplace
