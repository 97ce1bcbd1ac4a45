#include "networks/build_binary_network.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>

#include "lowering/lower.h"
#include "networks/load_network.h"

using namespace bitplace;

namespace {

CheckpointTensor& tensor_named(TensorCheckpoint& checkpoint, const std::string& name) {
  for (CheckpointTensor& tensor : checkpoint.tensors) {
    if (tensor.name == name) return tensor;
  }
  FAIL("no tensor " << name);
  return checkpoint.tensors[0];
}

void set_element(CheckpointTensor& tensor, std::size_t index, float value) {
  std::memcpy(tensor.data.data() + index * sizeof value, &value, sizeof value);
}

Result<BuiltNetwork> build(const TensorCheckpoint& checkpoint, const char* network = "floppynet") {
  return build_binary_network(*find_binary_network(network), checkpoint, kTorchBatchNormEpsilon);
}

std::string error_of(const TensorCheckpoint& checkpoint, const char* network = "floppynet") {
  const Result<BuiltNetwork> built = build(checkpoint, network);
  return built.ok() ? "" : built.error().message();
}

TensorCheckpoint parameters(const char* network = "floppynet") {
  return random_parameters(*find_binary_network(network), 1);
}

bool weight_bit(const Tensor& weight, std::int64_t filter, std::int64_t index) {
  const std::size_t row_bytes = weight.data.size() / static_cast<std::size_t>(weight.shape[0]);
  const std::byte byte =
      weight.data[static_cast<std::size_t>(filter) * row_bytes + static_cast<std::size_t>(index / 8)];
  return (std::to_integer<int>(byte) >> (index % 8) & 1) != 0;
}

CheckpointTensor empty_tensor(const std::string& name, CheckpointType type = CheckpointType::f32) {
  return {name, type, {}, std::vector<std::byte>(checkpoint_type_bytes(type))};
}

}  // namespace

TEST_CASE("all binary networks are built from their parameters, recognised and lowered") {
  for (const BinaryNetwork& network : binary_networks()) {
    INFO(network.name);
    const TensorCheckpoint checkpoint = parameters(network.name);
    const Result<BuiltNetwork> built = build(checkpoint, network.name);
    REQUIRE(built.ok());
    CHECK(recognise_network(built->graph) == network.name);
    const Result<Graph> lowered = lower(built->graph, {});
    REQUIRE(lowered.ok());
    CHECK(lowered->nodes.size() == network.layers.size() + 2);
    CHECK(lowered->values[static_cast<std::size_t>(lowered->features)].shape == Shape(1, 6, 6, 256));
  }
}

TEST_CASE("latent weights become -1 below zero and +1 elsewhere, in NHWC order") {
  TensorCheckpoint checkpoint = parameters();
  CheckpointTensor& weight = tensor_named(checkpoint, "conv2.weight");  // [256, 96, 5, 5]
  std::vector<float> values(256 * 96 * 25, 0.25f);
  values[0] = -0.0f;                            // filter 0, channel 0, tap 0: +1
  values[3 * 96 * 25 + 7 * 25 + 11] = -1e-30f;  // filter 3, channel 7, tap 11: -1
  std::memcpy(weight.data.data(), values.data(), weight.data.size());
  const Result<BuiltNetwork> built = build(checkpoint);
  REQUIRE(built.ok());
  for (const Node& node : built->graph.nodes) {
    if (node.name != "conv2") continue;
    const Tensor& packed = *built->graph.parameter(node, "weight");
    CHECK(packed.shape == Shape(256, 5, 5, 96));
    for (std::int64_t filter : {0, 3}) {
      for (std::int64_t k = 0; k < 96 * 25; ++k)
        REQUIRE(weight_bit(packed, filter, k) == (filter == 3 && k == 11 * 96 + 7));
    }
  }
}

TEST_CASE("missing parameters are named") {
  TensorCheckpoint checkpoint = parameters();
  std::erase_if(checkpoint.tensors, [](const CheckpointTensor& tensor) {
    return tensor.name == "conv2.weight" || tensor.name == "conv5_bn.running_var";
  });
  const std::string error = error_of(checkpoint);
  CHECK(error.find("missing conv2.weight, conv5_bn.running_var") != std::string::npos);
}

