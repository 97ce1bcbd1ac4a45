// Operators of real-valued TFLite models: padding, ranges as activations, gates, folding, what is refused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "networks/evaluated_values.h"
#include "networks/import_tflite.h"
#include "networks/real_tflite_importer.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t kNoFusion = 0, kFusedRelu = 1, kFusedRelu6 = 3, kSame = 0, kValid = 1;

// A model under construction: a 9x8 image, then what a test adds.
class Model {
 public:
  Model() {
    last = computed({1, 9, 8, 3});
    model.inputs = {last};
  }

  std::int32_t computed(std::vector<std::int64_t> shape, CheckpointType type = CheckpointType::f32) {
    TfliteTensor tensor;
    tensor.name = "net/layer" + std::to_string(model.tensors.size());
    tensor.type = type;
    tensor.shape = std::move(shape);
    model.tensors.push_back(tensor);
    return static_cast<std::int32_t>(model.tensors.size() - 1);
  }
  template <typename T>
  std::int32_t constant(std::vector<std::int64_t> shape, const std::vector<T>& values) {
    const CheckpointType type = std::is_same_v<T, float>         ? CheckpointType::f32
                                : std::is_same_v<T, std::int8_t> ? CheckpointType::s8
                                                                 : CheckpointType::s32;
    const std::int32_t index = computed(std::move(shape), type);
    model.tensors.back().data.resize(values.size() * sizeof(T));
    std::memcpy(model.tensors.back().data.data(), values.data(), values.size() * sizeof(T));
    return index;
  }
  std::int32_t reals(std::vector<std::int64_t> shape, float low = -1.0f, float high = 1.0f) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
      count *= extent;
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values)
      value = random.real(low, high);
    return constant(std::move(shape), values);
  }
  TfliteTensor& tensor(std::int32_t index) { return model.tensors[static_cast<std::size_t>(index)]; }

  std::int32_t add(const std::string& name, std::vector<std::int32_t> inputs, std::vector<std::int64_t> shape,
                   TfliteOptions options = {}) {
    last = computed(std::move(shape));
    model.operators.push_back({name, std::move(inputs), {last}, std::move(options)});
    model.outputs = {last};
    return last;
  }

  static TfliteOptions window(std::int64_t padding, std::int64_t stride, std::int64_t fused = kNoFusion) {
    return {{"padding", padding},     {"stride_w", stride},
            {"stride_h", stride},     {"fused_activation_function", fused},
            {"dilation_w_factor", 1}, {"dilation_h_factor", 1}};
  }
  static TfliteOptions pool(std::int64_t padding, std::int64_t size, std::int64_t stride) {
    TfliteOptions options = window(padding, stride);
    options.emplace_back("filter_height", size);
    options.emplace_back("filter_width", size);
    return options;
  }
  static TfliteOptions fused(std::int64_t activation) { return {{"fused_activation_function", activation}}; }

  // A 3x3 convolution of `channels` to 4 outputs that keeps the map.
  std::int32_t add_convolution(std::int64_t channels, std::int64_t fused_activation = kNoFusion) {
    const std::int32_t weight = reals({4, 3, 3, channels}), bias = reals({4});
    return add("CONV_2D", {last, weight, bias}, {1, 9, 8, 4}, window(kSame, 1, fused_activation));
  }

  Random random;
  TfliteModel model;
  std::int32_t last = 0;
};

Graph imported(const Model& m) {
  Result<ImportedTflite> result = import_real_tflite(m.model);
  if (!result.ok()) FAIL(result.error().message());
  return std::move(result->graph);
}

std::string error_of(const Model& m) {
  const Result<ImportedTflite> result = import_real_tflite(m.model);
  return result.ok() ? "no error" : result.error().message();
}

Numbers random_image(Random& random) {
  Numbers image(9 * 8 * 3);
  for (double& value : image)
    value = double{random.real(-1.0f, 1.0f)};
  return image;
}

Numbers features_of(const Graph& graph, const Numbers& image) {
  return evaluate_real(graph, image)[static_cast<std::size_t>(graph.features)];
}

const ConvolutionAttributes& convolution(const Graph& graph, std::size_t node) {
  return std::get<ConvolutionAttributes>(graph.nodes.at(node).attributes);
}

std::vector<Op> operations(const Graph& graph) {
  std::vector<Op> ops;
  for (const Node& node : graph.nodes)
    ops.push_back(node.op);
  return ops;
}

