// Networks without branches as lists of layers: what is in front of each convolution, its quantizers, what is
// behind it.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vprtrain/quantizers/quantizers.h"

namespace bitplace::train {

// What stands outside the image. TensorFlow's SAME keeps ceil(size / stride) positions; what is odd goes to
// the bottom and the right. The value stands among quantized inputs: +1 is a sign like the others, 0 is none.
enum class Margin { valid, zeros, ones };

// batch-norm -> input quantizer -> convolution or fully connected layer with quantized weights -> batch-norm
// -> ReLU -> max-pool, all but the weights optional.
struct Layer {
  std::string name = {};    // of the weights
  std::int64_t units = 0;   // filters or outputs
  std::int64_t kernel = 0;  // 0: fully connected, the map before it flattened row by row, channels innermost
  std::int64_t stride = 1;
  Margin margin = Margin::valid;
  std::string norm_before = {};  // name of the batch-norm in front of the input quantizer; empty: none
  std::string norm_behind = {};
  double momentum = 0.1;  // of the batch-norms: the share of the new
  Quantizer inputs = nullptr;
  Quantizer weights = nullptr;
  bool bias = false;
  bool clip = false;  // latent weights stay in [-1, 1]
  bool relu = false;
  std::int64_t pool = 0;  // 2: 2x2 windows, the remainder dropped; 3: 3x3 windows with stride 2, SAME
};

struct BatchNormChoice {
  double epsilon = 1e-3;
  bool factors = true;  // without: only the offsets are trained
};

// With torch.nn.BatchNorm's names, for maps and vectors alike.
struct BatchNorm : torch::nn::Module {
  BatchNorm(std::int64_t channels, double share_of_new, const BatchNormChoice& choice);
  torch::Tensor forward(const torch::Tensor& x);

  double momentum, epsilon;
  torch::Tensor weight, bias, running_mean, running_var;  // no weight without factors
};

// One after the other. The parts are the owner's modules, by their own names.
class LayerSequence {
 public:
  // `positions`: rows times columns of the map that the first fully connected layer flattens.
  LayerSequence(torch::nn::Module& owner, const std::vector<Layer>& layers, const BatchNormChoice& norms,
                std::int64_t channels, std::int64_t positions = 1);

  using Stages = std::vector<std::pair<std::string, torch::Tensor>>;
  // `stages` receives every layer's output, pooled ones in front of ("conv2") and behind ("pool2") the pool.
  torch::Tensor forward(torch::Tensor x, Stages* stages = nullptr);

  std::vector<torch::Tensor> latent_weights() const;

 private:
  struct Weights;
  struct Parts {
    Layer layer;
    std::shared_ptr<BatchNorm> norm_before, norm_behind;
    std::shared_ptr<Weights> weights;
  };
  static torch::Tensor run(const Parts& parts, torch::Tensor x, Stages* stages);

  std::vector<Parts> parts_;
};

}  // namespace bitplace::train