TEST_CASE("surplus parameters are named, those behind the convolutions are ignored and said") {
  TensorCheckpoint checkpoint = parameters();
  for (const char* name : {"fc6.weight", "fc6.bias", "pool5_bn.running_mean", "fc8.weight"})
    checkpoint.tensors.push_back(empty_tensor(name));
  checkpoint.tensors.push_back(empty_tensor("conv2_bn.num_batches_tracked", CheckpointType::s64));
  const Result<BuiltNetwork> built = build(checkpoint);
  REQUIRE(built.ok());
  REQUIRE(built->notes.size() == 1);
  CHECK(built->notes[0].find("fc6.weight, fc6.bias, pool5_bn.running_mean, fc8.weight") != std::string::npos);
  CHECK(built->notes[0].find("num_batches_tracked") == std::string::npos);

  checkpoint.tensors.push_back(empty_tensor("conv9.weight"));
  CHECK(error_of(checkpoint).find("no part of floppynet: conv9.weight") != std::string::npos);
}

TEST_CASE("a tensor of another shape or type is refused by name") {
  TensorCheckpoint checkpoint = parameters();
  tensor_named(checkpoint, "conv5.weight").shape = {256, 256, 9};
  CHECK(error_of(checkpoint).find("'conv5.weight': has shape [256, 256, 9], expected [256, 256, 3, 3]") !=
        std::string::npos);
  checkpoint = parameters();
  tensor_named(checkpoint, "conv2_bn.bias").type = CheckpointType::s32;
  CHECK(error_of(checkpoint).find("'conv2_bn.bias': holds s32") != std::string::npos);
}

TEST_CASE("weights and statistics that are not finite are refused by name") {
  for (const char* name :
       {"conv1.weight", "conv2_bn.running_mean", "conv5_bn.running_var", "conv5_bn.weight"}) {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      TensorCheckpoint checkpoint = parameters();
      set_element(tensor_named(checkpoint, name), 5, bad);
      CHECK(error_of(checkpoint).find("'" + std::string(name) + "': element 5 is not finite") !=
            std::string::npos);
    }
  }
}

TEST_CASE("a variance below zero is refused, and so is one of zero without an epsilon") {
  TensorCheckpoint checkpoint = parameters();
  set_element(tensor_named(checkpoint, "conv5_bn.running_var"), 2, -0.5f);
  CHECK(error_of(checkpoint).find("'conv5_bn.running_var': element 2 is no variance") != std::string::npos);
  set_element(tensor_named(checkpoint, "conv5_bn.running_var"), 2, 0.0f);
  CHECK(error_of(checkpoint).empty());
  CHECK_FALSE(build_binary_network(*find_binary_network("floppynet"), checkpoint, 0.0).ok());
}

TEST_CASE("networks are recognised by their parameters' names") {
  CHECK(recognise_binary_network(parameters()) == find_binary_network("floppynet"));
  CHECK(recognise_binary_network(parameters("binarynet")) == find_binary_network("binarynet"));
  TensorCheckpoint shallow = parameters("shallownet");
  shallow.tensors.push_back(empty_tensor("fc6.weight"));
  shallow.tensors.back().shape = {4096, 9216};
  CHECK(recognise_binary_network(shallow) == find_binary_network("shallownet"));
  CHECK(recognise_binary_network(TensorCheckpoint{}) == nullptr);
}

TEST_CASE("a wrapper's prefix is taken off and said") {
  TensorCheckpoint checkpoint = parameters();
  for (CheckpointTensor& tensor : checkpoint.tensors)
    tensor.name = "module.model." + tensor.name;
  const Result<BuiltNetwork> built = build(checkpoint);
  REQUIRE(built.ok());
  CHECK(built->notes[0].find("'module.model.'") != std::string::npos);
}

TEST_CASE("checkpoints are loaded with the default epsilon, or the given one") {
  Checkpoint checkpoint{"net.pt", "LibTorch archive", 0, {}, parameters()};
  const Result<LoadedNetwork> plain = load_network(checkpoint, {});
  REQUIRE(plain.ok());
  CHECK(plain->name == "floppynet");
  CHECK(plain->epsilon == 1e-5);
  NetworkOptions options;
  options.network = "shallownet";
  options.epsilon = 1e-3;
  const Result<LoadedNetwork> keras = load_network(checkpoint, options);
  REQUIRE(keras.ok());
  CHECK(keras->name == "shallownet");
  CHECK(keras->epsilon == 1e-3);
  options = {};
  options.network = "binarynet";
  const Result<LoadedNetwork> wrong = load_network(checkpoint, options);
  REQUIRE_FALSE(wrong.ok());
  CHECK(std::string(wrong.error().message()).starts_with("net.pt: parameters: missing conv3"));
}

TEST_CASE("random parameters follow from their seed alone") {
  const TensorCheckpoint a = parameters(), b = parameters();
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (std::size_t i = 0; i < a.tensors.size(); ++i)
    CHECK(a.tensors[i].data == b.tensors[i].data);
  const TensorCheckpoint other = random_parameters(*find_binary_network("floppynet"), 2);
  CHECK(other.tensors[0].data != a.tensors[0].data);
}
