// Builds the float graph of a real-valued network layer by layer, from parameters named as PyTorch names
// them.
//
// The first thing that goes wrong is kept, and everything after it does nothing: a network reads as a list of
// its layers, and finish() says what was wrong.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"
#include "networks/parameter_source.h"

namespace bitplace {

// A convolution as torch.nn.Conv2d has it: symmetric zero padding.
struct ConvolutionShape {
  std::int32_t filters = 0;
  std::int32_t kernel = 1;
  std::int32_t stride = 1;
  std::int32_t padding = 0;
  std::int32_t groups = 1;
  bool bias = false;
};

// Windows as torch.nn.MaxPool2d has them. With `ceil` the last window may reach beyond the image.
struct PoolShape {
  std::int32_t window = 2;
  std::int32_t stride = 2;
  std::int32_t padding = 0;
  bool ceil = false;
};

// PyTorch's weights [out, in, row, column] in the engine's order, the order of `shape`: [out, row, column,
// in].
std::vector<float> channels_last(const std::vector<float>& weight, const Shape& shape);

class NetworkBuilder {
 public:
  // The input is f32, three channels.
  NetworkBuilder(ParameterSource& parameters, std::int64_t height, std::int64_t width,
                 double batch_norm_epsilon = kTorchBatchNormEpsilon);
  // Continues a graph that exists, from its features.
  NetworkBuilder(ParameterSource& parameters, Graph graph);

  ValueId input() const { return graph_.input; }
  // Height, width and channels of a value; zeros after an error.
  Shape shape(ValueId value) const;
  DataType type(ValueId value) const;  // f32 after an error

  // Layers take their parameters from NAME.weight and so on, and are named after them.
  ValueId convolution(const std::string& name, ValueId input, const ConvolutionShape& shape);
  // Without factors there is no parameter NAME.weight: they are 1.
  ValueId batch_norm(const std::string& name, ValueId input, bool factors = true);
  // torchvision's Conv2dNormActivation: convolution NAME.0, batch-norm NAME.1, activation NAME.2.
  ValueId normalized_convolution(const std::string& name, ValueId input, const ConvolutionShape& shape,
                                 std::optional<ActivationKind> activation = std::nullopt);
  // torch.nn.Linear over the channels of every pixel.
  ValueId linear(const std::string& name, ValueId input, std::int32_t outputs, bool bias = true);
  // Over the channels of every pixel, as torch.nn.LayerNorm.
  ValueId layer_norm(const std::string& name, ValueId input, float epsilon = 1e-5f);

  ValueId activation(const std::string& name, ValueId input, ActivationKind kind, float alpha = 0.0f);
  ValueId max_pool(const std::string& name, ValueId input, const PoolShape& shape);
  ValueId global_max(const std::string& name, ValueId input);
  ValueId global_average(const std::string& name, ValueId input);
  ValueId add(const std::string& name, ValueId a, ValueId b);
  ValueId multiply_channels(const std::string& name, ValueId input, ValueId gate);
  ValueId concatenate(const std::string& name, ValueId a, ValueId b);

  // 1x1 convolution with numbers that are no parameters of the checkpoint: weights [outputs, channels] and
  // bias [outputs], row by row.
  ValueId constant_linear(const std::string& name, ValueId input, const std::vector<float>& weight,
                          const std::vector<float>& bias);

  // Anything else. Inputs are values of this graph, parameters tensors that add_tensor gave.
  ValueId append(Node node);
  TensorId add_tensor(const std::string& name, const Shape& shape, const std::vector<float>& values);
  TensorId add_tensor(Tensor tensor) { return graph_.add_tensor(std::move(tensor)); }
  std::vector<float> parameter(const std::string& name, const std::vector<std::int64_t>& shape);
  void fail(const Status& status);
  const Status& status() const { return status_; }

  // The graph with these features, its descriptor not yet encoded: descriptor = features.
  Result<Graph> finish(ValueId features);

 private:
  ValueId append_convolution(const std::string& name, ValueId input, const ConvolutionAttributes& attributes,
                             TensorId weight, TensorId bias);

  void check_variance(const std::string& name, const std::vector<float>& values);

  ParameterSource& parameters_;
  double batch_norm_epsilon_ = kTorchBatchNormEpsilon;
  Graph graph_;
  Status status_;
};

}  // namespace bitplace
