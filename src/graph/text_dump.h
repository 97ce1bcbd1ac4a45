// A graph as text, one line per node, for golden tests and for people.
#pragma once

#include <string>

#include "graph/graph.h"

namespace bitplace {

std::string dump_graph(const Graph& graph);

}  // namespace bitplace
