#include "networks/network.h"

#include <algorithm>

namespace bitplace {
namespace {

struct Margins {
  std::int32_t before, after;
};

Margins same_margins(std::int64_t extent, std::int32_t window, std::int32_t stride, std::int32_t dilation) {
  const std::int64_t positions = (extent + stride - 1) / stride;
  const std::int64_t span = std::int64_t{window - 1} * dilation + 1;
  const std::int64_t padded = std::max<std::int64_t>(0, (positions - 1) * stride + span - extent);
  return {static_cast<std::int32_t>(padded / 2), static_cast<std::int32_t>(padded - padded / 2)};
}

template <typename Attributes>
void pad_pool(Attributes* a, const Shape& input) {
  const Margins rows = same_margins(input[1], a->window_height, a->stride_height, 1);
  const Margins columns = same_margins(input[2], a->window_width, a->stride_width, 1);
  a->pad_top = rows.before;
  a->pad_bottom = rows.after;
  a->pad_left = columns.before;
  a->pad_right = columns.after;
}

bool is_halving(const Node& node) {
  const auto* pool = std::get_if<MaxPoolAttributes>(&node.attributes);
  return pool != nullptr && pool->window_height == 2 && pool->window_width == 2 && pool->stride_height == 2 &&
         pool->stride_width == 2 && pool->pad_bottom == 0 && pool->pad_right == 0;
}

// What the graph's layers look like in the terms of BinaryLayer; empty where one does not fit them.
struct Outline {
  std::vector<BinaryLayer> layers;
  std::vector<PaddingValue> paddings;
};

bool add_convolution(const Graph& graph, const Node& node, Outline* outline) {
  const auto& a = std::get<ConvolutionAttributes>(node.attributes);
  const bool square = a.kernel_height == a.kernel_width && a.stride_height == a.stride_width;
  if (!square || a.groups != 1 || a.dilation_height != 1 || a.dilation_width != 1) return false;
  const auto filters = static_cast<std::int32_t>(graph.parameter(node, "weight")->shape[0]);
  outline->layers.push_back({"", filters, a.kernel_height, a.stride_height, false});
  outline->paddings.push_back(a.padding);
  return true;
}

Outline outline_of(const Graph& graph) {
  Outline outline;
  for (const Node& node : graph.nodes) {
    if (node.op == Op::convolution && !add_convolution(graph, node, &outline)) return {};
    if (node.op != Op::max_pool) continue;
    if (outline.layers.empty() || outline.layers.back().pooled || !is_halving(node)) return {};
    outline.layers.back().pooled = true;
  }
  return outline;
}

bool fits(const BinaryNetwork& network, const Outline& outline) {
  if (network.layers.size() != outline.layers.size()) return false;
  for (std::size_t i = 0; i < outline.layers.size(); ++i) {
    const BinaryLayer &expected = network.layers[i], &found = outline.layers[i];
    const PaddingValue padding = i == 0 ? PaddingValue::valid : network.padding;
    if (found.filters != expected.filters || found.kernel != expected.kernel ||
        found.stride != expected.stride || found.pooled != expected.pooled || outline.paddings[i] != padding)
      return false;
  }
  return true;
}

}  // namespace

const std::vector<BinaryNetwork>& binary_networks() {
  static const std::vector<BinaryLayer> kThreeLayers = {
      {"conv1", 96, 11, 4, true}, {"conv2", 256, 5, 1, true}, {"conv5", 256, 3, 1, true}};
  static const std::vector<BinaryLayer> kFiveLayers = {{"conv1", 96, 11, 4, true},
                                                       {"conv2", 256, 5, 1, true},
                                                       {"conv3", 384, 3, 1, false},
                                                       {"conv4", 384, 3, 1, false},
                                                       {"conv5", 256, 3, 1, true}};
  static const std::vector<BinaryNetwork> kNetworks = {{"floppynet", PaddingValue::one, kThreeLayers},
                                                       {"shallownet", PaddingValue::zero, kThreeLayers},
                                                       {"binarynet", PaddingValue::one, kFiveLayers}};
  return kNetworks;
}

const BinaryNetwork* find_binary_network(std::string_view name) {
  for (const BinaryNetwork& network : binary_networks()) {
    if (name == network.name) return &network;
  }
  return nullptr;
}

std::string recognise_network(const Graph& graph) {
  const Shape& input = graph.values[static_cast<std::size_t>(graph.input)].shape;
  if (input != Shape(std::int64_t{1}, kBinaryNetworkInput, kBinaryNetworkInput, std::int64_t{3})) return "";
  const Outline outline = outline_of(graph);
  for (const BinaryNetwork& network : binary_networks()) {
    if (fits(network, outline)) return network.name;
  }
  return "";
}

void pad_same(ConvolutionAttributes* a, const Shape& input, PaddingValue padding) {
  const Margins rows = same_margins(input[1], a->kernel_height, a->stride_height, a->dilation_height);
  const Margins columns = same_margins(input[2], a->kernel_width, a->stride_width, a->dilation_width);
  a->pad_top = rows.before;
  a->pad_bottom = rows.after;
  a->pad_left = columns.before;
  a->pad_right = columns.after;
  const bool any = (rows.after | columns.after) != 0;
  a->padding = any ? padding : PaddingValue::valid;
}

void pad_same(MaxPoolAttributes* a, const Shape& input) {
  pad_pool(a, input);
}

void pad_same(AveragePoolAttributes* a, const Shape& input) {
  pad_pool(a, input);
}

}  // namespace bitplace