bool are_close(const Numbers& a, const Numbers& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= 1e-5 * std::max(1.0, std::abs(b[i])))) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("names of layers are the readable part of the tensor's path") {
  CHECK(real_layer_name("MobileNetV2/expanded_conv_1/project/batch_norm/FusedBatchNormV3;Other/x") ==
        "expanded_conv_1/project");
  CHECK(real_layer_name("mobilenetv2_1.00_224/Conv1_relu/Relu6;mobilenetv2_1.00_224/bn_Conv1") ==
        "Conv1_relu");
  CHECK(real_layer_name("net/add") == "add");
  CHECK(real_layer_name("StatefulPartitionedCall:0") == "StatefulPartitionedCall:0");
}

TEST_CASE("features are the last map that an output is computed from") {
  Model m;
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
    Model m;
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
  Model m;
  m.tensor(m.last).type = CheckpointType::s8;
  m.tensor(m.last).scale = {0.125f};
  m.tensor(m.last).zero_point = {0};
  const std::int32_t weight = m.constant({2, 1, 1, 3}, std::vector<std::int8_t>{1, 2, 3, -4, 5, -6});
  m.tensor(weight).scale = {0.5f, 0.25f};
  m.tensor(weight).zero_point = {0, 0};
  const std::int32_t bias = m.constant({2}, std::vector<std::int32_t>{16, -32});
  m.add("CONV_2D", {m.last, weight, bias}, {1, 9, 8, 2}, Model::window(kSame, 1));
  const Graph graph = imported(m);
  const float* weights = graph.parameter(graph.nodes[0], "weight")->as<float>();
  CHECK(std::vector<float>(weights, weights + 6) ==
        std::vector<float>{0.5f, 1.0f, 1.5f, -1.0f, 1.25f, -1.5f});
  const float* biases = graph.parameter(graph.nodes[0], "bias")->as<float>();
  CHECK(biases[0] == 1.0f);
  CHECK(biases[1] == -1.0f);
}

TEST_CASE("a range of codes that does an activation's work becomes that activation") {
  const auto clamp_of = [](float scale, std::int64_t zero_point, std::int64_t fused_activation,
                           CheckpointType type) {
    Model m;
    m.add_convolution(3, fused_activation);
    m.tensor(m.last).type = type;
    m.tensor(m.last).scale = {scale};
    m.tensor(m.last).zero_point = {zero_point};
    const ConvolutionAttributes a = convolution(imported(m), 0);
    return std::pair(a.output_low, a.output_high);
  };
  const float infinity = std::numeric_limits<float>::infinity();
  const auto s8 = CheckpointType::s8, u8 = CheckpointType::u8;
  CHECK(clamp_of(6.0f / 255.0f, -128, kNoFusion, s8) == std::pair(0.0f, 6.0f));
  CHECK(clamp_of(6.0f / 255.0f, 0, kNoFusion, u8) == std::pair(0.0f, 6.0f));
  CHECK(clamp_of(5.0f / 255.0f, -128, kNoFusion, s8) == std::pair(0.0f, infinity));
  CHECK(clamp_of(6.0f / 255.0f, -127, kNoFusion, s8) == std::pair(-infinity, infinity));
  CHECK(clamp_of(6.0f / 255.0f, 0, kNoFusion, s8) == std::pair(-infinity, infinity));
  CHECK(clamp_of(0.1f, 3, kFusedRelu6, s8) == std::pair(0.0f, 6.0f));
  CHECK(clamp_of(6.0f / 255.0f, -128, kFusedRelu, s8) == std::pair(0.0f, infinity));
}

