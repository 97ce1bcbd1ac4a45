// Operators of Larq models that the published FloppyNet does not have: other padding, fused factors, bits in
// and out, strides, groups.
#include <catch2/catch.hpp>
#include <cstring>

#include "lowering/evaluate.h"
#include "lowering/lower.h"
#include "networks/import_tflite.h"
#include "support/random.h"

using namespace bitplace;

namespace {

constexpr std::int32_t kAbsent = -1;

// A model under construction: a 12x11 image, a first layer of 64 channels with a sign, then what a test adds.
class Model {
 public:
  Model() {
    last = computed("image", {1, 12, 11, 3}, CheckpointType::f32);
    model.inputs = {last};
    std::vector<float> weights(64 * 3 * 3 * 3);
    for (float& weight : weights)
      weight = random.bits() % 2 == 0 ? 1.0f : -1.0f;
    const std::int32_t filter = constant("w1", {64, 3, 3, 3}, weights);
    add("CONV_2D", {last, filter, constant("b1", {64}, std::vector<float>(64))}, {1, 10, 9, 64},
        {{"padding", 1},
         {"stride_w", 1},
         {"stride_h", 1},
         {"fused_activation_function", 0},
         {"dilation_w_factor", 1},
         {"dilation_h_factor", 1}});
    add("MUL", {last, constant("m", {64}, reals(64, -1.0f, 1.0f))}, {1, 10, 9, 64}, kNoActivation);
    add("ADD", {last, constant("a", {64}, reals(64, -1.0f, 1.0f))}, {1, 10, 9, 64}, kNoActivation);
    add("LceQuantize", {last}, {1, 10, 9, 2}, {}, CheckpointType::s32);
  }

  std::int32_t computed(const std::string& name, std::vector<std::int64_t> shape, CheckpointType type) {
    TfliteTensor tensor;
    tensor.name = name;
    tensor.type = type;
    tensor.shape = std::move(shape);
    model.tensors.push_back(tensor);
    return static_cast<std::int32_t>(model.tensors.size() - 1);
  }

  template <typename T>
  std::int32_t constant(const std::string& name, std::vector<std::int64_t> shape,
                        const std::vector<T>& values) {
    const bool is_float = std::is_same_v<T, float>;
    const std::int32_t index =
        computed(name, std::move(shape), is_float ? CheckpointType::f32 : CheckpointType::s32);
    std::vector<std::byte>& data = model.tensors.back().data;
    data.resize(values.size() * sizeof(T));
    std::memcpy(data.data(), values.data(), data.size());
    return index;
  }

  void add(const std::string& name, std::vector<std::int32_t> inputs, std::vector<std::int64_t> shape,
           TfliteOptions options, CheckpointType type = CheckpointType::f32) {
    const std::string output = "net/" + name + std::to_string(model.operators.size());
    last = computed(output, std::move(shape), type);
    model.operators.push_back({name, std::move(inputs), {last}, std::move(options)});
    model.outputs = {last};
  }

  std::vector<float> reals(std::size_t count, float low, float high) {
    std::vector<float> values(count);
    for (float& value : values)
      value = random.real(low, high);
    return values;
  }
  std::vector<std::int32_t> words(std::size_t count) {
    std::vector<std::int32_t> values(count);
    for (std::int32_t& value : values)
      value = static_cast<std::int32_t>(random.bits());
    return values;
  }

  // 3x3 over all 64 channels (or groups of 32) to `filters` outputs of the given type.
  void add_binary_convolution(std::int64_t filters, std::int64_t groups, std::int64_t padding,
                              std::int64_t pad_values, std::int64_t stride, bool factors) {
    const std::int64_t group_words = 2 / groups;
    const std::vector<float> ones(static_cast<std::size_t>(filters), 1.0f), zeros(ones.size(), 0.0f);
    const std::int32_t filter = constant("w", {filters, 3, 3, group_words},
                                         words(static_cast<std::size_t>(filters * 9 * group_words)));
    const std::int32_t multiplier =
        constant("pm", {filters}, factors ? reals(ones.size(), -0.1f, 0.1f) : ones);
    const std::int32_t bias = constant("pb", {filters}, factors ? reals(ones.size(), -1.0f, 1.0f) : zeros);
    add("LceBconv2d", {last, filter, multiplier, bias, kAbsent}, {1, 10, 9, filters},
        binary_options(padding, pad_values, stride));
  }

