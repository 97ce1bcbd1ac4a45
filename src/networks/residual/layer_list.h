// A network as a list of layers with their quantizers. Conversion builds a graph of it and training a module,
// so that both have the same layers under the same names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bitplace {

using LayerRef = std::int32_t;  // index of a layer
inline constexpr LayerRef kImage = -1;

enum class LayerKind : std::uint8_t {
  convolution,     // its input and its weights may be quantized
  linear,          // without bias, of one value per channel
  batch_norm,      //
  relu,            //
  sigmoid,         //
  max_pool,        //
  average_pool,    // padded taps do not count
  global_average,  //
  add,             //
  gate             // a map times one value per channel
};

// What a window finds beyond the image.
enum class Border : std::uint8_t {
  same,       // zeros as TensorFlow's SAME puts them: what is odd at the bottom and the right
  symmetric,  // (kernel - 1) / 2 zeros on each side, as PyTorch's networks have them
  same_ones,  // as `same`, but +1 among what the input quantizer gives
  none        // windows stay inside
};

struct ListedLayer {
  LayerKind kind = LayerKind::convolution;
  std::string name;  // of its parameters, NAME.weight and so on, and of its output
  std::vector<LayerRef> inputs;
  std::int32_t channels = 0;  // of its output
  std::int32_t kernel = 1, stride = 1;
  Border border = Border::same;
  // Names as in networks/quantizers.h; empty: real-valued.
  std::string activation_quantizer = {}, weight_quantizer = {};
  double momentum = 0.1;  // of a batch-norm's running statistics, as PyTorch counts it
  bool bias = false;      // of a convolution
  bool factors = true;    // of a batch-norm; without: offsets only
};

// What a convolution is besides its name and input.
struct ConvolutionLayer {
  std::int32_t filters = 0;
  std::int32_t kernel = 3;
  std::int32_t stride = 1;
  Border border = Border::same;
  std::string activation_quantizer = {};
  std::string weight_quantizer = {};
  bool bias = false;
};

class LayerList {
 public:
  explicit LayerList(double epsilon) : batch_norm_epsilon(epsilon) {}

  LayerRef convolution(const std::string& name, LayerRef input, const ConvolutionLayer& shape);
  LayerRef linear(const std::string& name, LayerRef input, std::int32_t outputs);
  LayerRef batch_norm(const std::string& name, LayerRef input, double momentum = 0.1, bool factors = true);
  LayerRef relu(const std::string& name, LayerRef input);
  LayerRef sigmoid(const std::string& name, LayerRef input);
  LayerRef max_pool(const std::string& name, LayerRef input, std::int32_t kernel, std::int32_t stride,
                    Border border);
  LayerRef average_pool(const std::string& name, LayerRef input, std::int32_t kernel, std::int32_t stride);
  LayerRef global_average(const std::string& name, LayerRef input);
  LayerRef add(const std::string& name, LayerRef a, LayerRef b);
  LayerRef gate(const std::string& name, LayerRef map, LayerRef factors);

  std::int32_t channels(LayerRef layer) const;
  // Marks a layer as the last of a stage: what per-layer descriptors are made of. The last is the feature
  // map.
  void end_stage(const std::string& name, LayerRef layer) { stages.push_back({name, layer}); }
  LayerRef features() const { return stages.back().layer; }
  // What a stage's output is computed from; the last stage of the result is that one.
  LayerList up_to(std::string_view stage) const;

  struct Stage {
    std::string name;
    LayerRef layer;
  };

  std::vector<ListedLayer> layers;  // each after those that it reads
  std::vector<Stage> stages;
  std::vector<std::string> notes;  // where this departs from a source, for people
  double batch_norm_epsilon;

 private:
  LayerRef append(ListedLayer layer);
};

}  // namespace bitplace
