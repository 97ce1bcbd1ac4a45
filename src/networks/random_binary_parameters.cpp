#include "networks/random_parameters.h"

#include <cmath>
#include <cstring>
#include <utility>

#include "networks/build_binary_network.h"

namespace bitplace {
namespace {

// As many -1 as +1 (one more where `count` is odd), in random order.
void balanced_signs(SplitMix64& random, float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    values[i] = i % 2 == 0 ? 1.0f : -1.0f;
  for (std::size_t i = count - 1; i > 0; --i)
    std::swap(values[i], values[random.next() % (i + 1)]);
}

CheckpointTensor float_tensor(std::string name, std::vector<std::int64_t> shape,
                              const std::vector<float>& values) {
  CheckpointTensor tensor{std::move(name), CheckpointType::f32, std::move(shape), {}};
  tensor.data.resize(values.size() * sizeof(float));
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

// Where half of the values lie behind a layer of balanced random signs and its 2x2 max-pool, measured on
// photographs indoors and outdoors: in units of pixel / 255 behind the image, and of one standard deviation
// of a sum of random signs behind bits.
constexpr double kMedianBehindPixels = 1.1;
constexpr double kMedianBehindBits = 0.73;

void add_batch_norm(TensorCheckpoint& checkpoint, const std::string& prefix, std::int64_t channels,
                    double mean, double deviation) {
  const auto add = [&](const char* part, double value) {
    const std::vector<float> values(static_cast<std::size_t>(channels), static_cast<float>(value));
    checkpoint.tensors.push_back(float_tensor(prefix + part, {channels}, values));
  };
  add("weight", 1.0);
  add("bias", 0.0);
  add("running_mean", mean);
  add("running_var", deviation * deviation);
}

}  // namespace

TensorCheckpoint random_parameters(const BinaryNetwork& network, std::uint64_t seed) {
  SplitMix64 random(seed);
  TensorCheckpoint checkpoint;
  std::int64_t inputs = 3;
  double depth = 0.0;  // products per accumulator of the layer before
  bool pooled = false, behind_pixels = false;
  for (const BinaryLayer& layer : network.layers) {
    const std::string name = layer.name;
    const std::int64_t kernel = layer.kernel;
    if (depth > 0.0) {
      const double deviation = std::sqrt(depth);
      const double median = behind_pixels ? kMedianBehindPixels : kMedianBehindBits * deviation;
      add_batch_norm(checkpoint, name + "_bn.", inputs, pooled ? median : 0.0, deviation);
    }
    depth = static_cast<double>(inputs * kernel * kernel);
    const auto filter_size = static_cast<std::size_t>(inputs * kernel * kernel);
    std::vector<float> weights(filter_size * static_cast<std::size_t>(layer.filters));
    for (std::size_t first = 0; first < weights.size(); first += filter_size)
      balanced_signs(random, &weights[first], filter_size);
    checkpoint.tensors.push_back(
        float_tensor(name + ".weight", {layer.filters, inputs, kernel, kernel}, weights));
    behind_pixels = &layer == network.layers.data();
    inputs = layer.filters;
    pooled = layer.pooled;
  }
  return checkpoint;
}

}  // namespace bitplace
