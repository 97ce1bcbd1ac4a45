// Networks that can be trained, and the list of them.
#pragma once

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bitplace/result.h"
#include "graph/model_contents.h"

namespace bitplace::train {

// What a network takes: bytes resized to height x width by the rule, as (pixel / 255 - mean) / deviation,
// RGB.
struct NetworkInput {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::array<float, 3> mean = {0.0f, 0.0f, 0.0f};
  std::array<float, 3> deviation = {1.0f, 1.0f, 1.0f};
  ResizeRule resize = ResizeRule::bilinear_opencv;
};

// What is asked for; empty or 0: the network's own.
struct NetworkChoice {
  std::string name;
  std::string head;          // what makes a descriptor of the last feature map
  std::string variant;       // "paper", or a variant that the entry lists
  std::int64_t classes = 0;  // of the full network's classifier; 0: without it
  std::int64_t height = 0;   // of the input, where the network takes several sizes
  std::int64_t width = 0;
  std::string weight_quantizer;      // where the network takes several
  std::string activation_quantizer;  // the same
};

class TrainableNetwork : public torch::nn::Module {
 public:
  TrainableNetwork(NetworkChoice choice, NetworkInput input, double batch_norm_epsilon)
      : choice_(std::move(choice)), input_(input), batch_norm_epsilon_(batch_norm_epsilon) {}

  // Images NCHW f32 as input() says -> the last feature map (B, C, H, W), what the descriptor is made of.
  virtual torch::Tensor features(const torch::Tensor& images) = 0;
  // Features -> the descriptor, L2-normalised (B, D). Without a head: the map flattened NHWC.
  virtual torch::Tensor descriptor(const torch::Tensor& features);
  // Features -> logits of the full network's classifier (B, classes); only where made with classes > 0.
  virtual torch::Tensor logits(const torch::Tensor& features);
  // The output of each stage by name, in order ("pool1", "conv2", ...); the last is the feature map.
  virtual std::vector<std::pair<std::string, torch::Tensor>> stages(const torch::Tensor& images);
  // The real weights behind the binary layers' signs, which stay in [-1, 1].
  virtual std::vector<torch::Tensor> latent_weights() { return {}; }

  // With the network's own values where nothing was asked for.
  const NetworkChoice& choice() const { return choice_; }
  const NetworkInput& input() const { return input_; }
  double batch_norm_epsilon() const { return batch_norm_epsilon_; }

 private:
  NetworkChoice choice_;
  NetworkInput input_;
  double batch_norm_epsilon_;
};

using NetworkPointer = std::shared_ptr<TrainableNetwork>;

// How a network's authors trained it; a command line overrides any of it. The names are those of the options.
struct TrainingDefaults {
  std::string optimizer = "adam";
  double learning_rate = 1e-3;
  double weight_decay = 0.0;
  std::string schedule = "constant";
  std::int64_t batch = 24;
  std::int64_t epochs = 30;
  std::vector<double> milestones = {};  // in epochs
  double decay = 0.1;
  double warm_up = 0.0;  // in epochs
};

struct NetworkEntry {
  std::string name;
  std::string summary;  // one line: what it is, whose
  std::vector<std::string> variants = {"paper"};
  TrainingDefaults defaults;
  // Takes its random initial weights from torch's generator. `choice.name` is this entry's.
  Result<NetworkPointer> (*make)(const NetworkChoice& choice) = nullptr;
};

// In the order in which they are listed to people. Each file of networks/ adds its own in
// networks/families.h.
const std::vector<NetworkEntry>& list_networks();
const NetworkEntry* find_network(const std::string& name);

// Unknown names are errors that list the known ones.
Result<NetworkPointer> make_network(const NetworkChoice& choice);

}  // namespace bitplace::train