TEST_CASE("depthwise filters are transposed, with and without a multiplier") {
  for (const std::int64_t multiplier : {1, 2}) {
    Model m;
    const std::int64_t filters = 3 * multiplier;
    const std::int32_t weight = m.reals({1, 2, 2, filters}), bias = m.reals({filters});
    TfliteOptions options = Model::window(kValid, 2);
    options.emplace_back("depth_multiplier", multiplier);
    options[4].second = 3;  // dilation of columns
    m.add("DEPTHWISE_CONV_2D", {m.last, weight, bias}, {1, 4, 3, filters}, options);
    const Graph graph = imported(m);
    CHECK(convolution(graph, 0).groups == 3);
    CHECK(convolution(graph, 0).dilation_width == 3);
    const Numbers image = random_image(m.random);
    const Numbers result = features_of(graph, image);
    const auto* w = reinterpret_cast<const float*>(m.tensor(weight).data.data());
    const auto* b = reinterpret_cast<const float*>(m.tensor(bias).data.data());
    Numbers expected;
    for (std::int64_t y = 0; y < 4; ++y) {
      for (std::int64_t x = 0; x < 3; ++x) {
        for (std::int64_t o = 0; o < filters; ++o) {
          double sum = double{b[o]};
          for (std::int64_t tap = 0; tap < 4; ++tap) {
            const std::int64_t row = 2 * y + tap / 2, column = 2 * x + tap % 2 * 3;
            sum += image[static_cast<std::size_t>((row * 8 + column) * 3 + o / multiplier)] *
                   double{w[tap * filters + o]};
          }
          expected.push_back(sum);
        }
      }
    }
    CHECK(are_close(result, expected));
    m.model.operators.back().options.back().second = 5;
    CHECK_THAT(error_of(m), Contains("does not fit the input channels"));
  }
}

TEST_CASE("explicit padding becomes that of the layer behind it") {
  Model m;
  const std::int32_t amounts = m.constant({4, 2}, std::vector<std::int32_t>{0, 0, 1, 2, 0, 3, 0, 0});
  m.add("PAD", {m.last, amounts}, {1, 12, 11, 3});
  const std::int32_t weight = m.reals({4, 3, 3, 3});
  m.add("CONV_2D", {m.last, weight, m.reals({4})}, {1, 5, 5, 4}, Model::window(kValid, 2, kFusedRelu));
  const std::int32_t map = m.last;
  m.add("PAD", {map, amounts}, {1, 8, 8, 4});
  m.add("MAX_POOL_2D", {m.last}, {1, 2, 2, 4}, Model::pool(kValid, 4, 3));
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution, Op::max_pool});
  const ConvolutionAttributes& a = convolution(graph, 0);
  CHECK(std::vector{a.pad_top, a.pad_bottom, a.pad_left, a.pad_right} == std::vector{1, 2, 0, 3});
  CHECK(a.padding == PaddingValue::zero);
  const auto& pool = std::get<MaxPoolAttributes>(graph.nodes[1].attributes);
  CHECK(std::vector{pool.pad_top, pool.pad_bottom, pool.pad_left, pool.pad_right} == std::vector{1, 2, 0, 3});

  Model average = m;
  average.model.operators[3].name = "AVERAGE_POOL_2D";
  CHECK(std::get<AveragePoolAttributes>(imported(average).nodes[1].attributes).count_padding == 1);
  Model channels = m;
  const std::int32_t wrong = channels.constant({4, 2}, std::vector<std::int32_t>{0, 0, 1, 2, 0, 3, 1, 0});
  channels.model.operators[0].inputs[1] = wrong;
  CHECK_THAT(error_of(channels), Contains("rows and columns"));
}

// Padding of the pool's own would never win, so zeros that might must be there.
TEST_CASE("explicit padding that no layer can take upon itself is a layer") {
  for (const char* kind : {"MAX_POOL_2D", "AVERAGE_POOL_2D"}) {
    Model m;
    const std::int32_t map = m.add_convolution(3);
    const std::int32_t amounts = m.constant({4, 2}, std::vector<std::int32_t>{0, 0, 1, 2, 0, 3, 0, 0});
    m.add("PAD", {map, amounts}, {1, 12, 11, 4});
    const std::int64_t padding = *kind == 'M' ? kValid : kSame;
    m.add(kind, {m.last}, {1, 5, 5, 4}, Model::pool(padding, 3, 2));
    const Graph graph = imported(m);
    CHECK(operations(graph).size() == 3);
    const Numbers image = random_image(m.random);
    const std::vector<Numbers> values = evaluate_real(graph, image);
    const Numbers& inside = values[static_cast<std::size_t>(graph.nodes[0].output)];
    const Numbers& padded = values[static_cast<std::size_t>(graph.nodes[1].output)];
    REQUIRE(graph.values[static_cast<std::size_t>(graph.nodes[1].output)].shape == Shape(1, 12, 11, 4));
    for (std::int64_t i = 0; i < 12 * 11 * 4; ++i) {
      const std::int64_t row = i / 44 - 1, column = i / 4 % 11;
      const bool in = row >= 0 && row < 9 && column < 8;
      const double expected = in ? inside[static_cast<std::size_t>((row * 8 + column) * 4 + i % 4)] : 0.0;
      REQUIRE(padded[static_cast<std::size_t>(i)] == expected);
    }
    const auto* a = std::get_if<AveragePoolAttributes>(&graph.nodes[2].attributes);
    CHECK((a == nullptr || a->count_padding == 0));
  }
}

