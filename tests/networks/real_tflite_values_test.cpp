// Constants, names and ends of real-valued TFLite models, and what is refused.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "networks/real_tflite_model.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;

TEST_CASE("names of layers are the readable part of the tensor's path") {
  CHECK(real_layer_name("MobileNetV2/expanded_conv_1/project/batch_norm/FusedBatchNormV3;Other/x") ==
        "expanded_conv_1/project");
  CHECK(real_layer_name("mobilenetv2_1.00_224/Conv1_relu/Relu6;mobilenetv2_1.00_224/bn_Conv1") ==
        "Conv1_relu");
  CHECK(real_layer_name("net/add") == "add");
  CHECK(real_layer_name("StatefulPartitionedCall:0") == "StatefulPartitionedCall:0");
}

TEST_CASE("features are the last map that an output is computed from") {
  RealTfliteModel m;
  const std::int32_t map = m.add_convolution(3, kFusedRelu);
  m.add("AVERAGE_POOL_2D", {map}, {1, 1, 1, 4},
        {{"padding", kValid},
         {"stride_h", 1},
         {"stride_w", 1},
         {"filter_height", 9},
         {"filter_width", 8},
         {"fused_activation_function", 0}});
  m.add("RESHAPE", {m.last}, {1, 4});
  const std::int32_t classes = m.add("SOFTMAX", {m.last}, {1, 4});
  m.add_convolution(4);  // of no consequence
  m.model.operators.back().inputs[0] = map;
  m.model.outputs = {classes};
  const Result<ImportedTflite> network = import_real_tflite(m.model);
  REQUIRE(network.ok());
  CHECK(operations(network->graph) == std::vector<Op>{Op::convolution});
  CHECK(network->network.empty());
  CHECK_FALSE(network->scaling.has_value());
  REQUIRE(network->notes.size() == 2);
  CHECK_THAT(network->notes[0], Contains("does not say how pixels"));
  CHECK_THAT(network->notes[1], Contains("AVERAGE_POOL_2D, RESHAPE, SOFTMAX"));
}

TEST_CASE("the input's codes say how pixels are scaled") {
  for (const CheckpointType type : {CheckpointType::u8, CheckpointType::s8}) {
    RealTfliteModel m;
    m.add_convolution(3);
    TfliteTensor& input = m.tensor(m.model.inputs[0]);
    input.type = type;
    input.scale = {0.02f};
    input.zero_point = {type == CheckpointType::u8 ? 100 : -28};
    const Result<ImportedTflite> network = import_real_tflite(m.model);
    REQUIRE(network.ok());
    REQUIRE(network->scaling.has_value());
    // Pixel 150 is 0.02 * (150 - 100).
    CHECK((150.0 / 255.0 - network->scaling->mean) / network->scaling->deviation == Approx(1.0));
    m.tensor(m.model.inputs[0]).scale.clear();
    m.tensor(m.model.inputs[0]).zero_point.clear();
    CHECK_THAT(error_of(m), Contains("no positive scale"));
  }
}

TEST_CASE("dequantization is per channel, along the dimension that the file names") {
  TfliteTensor tensor{"w", CheckpointType::s8, {2, 1, 2}, {}, {0.5f, 2.0f}, {1, -1}, 0};
  for (const int code : {3, 5, -4, 7})
    tensor.data.push_back(static_cast<std::byte>(code));
  CHECK(to_f32(tensor) == std::vector<float>{1.0f, 2.0f, -6.0f, 16.0f});
  tensor.quantized_dimension = 2;
  CHECK(to_f32(tensor) == std::vector<float>{1.0f, 12.0f, -2.5f, 16.0f});
  tensor.scale = {0.25f};
  tensor.zero_point = {3};
  CHECK(to_f32(tensor) == std::vector<float>{0.0f, 0.5f, -1.75f, 1.0f});
  tensor.scale.clear();
  CHECK(to_f32(tensor) == std::vector<float>{3.0f, 5.0f, -4.0f, 7.0f});
}

TEST_CASE("quantized weights and a bias without its own scale are dequantized") {
  RealTfliteModel m;
  m.tensor(m.last).type = CheckpointType::s8;
  m.tensor(m.last).scale = {0.125f};
  m.tensor(m.last).zero_point = {0};
  const std::int32_t weight = m.constant({2, 1, 1, 3}, std::vector<std::int8_t>{1, 2, 3, -4, 5, -6});
  m.tensor(weight).scale = {0.5f, 0.25f};
  m.tensor(weight).zero_point = {0, 0};
  const std::int32_t bias = m.constant({2}, std::vector<std::int32_t>{16, -32});
  m.add("CONV_2D", {m.last, weight, bias}, {1, 9, 8, 2}, RealTfliteModel::window(kSame, 1));
  const Graph graph = imported(m);
  const float* weights = graph.parameter(graph.nodes[0], "weight")->as<float>();
  CHECK(std::vector<float>(weights, weights + 6) ==
        std::vector<float>{0.5f, 1.0f, 1.5f, -1.0f, 1.25f, -1.5f});
  const float* biases = graph.parameter(graph.nodes[0], "bias")->as<float>();
  CHECK(biases[0] == 1.0f);
  CHECK(biases[1] == -1.0f);
}

