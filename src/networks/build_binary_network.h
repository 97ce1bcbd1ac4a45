// A binary network's convolution stage from named parameters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"
#include "graph/graph.h"
#include "networks/network.h"
#include "networks/parameter_source.h"

namespace bitplace {

struct BuiltNetwork {
  Graph graph;
  std::vector<std::string> notes;  // what was assumed or left out, for people
};

// Parameters "conv1.weight", "conv2_bn.{weight,bias,running_mean,running_var}", "conv2.weight", ...: latent
// weights [out, in, row, column] become -1 where negative, +1 elsewhere. What the full network has behind the
// convolution stage is ignored, and said; missing, surplus, misshapen or infinite tensors are errors that
// name them.
Result<BuiltNetwork> build_binary_network(const BinaryNetwork& network, const TensorCheckpoint& checkpoint,
                                          double epsilon);

// The binary network that these names belong to, or null. FloppyNet's and ShallowNet's names are the same:
// FloppyNet is assumed unless the fully connected layers say otherwise.
const BinaryNetwork* recognise_binary_network(const TensorCheckpoint& checkpoint);

// Parameters of a network that was never trained: random signs, and batch-norm statistics that let half of
// the accumulators of each channel be negative. The same seed gives the same numbers everywhere.
TensorCheckpoint random_parameters(const BinaryNetwork& network, std::uint64_t seed);

}  // namespace bitplace