TEST_CASE("a dilated convolution that was taken apart is one again") {
  // 9 rows, dilation 2: 2 rows of zeros on either side, and one below so that 2 divides them, cut off again.
  Model m;
  const std::int32_t image = m.last;
  const std::int32_t blocks = m.constant({2}, std::vector<std::int32_t>{2, 3});
  const std::int32_t added = m.constant({2, 2}, std::vector<std::int32_t>{2, 3, 3, 4});
  const std::int32_t cut = m.constant({2, 2}, std::vector<std::int32_t>{0, 1, 0, 1});
  m.add("SPACE_TO_BATCH_ND", {image, blocks, added}, {6, 7, 5, 3});
  const std::int32_t weight = m.reals({4, 3, 3, 3}), bias = m.reals({4});
  m.add("CONV_2D", {m.last, weight, bias}, {6, 5, 3, 4}, Model::window(kValid, 1));
  m.add("BATCH_TO_SPACE_ND", {m.last, blocks, cut}, {1, 9, 8, 4});
  m.add("MUL", {m.last, m.reals({4})}, {1, 9, 8, 4}, Model::fused(kFusedRelu));
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution});
  const ConvolutionAttributes& a = convolution(graph, 0);
  CHECK(std::pair(a.dilation_height, a.dilation_width) == std::pair(2, 3));
  CHECK(std::vector{a.pad_top, a.pad_bottom, a.pad_left, a.pad_right} == std::vector{2, 2, 3, 3});
  CHECK(graph.values[static_cast<std::size_t>(graph.features)].shape == Shape(1, 9, 8, 4));
  CHECK(a.output_low == 0.0f);

  Model strided = m;
  strided.model.operators[1].options = Model::window(kValid, 2);
  CHECK_THAT(error_of(strided), Contains("inside of blocks"));
  Model other = m;
  other.model.operators[2].inputs[1] = other.constant({2}, std::vector<std::int32_t>{3, 2});
  CHECK_THAT(error_of(other), Contains("not those of the convolution's input"));
  Model deep = m;
  deep.model.operators[2].inputs[2] = deep.constant({2, 2}, std::vector<std::int32_t>{3, 1, 0, 1});
  CHECK_THAT(error_of(deep), Contains("more is cut off"));
  Model open = m;
  open.model.operators.erase(open.model.operators.begin() + 2);
  open.model.operators[2].inputs[0] = open.model.operators[1].outputs[0];
  CHECK_THAT(error_of(open), Contains("not put together"));
  Model plain = m;
  plain.model.operators.erase(plain.model.operators.begin());
  plain.model.operators[0].inputs[0] = image;
  CHECK_THAT(error_of(plain), Contains("what no convolution wrote"));
  Model pooled = m;
  pooled.model.operators[1] = {"MAX_POOL_2D",
                               {pooled.model.operators[0].outputs[0]},
                               pooled.model.operators[1].outputs,
                               Model::pool(kValid, 2, 1)};
  CHECK_THAT(error_of(pooled), Contains("dealt out in blocks"));
}

TEST_CASE("factors and offsets behind a convolution become its own") {
  Model m;
  const std::int32_t map = m.add_convolution(3);
  const std::int32_t factor = m.reals({4}), offset = m.reals({1, 1, 1, 4});
  m.add("MUL", {m.last, factor}, {1, 9, 8, 4}, Model::fused(kNoFusion));
  m.add("ADD", {offset, m.last}, {1, 9, 8, 4}, Model::fused(kNoFusion));
  m.add("RELU6", {m.last}, {1, 9, 8, 4});
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution});
  Model shared = m;
  shared.add("ADD", {map, m.last}, {1, 9, 8, 4}, Model::fused(kNoFusion));
  CHECK(operations(imported(shared)) == std::vector<Op>{Op::convolution, Op::convolution, Op::add});
  CHECK(convolution(imported(shared), 1).groups == 4);
  CHECK(convolution(imported(shared), 1).output_high == 6.0f);
  const Numbers image = random_image(m.random);
  const Numbers folded = features_of(graph, image);
  Model plain;
  plain.model = m.model;
  plain.model.operators.resize(1);
  plain.model.outputs = {map};
  Numbers expected = features_of(imported(plain), image);
  const auto* f = reinterpret_cast<const float*>(m.tensor(factor).data.data());
  const auto* o = reinterpret_cast<const float*>(m.tensor(offset).data.data());
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = std::clamp(expected[i] * double{f[i % 4]} + double{o[i % 4]}, 0.0, 6.0);
  CHECK(are_close(folded, expected));
}

