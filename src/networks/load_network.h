// A checkpoint of any kind as a float graph.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"
#include "graph/graph.h"
#include "graph/model_contents.h"

namespace bitplace {

struct NetworkOptions {
  std::string network;            // empty: recognise it
  std::optional<double> epsilon;  // of batch-norms, where the checkpoint does not hold it
  // Where the network ends: a cut of a real-valued backbone, or a layer of a binary network, by name.
  std::string cut;
  // Of real-valued networks; empty or absent: what the checkpoint says, or the network's usual choice.
  std::string head;                  // what makes features of its last map
  std::optional<float> gem_p;        // GeM's exponent, instead of the checkpoint's
  std::string pool_norm;             // before, after or none: where pooling in front of a linear layer is
                                     // normalised (heads/recognise_head.h)
  std::optional<int> grid;           // cells of ConvAP along each axis
  std::optional<int> height, width;  // of the input
  // Of the residual networks that have several; empty: what the parameters' names say, or the network's own.
  std::string variant;
  std::string activation_quantizer, weight_quantizer;
};

struct LoadedNetwork {
  std::string name;  // "custom" for a graph that is no known network
  Graph graph;
  // A real-valued network's graph is f32, batch-norms and activations still layers of their own; some of its
  // convolutions may be of signs and 1-bit weights. A binary one has nothing else.
  bool real_valued = false;
  std::string cut;  // of a real-valued network: where the backbone ends
  std::string head = "flatten";
  Preprocessing preprocessing;     // what training fed, as an f32 input
  std::optional<double> epsilon;   // used, if any was needed
  std::string credit;              // whom the checkpoint thanks for its images; may be empty
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
