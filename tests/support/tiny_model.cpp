#include "support/tiny_model.h"

#include <cstdlib>

#include "support/random.h"

namespace bitplace::test {
namespace {

Tensor random_bits(std::string name, const Shape& shape, Random& random) {
  Tensor tensor{std::move(name), DataType::b1, shape, {}};
  tensor.data.resize(dense_bytes(DataType::b1, shape));
  const auto rows = static_cast<std::size_t>(shape[0]);
  const std::size_t row_bits = static_cast<std::size_t>(shape.elements()) / rows;
  const std::size_t row_bytes = tensor.data.size() / rows;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t bit = 0; bit < row_bits; ++bit) {
      const auto value = static_cast<std::byte>((random.bits() & 1u) << (bit % 8));
      tensor.data[row * row_bytes + bit / 8] |= value;
    }
  }
  return tensor;
}

Tensor thresholds(const char* name, std::int64_t channels, std::int32_t largest, Random& random) {
  Tensor tensor{name, DataType::s32, Shape(channels), {}};
  tensor.data.resize(dense_bytes(DataType::s32, tensor.shape));
  for (std::int64_t c = 0; c < channels; ++c) {
    tensor.as<std::int32_t>()[c] = static_cast<std::int32_t>(random.integer(-largest, largest));
  }
  return tensor;
}

Tensor flips(const char* name, std::int64_t channels, Random& random) {
  Tensor tensor{name, DataType::u8, Shape(channels), {}};
  tensor.data.resize(static_cast<std::size_t>(channels));
  for (std::byte& flip : tensor.data)
    flip = static_cast<std::byte>(random.bits() & 1u);
  return tensor;
}

ValueId append(Graph& graph, Node node) {
  const Result<ValueId> value = graph.append(std::move(node));
  if (!value.ok()) std::abort();  // a defect of this file
  return *value;
}

}  // namespace

ModelContents tiny_model(std::int32_t side) {
  Random random(5);
  ModelContents contents;
  contents.network = "tiny";
  contents.preprocessing.height = contents.preprocessing.width = side;
  contents.metadata = {{"source", "tiny_model()"}, {"source_hash", "0123456789abcdef0123456789abcdef"}};

  Graph& graph = contents.graph;
  graph.input = graph.add_value("image", DataType::u8, Shape(1, side, side, 3));
  ConvolutionAttributes first;
  first.kernel_height = first.kernel_width = 3;
  first.pool_height = first.pool_width = 2;
  first.epilogue = Epilogue::threshold;
  Node conv1{"conv1", Op::convolution, {graph.input}, kNone, first, {}};
  conv1.parameters = {{"weight", graph.add_tensor(random_bits("conv1.weight", Shape(5, 3, 3, 3), random))},
                      {"threshold", graph.add_tensor(thresholds("conv1.threshold", 5, 2000, random))},
                      {"flip", graph.add_tensor(flips("conv1.flip", 5, random))}};
  const ValueId bits = append(graph, conv1);

  ConvolutionAttributes second;
  second.kernel_height = second.kernel_width = 3;
  second.pad_top = second.pad_left = second.pad_bottom = second.pad_right = 1;
  second.padding = PaddingValue::one;
  Node conv2{"conv2", Op::convolution, {bits}, kNone, second, {}};
  conv2.parameters = {{"weight", graph.add_tensor(random_bits("conv2.weight", Shape(4, 3, 3, 5), random))}};
  graph.features = append(graph, conv2);
  const ValueId flat = append(graph, {"flatten", Op::reshape, {graph.features}, kNone, {}, {}});
  graph.descriptor = append(graph, {"normalize", Op::l2_normalize, {flat}, kNone, {}, {}});
  return contents;
}

}  // namespace bitplace::test