TEST_CASE("a squeeze-and-excitation block scales the map's channels") {
  Model m;
  const std::int32_t map = m.add_convolution(3);
  const std::int32_t gate = m.add("LOGISTIC", {map}, {1, 9, 8, 4});
  const std::int32_t silu = m.add("MUL", {gate, map}, {1, 9, 8, 4}, Model::fused(kNoFusion));
  const std::int32_t axes = m.constant({2}, std::vector<std::int32_t>{1, -2});
  m.add("MEAN", {silu, axes}, {1, 4}, {{"keep_dims", 0}});
  TfliteOptions matrix = Model::fused(kFusedRelu);
  matrix.emplace_back("weights_format", 0);
  matrix.emplace_back("keep_num_dims", 0);
  m.add("FULLY_CONNECTED", {m.last, m.reals({4, 4}), m.reals({4})}, {1, 4}, matrix);
  const std::int32_t vector = m.last;
  const std::int32_t shape = m.add("SHAPE", {vector}, {4});  // what it says, the output's shape says too
  m.add("RESHAPE", {vector, shape}, {1, 1, 1, 4});
  m.add("LOGISTIC", {m.last}, {1, 1, 1, 4});
  m.add("MUL", {m.last, silu}, {1, 9, 8, 4}, Model::fused(kNoFusion));
  m.add("HARD_SWISH", {m.last}, {1, 9, 8, 4});
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution, Op::activation, Op::average_pool,
                                             Op::convolution, Op::activation, Op::multiply_channels,
                                             Op::activation});
  CHECK(std::get<ActivationAttributes>(graph.nodes[1].attributes).kind == ActivationKind::silu);
  CHECK(std::get<AveragePoolAttributes>(graph.nodes[2].attributes).window_height == 9);
  CHECK(graph.nodes[5].inputs[1] == graph.nodes[4].output);
  for (const double value : features_of(graph, random_image(m.random)))
    REQUIRE(std::isfinite(value));
  // Behind another size the mean still covers the whole map.
  const Result<ImportedTflite> larger = import_real_tflite(m.model, {31, 17});
  REQUIRE(larger.ok());
  CHECK(std::get<AveragePoolAttributes>(larger->graph.nodes[2].attributes).window_width == 17);
}

TEST_CASE("a clamp behind a layer that others read stays a layer of its own") {
  Model m;
  const std::int32_t map = m.add_convolution(3);
  const std::int32_t positive = m.add("RELU", {map}, {1, 9, 8, 4});
  m.add("ADD", {map, positive}, {1, 9, 8, 4}, Model::fused(kFusedRelu6));
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution, Op::activation, Op::add});
  CHECK(std::get<AddAttributes>(graph.nodes[2].attributes).high == 6.0f);

  Model alone;
  alone.add_convolution(3);
  alone.add("RELU", {alone.last}, {1, 9, 8, 4});
  CHECK(operations(imported(alone)) == std::vector<Op>{Op::convolution});
  CHECK(convolution(imported(alone), 0).output_low == 0.0f);
}

TEST_CASE("constants stored as f16 are read through their DEQUANTIZE") {
  Model m;
  const std::int32_t half = m.computed({4, 1, 1, 3}, CheckpointType::f16);
  for (int i = 0; i < 12; ++i) {
    m.tensor(half).data.push_back(std::byte{0});
    m.tensor(half).data.push_back(std::byte{0x38});  // 0.5
  }
  const std::int32_t image = m.last;
  const std::int32_t weight = m.add("DEQUANTIZE", {half}, {4, 1, 1, 3});
  m.add("CONV_2D", {image, weight, m.reals({4})}, {1, 9, 8, 4}, Model::window(kSame, 1));
  const Graph graph = imported(m);
  CHECK(graph.nodes.size() == 1);
  CHECK(graph.parameter(graph.nodes[0], "weight")->as<float>()[11] == 0.5f);
}