  static TfliteOptions binary_options(std::int64_t padding, std::int64_t pad_values, std::int64_t stride) {
    return {{"channels_in", 64},          {"dilation_height_factor", 1},
            {"dilation_width_factor", 1}, {"fused_activation_function", 0},
            {"pad_values", pad_values},   {"padding", padding},
            {"stride_height", stride},    {"stride_width", stride}};
  }

  static inline const TfliteOptions kNoActivation = {{"fused_activation_function", 0}};

  test::Random random;
  TfliteModel model;
  std::int32_t last = 0;
};

Graph imported(const TfliteModel& model) {
  const Result<Graph> graph = import_tflite(model);
  if (!graph.ok()) FAIL(graph.error().message());
  return *graph;
}

std::string error_of(const TfliteModel& model) {
  const Result<Graph> graph = import_tflite(model);
  return graph.ok() ? "" : graph.error().message();
}

// The lowered model gives the features of the imported one.
void check_lowering(const Graph& graph, test::Random& random) {
  const Result<Graph> lowered = lower(graph, {});
  if (!lowered.ok()) FAIL(lowered.error().message());
  std::vector<double> pixels(12 * 11 * 3);
  for (double& pixel : pixels)
    pixel = static_cast<double>(random.integer(0, 255));
  std::vector<double> scaled = pixels;
  for (double& pixel : scaled)
    pixel /= 255.0;
  const auto trained = evaluate(graph, scaled);
  const auto integer = evaluate(*lowered, pixels);
  REQUIRE(trained.ok());
  REQUIRE(integer.ok());
  REQUIRE(count_sign_ties(graph, *trained) == 0);
  CHECK((*trained)[static_cast<std::size_t>(graph.features)] ==
        (*integer)[static_cast<std::size_t>(lowered->features)]);
}

const ConvolutionAttributes& last_convolution(const Graph& graph) {
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (node->op == Op::convolution) return std::get<ConvolutionAttributes>(node->attributes);
  }
  FAIL("no convolution");
  return std::get<ConvolutionAttributes>(graph.nodes[0].attributes);
}

}  // namespace

TEST_CASE("pad_values chooses the padding, strides pad as TensorFlow does") {
  for (const std::int64_t pad_values : {0, 1}) {
    for (const std::int64_t stride : {1, 2}) {
      Model m;
      m.add_binary_convolution(40, 1, 0, pad_values, stride, false);
      const Graph graph = imported(m.model);
      const ConvolutionAttributes& a = last_convolution(graph);
      CHECK(a.padding == (pad_values == 1 ? PaddingValue::one : PaddingValue::zero));
      // 10 rows at stride 2: 5 outputs span 11 rows, so one row below and none above.
      CHECK(a.pad_top == (stride == 1 ? 1 : 0));
      CHECK(a.pad_bottom == 1);
      CHECK(a.pad_left == 1);
      check_lowering(graph, m.random);
    }
  }
}

TEST_CASE("groups of 32 channels are read from the filter's shape") {
  Model m;
  m.add_binary_convolution(40, 2, 0, 1, 1, false);
  const Graph graph = imported(m.model);
  CHECK(last_convolution(graph).groups == 2);
  check_lowering(graph, m.random);
}

TEST_CASE("fused factors of both signs are exact, with and without a pool behind them") {
  for (const bool pooled : {false, true}) {
    for (const std::int64_t pad_values : {0, 1}) {
      Model m;
      m.add_binary_convolution(64, 1, 0, pad_values, 1, true);
      if (pooled) {
        m.add("MAX_POOL_2D", {m.last}, {1, 5, 4, 64},
              {{"padding", 1},
               {"stride_w", 2},
               {"stride_h", 2},
               {"filter_width", 2},
               {"filter_height", 2},
               {"fused_activation_function", 0}});
      }
      m.add("LceQuantize", {m.last}, {1, 10, 9, 2}, {}, CheckpointType::s32);
      m.add_binary_convolution(33, 1, 0, 1, 1, false);
      check_lowering(imported(m.model), m.random);
    }
  }
}

