#include "support/random_model.h"

#include <algorithm>
#include <stdexcept>

namespace bitplace::test {
namespace {

std::int32_t small(Random& random, std::int64_t low, std::int64_t high) {
  return static_cast<std::int32_t>(random.integer(low, high));
}

ValueId must_append(Graph& graph, Node node) {
  Result<ValueId> value = graph.append(std::move(node));
  if (!value.ok()) throw std::logic_error(value.error().message());
  return *value;
}

Tensor random_bits(Random& random, const Shape& shape) {
  Tensor tensor = {"weight", DataType::b1, shape, std::vector<std::byte>(dense_bytes(DataType::b1, shape))};
  const std::int64_t row_bits = shape.elements() / shape[0];
  const std::int64_t row_bytes = (row_bits + 7) / 8;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(tensor.data.size()); ++i) {
    std::uint32_t bits = random.bits() & 0xffu;
    if (i % row_bytes == row_bytes - 1 && row_bits % 8 != 0) bits &= (1u << row_bits % 8) - 1;
    tensor.data[static_cast<std::size_t>(i)] = static_cast<std::byte>(bits);
  }
  return tensor;
}

// Thresholds about the middle of what the accumulators reach, some at the extremes.
void add_threshold(Graph& graph, Random& random, Node& node, std::int64_t channels, std::int32_t spread) {
  Tensor threshold = {"threshold", DataType::s32, Shape(channels),
                      std::vector<std::byte>(static_cast<std::size_t>(channels) * 4)};
  Tensor flip = {"flip", DataType::u8, Shape(channels),
                 std::vector<std::byte>(static_cast<std::size_t>(channels))};
  for (std::int64_t c = 0; c < channels; ++c) {
    const std::int64_t kind = random.integer(0, 19);
    threshold.as<std::int32_t>()[c] = kind == 0   ? INT32_MIN
                                      : kind == 1 ? INT32_MAX
                                                  : small(random, -spread, spread);
    flip.as<std::uint8_t>()[c] = static_cast<std::uint8_t>(random.integer(0, 1));
  }
  node.parameters.push_back({"threshold", graph.add_tensor(std::move(threshold))});
  node.parameters.push_back({"flip", graph.add_tensor(std::move(flip))});
}

ConvolutionAttributes random_convolution(Random& random, const Shape& input, bool first_layer) {
  ConvolutionAttributes a;
  const std::int64_t side = std::min(input[1], input[2]);
  a.kernel_height = small(random, 1, std::min<std::int64_t>(side, 5));
  a.kernel_width = small(random, 1, std::min<std::int64_t>(side, 5));
  a.stride_height = small(random, 1, first_layer ? 3 : 2);
  a.stride_width = small(random, 1, first_layer ? 3 : 2);
  a.padding = static_cast<PaddingValue>(random.integer(0, first_layer ? 1 : 2));
  if (a.padding != PaddingValue::valid) {
    a.pad_top = small(random, 0, a.kernel_height - 1);
    a.pad_bottom = small(random, 0, a.kernel_height - 1);
    a.pad_left = small(random, 0, a.kernel_width - 1);
    a.pad_right = small(random, 0, a.kernel_width - 1);
  }
  const std::int64_t rows = (input[1] + a.pad_top + a.pad_bottom - a.kernel_height) / a.stride_height + 1;
  const std::int64_t columns = (input[2] + a.pad_left + a.pad_right - a.kernel_width) / a.stride_width + 1;
  a.pool_height = small(random, 1, std::min<std::int64_t>(rows, 3));
  a.pool_width = small(random, 1, std::min<std::int64_t>(columns, 3));
  return a;
}

ValueId append_convolution(Graph& graph, Random& random, ValueId input, bool threshold,
                           const std::string& name) {
  const Value value = graph.values[static_cast<std::size_t>(input)];
  const bool first_layer = value.type == DataType::u8;
  ConvolutionAttributes a = random_convolution(random, value.shape, first_layer);
  const std::int64_t outputs = random.integer(1, 70);
  a.epilogue = threshold ? Epilogue::threshold : Epilogue::raw;
  Node node = {name, Op::convolution, {input}, kNone, a, {}};
  const Shape weight(outputs, a.kernel_height, a.kernel_width, value.shape[3]);
  node.parameters.push_back({"weight", graph.add_tensor(random_bits(random, weight))});
  const auto depth = static_cast<std::int32_t>(weight.elements() / outputs);
  if (threshold) add_threshold(graph, random, node, outputs, first_layer ? depth * 40 : depth / 3 + 2);
  return must_append(graph, std::move(node));
}

ValueId append_bit_pool(Graph& graph, Random& random, ValueId input) {
  const Value value = graph.values[static_cast<std::size_t>(input)];
  MaxPoolAttributes a;
  a.window_height = small(random, 1, std::min<std::int64_t>(value.shape[1], 3));
  a.window_width = small(random, 1, std::min<std::int64_t>(value.shape[2], 3));
  a.stride_height = small(random, 1, a.window_height);
  a.stride_width = small(random, 1, a.window_width);
  Node node = {"bit_pool", Op::max_pool, {input}, kNone, a, {}};
  Tensor flip = {"flip", DataType::u8, Shape(value.shape[3]),
                 std::vector<std::byte>(static_cast<std::size_t>(value.shape[3]))};
  for (std::byte& one : flip.data)
    one = static_cast<std::byte>(random.integer(0, 1));
  node.parameters.push_back({"flip", graph.add_tensor(std::move(flip))});
  return must_append(graph, std::move(node));
}

ValueId append_descriptor(Graph& graph, Random& random, ValueId flat, DescriptorType type) {
  switch (type) {
    case DescriptorType::f32:
      return must_append(graph, {"normalize", Op::l2_normalize, {flat}, kNone, {}, {}});
    case DescriptorType::s8:
      return must_append(
          graph, {"quantize", Op::quantize, {flat}, kNone, QuantizeAttributes{random.real(0.05f, 3.0f)}, {}});
    case DescriptorType::bits: {
      Node node = {"bits", Op::threshold, {flat}, kNone, {}, {}};
      add_threshold(graph, random, node, graph.values[static_cast<std::size_t>(flat)].shape[3], 20);
      return must_append(graph, std::move(node));
    }
  }
  throw std::logic_error("unknown descriptor type");
}

}  // namespace

ModelContents random_model(Random& random, DescriptorType descriptor) {
  ModelContents contents;
  contents.network = "random";
  contents.preprocessing.height = small(random, 5, 24);
  contents.preprocessing.width = small(random, 5, 24);
  Graph& graph = contents.graph;
  graph.input = graph.add_value("image", DataType::u8,
                                Shape(1, contents.preprocessing.height, contents.preprocessing.width, 3));
  ValueId value = append_convolution(graph, random, graph.input, true, "first");
  const std::int64_t layers = random.integer(0, 3);
  for (std::int64_t i = 0; i < layers; ++i) {
    value = append_convolution(graph, random, value, true, "binary" + std::to_string(i));
    if (random.integer(0, 1) == 1) value = append_bit_pool(graph, random, value);
  }
  value = append_convolution(graph, random, value, false, "last");
  graph.features = value;
  value = must_append(graph, {"flatten", Op::reshape, {value}, kNone, {}, {}});
  graph.descriptor = append_descriptor(graph, random, value, descriptor);
  return contents;
}

}  // namespace bitplace::test
