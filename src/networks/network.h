// The convolution stages of the binary networks, as data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace bitplace {

// A convolution with 1-bit weights, stride 1 in all but the first layer, perhaps followed by a 2x2 max-pool.
// Every layer but the first has a batch-norm ("NAME_bn") and a sign in front.
struct BinaryLayer {
  const char* name;
  std::int32_t filters;
  std::int32_t kernel;
  std::int32_t stride;
  bool pooled;
};

// FloppyNet, ShallowNet and BinaryNet: AlexNet's convolution stage with signs. The first layer reads the
// image without padding; the others keep their input's size and pad it with one value.
struct BinaryNetwork {
  const char* name;
  PaddingValue padding;
  std::vector<BinaryLayer> layers;
};

inline constexpr std::int64_t kBinaryNetworkInput = 227;  // height and width, 3 channels
inline constexpr float kPixelDivisor = 255.0f;            // all of them were trained on pixel / 255

const std::vector<BinaryNetwork>& binary_networks();
const BinaryNetwork* find_binary_network(std::string_view name);

// The name of the network whose layers these are, by kernel, stride, filters, padding and pooling; empty for
// another network.
std::string recognise_network(const Graph& graph);

// A convolution's attributes with the padding that keeps ceil(input / stride) outputs, as TensorFlow's SAME
// does: what is odd goes to the bottom and the right. `padding` names the value; it becomes `valid` where
// nothing needs padding.
void pad_same(ConvolutionAttributes* attributes, const Shape& input, PaddingValue padding);
void pad_same(MaxPoolAttributes* attributes, const Shape& input);
void pad_same(AveragePoolAttributes* attributes, const Shape& input);

}  // namespace bitplace