TEST_CASE("constants stored as f16 are read through their DEQUANTIZE") {
  RealTfliteModel m;
  const std::int32_t half = m.computed({4, 1, 1, 3}, CheckpointType::f16);
  for (int i = 0; i < 12; ++i) {
    m.tensor(half).data.push_back(std::byte{0});
    m.tensor(half).data.push_back(std::byte{0x38});  // 0.5
  }
  const std::int32_t image = m.last;
  const std::int32_t weight = m.add("DEQUANTIZE", {half}, {4, 1, 1, 3});
  m.add("CONV_2D", {image, weight, m.reals({4})}, {1, 9, 8, 4}, RealTfliteModel::window(kSame, 1));
  const Graph graph = imported(m);
  CHECK(graph.nodes.size() == 1);
  CHECK(graph.parameter(graph.nodes[0], "weight")->as<float>()[11] == 0.5f);
}

TEST_CASE("constants that many operators share do not multiply without bound") {
  RealTfliteModel shared;
  const std::int32_t image = shared.last, weight = shared.reals({600, 10, 10, 3});  // 0.7 MB
  std::vector<std::int32_t> maps;
  for (int i = 0; i < 150; ++i)
    maps.push_back(shared.add("CONV_2D", {image, weight}, {1, 9, 8, 600}, RealTfliteModel::window(kSame, 1)));
  TfliteOptions channels = RealTfliteModel::fused(kNoFusion);
  channels.emplace_back("axis", 3);
  shared.add("CONCATENATION", maps, {1, 9, 8, 90000}, channels);
  CHECK_THAT(error_of(shared), Contains("shared by too many operators"));
  RealTfliteModel doubled;
  for (int i = 0; i < 70; ++i) {
    TfliteOptions options = RealTfliteModel::fused(kNoFusion);
    options.emplace_back("axis", 3);
    doubled.add("CONCATENATION", {doubled.last, doubled.last}, {1, 9, 8, 3}, options);
  }
  CHECK_THAT(error_of(doubled), Contains("is too large"));
}

TEST_CASE("what a real-valued graph cannot express is refused with the operator's name") {
  RealTfliteModel unknown;
  unknown.add("RESIZE_BILINEAR", {unknown.last}, {1, 9, 8, 3});
  CHECK_THAT(error_of(unknown), Contains("operator 0 (RESIZE_BILINEAR)"));

  RealTfliteModel flattened;
  flattened.add_convolution(3);
  flattened.add("RESHAPE", {flattened.last}, {1, 1, 72, 4});
  CHECK_THAT(error_of(flattened), Contains("changes the shape of a map"));

  RealTfliteModel product;
  const std::int32_t a = product.add_convolution(3);
  const std::int32_t b = product.add_convolution(4);
  product.add("MUL", {a, b}, {1, 9, 8, 4}, RealTfliteModel::fused(kNoFusion));
  CHECK_THAT(error_of(product), Contains("multiplies two maps"));

  RealTfliteModel codes;
  const std::int32_t weight = codes.constant({1, 1, 1, 3}, std::vector<std::int8_t>{1, 2, 3});
  codes.add("CONV_2D", {codes.last, weight}, {1, 9, 8, 1}, RealTfliteModel::window(kSame, 1));
  CHECK_THAT(error_of(codes), Contains("without a scale"));

  RealTfliteModel vector;
  vector.add("MEAN", {vector.last, vector.constant({2}, std::vector<std::int32_t>{1, 2})}, {1, 3});
  CHECK_THAT(error_of(vector), Contains("no map of features"));

  RealTfliteModel nan;
  nan.add_convolution(3);
  const float bad = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(nan.tensor(1).data.data(), &bad, sizeof bad);
  CHECK_THAT(error_of(nan), Contains("a weight that is not finite"));

  RealTfliteModel large;
  large.add_convolution(3);
  const float huge = 3e38f;
  std::memcpy(large.tensor(1).data.data(), &huge, sizeof huge);
  large.add("MUL", {large.last, large.constant({1}, std::vector<float>{10.0f})}, {1, 9, 8, 4},
            RealTfliteModel::fused(kNoFusion));
  CHECK_THAT(error_of(large), Contains("beyond f32"));

  RealTfliteModel order;
  order.add_convolution(3);
  order.add_convolution(4);
  std::swap(order.model.operators[0], order.model.operators[1]);
  CHECK_THAT(error_of(order), Contains("before it is computed"));

  RealTfliteModel twice;
  twice.add_convolution(3);
  twice.model.operators.push_back(twice.model.operators[0]);
  CHECK(error_of(twice) == "no error");  // the first is of no consequence
}
