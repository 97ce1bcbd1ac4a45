#include <cmath>
#include <cstring>
#include <utility>

#include "networks/build_binary_network.h"

namespace bitplace {
namespace {

// SplitMix64: integer arithmetic only, so every machine gives the same network.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // As many -1 as +1 (one more where `count` is odd), in random order.
  void balanced_signs(float* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      values[i] = i % 2 == 0 ? 1.0f : -1.0f;
    for (std::size_t i = count - 1; i > 0; --i)
      std::swap(values[i], values[next() % (i + 1)]);
  }

 private:
  std::uint64_t state_;
};

CheckpointTensor float_tensor(std::string name, std::vector<std::int64_t> shape,
                              const std::vector<float>& values) {
  CheckpointTensor tensor{std::move(name), CheckpointType::f32, std::move(shape), {}};
  tensor.data.resize(values.size() * sizeof(float));
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

// The maximum of a window of four independent sums lies about one standard deviation above their mean.
constexpr double kMaximumOfFour = 1.03;

}  // namespace

TensorCheckpoint random_parameters(const BinaryNetwork& network, std::uint64_t seed) {
  Random random(seed);
  TensorCheckpoint checkpoint;
  std::int64_t inputs = 3;
  double depth = 0.0;  // products per accumulator of the layer before
  bool pooled = false;
  for (const BinaryLayer& layer : network.layers) {
    const std::string name = layer.name;
    const std::int64_t kernel = layer.kernel;
    if (depth > 0.0) {
      // Filters are balanced, so that a grey image gives about 0 and its contrast decides.
      const bool after_pixels = inputs == network.layers[0].filters && checkpoint.tensors.size() == 1;
      const double deviation = std::sqrt(depth) * (after_pixels ? 0.25 : 1.0);
      const std::vector<std::int64_t> shape = {inputs};
      const auto channels = static_cast<std::size_t>(inputs);
      const auto mean = static_cast<float>(pooled ? kMaximumOfFour * deviation : 0.0);
      const auto variance = static_cast<float>(deviation * deviation);
      const std::string norm = name + "_bn.";
      checkpoint.tensors.push_back(float_tensor(norm + "weight", shape, std::vector<float>(channels, 1.0f)));
      checkpoint.tensors.push_back(float_tensor(norm + "bias", shape, std::vector<float>(channels, 0.0f)));
      checkpoint.tensors.push_back(
          float_tensor(norm + "running_mean", shape, std::vector<float>(channels, mean)));
      checkpoint.tensors.push_back(
          float_tensor(norm + "running_var", shape, std::vector<float>(channels, variance)));
    }
    depth = static_cast<double>(inputs * kernel * kernel);
    const auto filter_size = static_cast<std::size_t>(inputs * kernel * kernel);
    std::vector<float> weights(filter_size * static_cast<std::size_t>(layer.filters));
    for (std::size_t first = 0; first < weights.size(); first += filter_size)
      random.balanced_signs(&weights[first], filter_size);
    checkpoint.tensors.push_back(
        float_tensor(name + ".weight", {layer.filters, inputs, kernel, kernel}, weights));
    inputs = layer.filters;
    pooled = layer.pooled;
  }
  return checkpoint;
}

}  // namespace bitplace
