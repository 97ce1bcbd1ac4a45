// Trained networks as files: a LibTorch archive with the module's tensors at its root, as torch::save writes
// them, and beside them the texts "bitplace_network" (its name) and "bitplace_settings" (JSON: what vprconv
// must know and tensors do not say).
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "bitplace/result.h"
#include "common/json_file.h"
#include "vprtrain/network.h"

namespace bitplace::train {

// The module's parameters and buffers, as Module::save writes them but on the CPU wherever they are.
void write_module(const torch::nn::Module& module, torch::serialize::OutputArchive* archive);

// The archive's bytes, then the file: it appears whole or not at all.
Status write_archive(const std::string& path, torch::serialize::OutputArchive& archive);

// `more` goes into the settings: who is to be credited, how far training was.
Status write_model(const std::string& path, const TrainableNetwork& network, const tools::Json& more);

// A network from a file that write_model wrote. Errors: io, corrupt, mismatch (no such file).
Result<NetworkPointer> open_model(const std::string& path);

struct TakenTensors {
  std::vector<std::string> taken;
  std::vector<std::string> absent;    // of the network, and not in the file
  std::vector<std::string> surplus;   // in the file, and not of the network
  std::vector<std::string> reshaped;  // of both, with other shapes: left as they were
};

// Fills the network's tensors with those of the same name and shape in a checkpoint of any kind that vprconv
// reads. Error: mismatch where there is none.
Result<TakenTensors> take_tensors(const std::string& path, TrainableNetwork* network);

}  // namespace bitplace::train