TEST_CASE("bits are pooled by LceBMaxPool2d") {
  Model m;
  m.add(
      "LceBMaxPool2d", {m.last}, {1, 5, 4, 2},
      {{"padding", 1}, {"stride_width", 2}, {"stride_height", 2}, {"filter_width", 2}, {"filter_height", 2}},
      CheckpointType::s32);
  m.add_binary_convolution(40, 1, 0, 0, 1, false);
  check_lowering(imported(m.model), m.random);
}

TEST_CASE("thresholds of a bit output compare as Larq's counts do") {
  Model m;
  const std::vector<std::int32_t> thresholds = {INT32_MIN, INT32_MAX, -1, 0, 1, 287, 288, 289, 575, 576, 577};
  const auto filters = static_cast<std::int64_t>(thresholds.size());
  const std::int32_t filter = m.constant("w", {filters, 3, 3, 2}, m.words(thresholds.size() * 18));
  const std::int32_t threshold = m.constant("t", {filters}, thresholds);
  m.add("LceBconv2d", {m.last, filter, kAbsent, kAbsent, threshold}, {1, 10, 9, 1},
        Model::binary_options(0, 1, 1), CheckpointType::s32);
  const Graph graph = imported(m.model);
  const Node& node = graph.nodes.back();
  REQUIRE(node.op == Op::threshold);
  const std::int32_t* folded = graph.parameter(node, "threshold")->as<std::int32_t>();
  constexpr std::int64_t kDepth = 576;
  for (std::size_t c = 0; c < thresholds.size(); ++c) {
    for (std::int64_t differing = 0; differing <= kDepth; ++differing)
      REQUIRE((kDepth - 2 * differing < folded[c]) == (differing > thresholds[c]));
  }
}

TEST_CASE("a dequantized value goes on as -1 and +1") {
  Model m;
  m.add("LceDequantize", {m.last}, {1, 10, 9, 64}, {});
  std::vector<float> weights(8 * 64);
  for (float& weight : weights)
    weight = m.random.bits() % 2 == 0 ? 1.0f : -1.0f;
  m.add("CONV_2D", {m.last, m.constant("w", {8, 1, 1, 64}, weights)}, {1, 10, 9, 8},
        {{"padding", 0},
         {"stride_w", 1},
         {"stride_h", 1},
         {"fused_activation_function", 0},
         {"dilation_w_factor", 1},
         {"dilation_h_factor", 1}});
  check_lowering(imported(m.model), m.random);
}

TEST_CASE("what cannot be expressed is refused with the operator's name") {
  Model relu;
  relu.add_binary_convolution(40, 1, 0, 1, 1, false);
  relu.model.operators.back().options[3].second = 1;
  CHECK(error_of(relu.model).find("(LceBconv2d) 'LceBconv2d4': the fused activation RELU") !=
        std::string::npos);

  Model unknown;
  unknown.add("SOFTMAX", {unknown.last}, {1, 10, 9, 64}, {});
  CHECK(error_of(unknown.model).find("(SOFTMAX)") != std::string::npos);

  Model float_weights;
  float half = 0.5f;
  std::memcpy(float_weights.model.tensors[1].data.data(), &half, sizeof half);
  CHECK(error_of(float_weights.model).find("(CONV_2D) 'CONV_2D0': has a weight of 0.5") != std::string::npos);

  Model bad_factor;
  bad_factor.add_binary_convolution(40, 1, 0, 1, 1, true);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(bad_factor.model.tensors[static_cast<std::size_t>(bad_factor.last - 2)].data.data(), &nan,
              sizeof nan);
  CHECK(error_of(bad_factor.model).find("'pm' is not finite") != std::string::npos);
}

TEST_CASE("operators that contradict themselves are refused") {
  Model channels;
  channels.add_binary_convolution(40, 1, 0, 1, 1, false);
  channels.model.operators.back().options[0].second = 96;
  CHECK(error_of(channels.model).find("does not fit the input channels") != std::string::npos);

  Model order;
  order.add_binary_convolution(40, 1, 0, 1, 1, false);
  std::swap(order.model.operators[0], order.model.operators[4]);
  CHECK(error_of(order.model).find("before it is computed") != std::string::npos);

  Model twice;
  twice.model.operators.push_back(twice.model.operators.back());
  CHECK(error_of(twice.model).find("a second time") != std::string::npos);

  Model stride;
  stride.add_binary_convolution(40, 1, 0, 1, 0, false);
  CHECK(error_of(stride.model).find("option stride_height is 0") != std::string::npos);
}