TEST_CASE("maps are joined along their channels") {
  Model m;
  const std::int32_t image = m.last;
  const std::int32_t a = m.add_convolution(3);
  m.last = image;
  const std::int32_t b = m.add_convolution(3, kFusedRelu);
  TfliteOptions options = Model::fused(kNoFusion);
  options.emplace_back("axis", 3);
  m.add("CONCATENATION", {a, b, image}, {1, 9, 8, 11}, options);
  const Graph graph = imported(m);
  CHECK(operations(graph) ==
        std::vector<Op>{Op::convolution, Op::convolution, Op::concatenate, Op::concatenate});
  const Numbers pixels = random_image(m.random);
  const std::vector<Numbers> values = evaluate_real(graph, pixels);
  const Numbers& joined = values[static_cast<std::size_t>(graph.features)];
  CHECK(joined[11 * 20 + 10] == pixels[3 * 20 + 2]);
  CHECK(joined[11 * 20 + 5] == values[static_cast<std::size_t>(graph.nodes[1].output)][4 * 20 + 1]);
  m.model.operators.back().options.back().second = 1;
  CHECK_THAT(error_of(m), Contains("another axis"));
}

TEST_CASE("constants that many operators share do not multiply without bound") {
  Model shared;
  const std::int32_t image = shared.last, weight = shared.reals({600, 10, 10, 3});  // 0.7 MB
  std::vector<std::int32_t> maps;
  for (int i = 0; i < 150; ++i)
    maps.push_back(shared.add("CONV_2D", {image, weight}, {1, 9, 8, 600}, Model::window(kSame, 1)));
  TfliteOptions channels = Model::fused(kNoFusion);
  channels.emplace_back("axis", 3);
  shared.add("CONCATENATION", maps, {1, 9, 8, 90000}, channels);
  CHECK_THAT(error_of(shared), Contains("shared by too many operators"));
  Model doubled;
  for (int i = 0; i < 70; ++i) {
    TfliteOptions options = Model::fused(kNoFusion);
    options.emplace_back("axis", 3);
    doubled.add("CONCATENATION", {doubled.last, doubled.last}, {1, 9, 8, 3}, options);
  }
  CHECK_THAT(error_of(doubled), Contains("is too large"));
}

TEST_CASE("what a real-valued graph cannot express is refused with the operator's name") {
  Model unknown;
  unknown.add("RESIZE_BILINEAR", {unknown.last}, {1, 9, 8, 3});
  CHECK_THAT(error_of(unknown), Contains("operator 0 (RESIZE_BILINEAR)"));

  Model flattened;
  flattened.add_convolution(3);
  flattened.add("RESHAPE", {flattened.last}, {1, 1, 72, 4});
  CHECK_THAT(error_of(flattened), Contains("changes the shape of a map"));

  Model product;
  const std::int32_t a = product.add_convolution(3);
  const std::int32_t b = product.add_convolution(4);
  product.add("MUL", {a, b}, {1, 9, 8, 4}, Model::fused(kNoFusion));
  CHECK_THAT(error_of(product), Contains("multiplies two maps"));

  Model codes;
  const std::int32_t weight = codes.constant({1, 1, 1, 3}, std::vector<std::int8_t>{1, 2, 3});
  codes.add("CONV_2D", {codes.last, weight}, {1, 9, 8, 1}, Model::window(kSame, 1));
  CHECK_THAT(error_of(codes), Contains("without a scale"));

  Model vector;
  vector.add("MEAN", {vector.last, vector.constant({2}, std::vector<std::int32_t>{1, 2})}, {1, 3});
  CHECK_THAT(error_of(vector), Contains("no map of features"));

  Model nan;
  nan.add_convolution(3);
  const float bad = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(nan.tensor(1).data.data(), &bad, sizeof bad);
  CHECK_THAT(error_of(nan), Contains("a weight that is not finite"));

  Model large;
  large.add_convolution(3);
  const float huge = 3e38f;
  std::memcpy(large.tensor(1).data.data(), &huge, sizeof huge);
  large.add("MUL", {large.last, large.constant({1}, std::vector<float>{10.0f})}, {1, 9, 8, 4},
            Model::fused(kNoFusion));
  CHECK_THAT(error_of(large), Contains("beyond f32"));

  Model order;
  order.add_convolution(3);
  order.add_convolution(4);
  std::swap(order.model.operators[0], order.model.operators[1]);
  CHECK_THAT(error_of(order), Contains("before it is computed"));

  Model twice;
  twice.add_convolution(3);
  twice.model.operators.push_back(twice.model.operators[0]);
  CHECK(error_of(twice) == "no error");  // the first is of no consequence
}
