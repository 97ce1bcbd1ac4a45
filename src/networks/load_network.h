// A checkpoint of any kind as a float graph.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"
#include "graph/graph.h"

namespace bitplace {

struct NetworkOptions {
  std::string network;            // empty: recognise it
  std::optional<double> epsilon;  // of batch-norms, where the checkpoint does not hold it
};

struct LoadedNetwork {
  std::string name;  // "custom" for a graph that is no known network
  Graph graph;
  std::optional<double> epsilon;   // used, if any was needed
  std::vector<std::string> notes;  // what was recognised, assumed or left out, for people
};

// Names the network by its structure or its parameters' names; `network` must agree. Errors begin with the
// checkpoint's path.
Result<LoadedNetwork> load_network(const Checkpoint& checkpoint, const NetworkOptions& options);

// The network with parameters that were never trained.
Result<LoadedNetwork> random_network(const std::string& network, std::uint64_t seed,
                                     const NetworkOptions& options);

// Every name that --network takes.
std::vector<std::string> network_names();

}  // namespace bitplace
