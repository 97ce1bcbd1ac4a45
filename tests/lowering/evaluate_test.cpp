// Evaluation in binary64 and the engine, value by value: two implementations that share nothing but the
// graph.

#include "lowering/evaluate.h"

#include <cmath>
#include <cstring>

#include "describer/describer_support.h"
#include "kernels/common/half.h"
#include "lowering/evaluate_operations.h"
#include "support/layered_model.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

std::vector<double> numbers_of(const Picture& picture) {
  return {picture.bytes.begin(), picture.bytes.end()};
}

// What the engine computes for one value of a model that is made to show it.
std::vector<double> engine_value(ModelContents contents, ValueId value, const Picture& picture) {
  contents.graph.features = value;
  Describer describer = describer_of(model_of(contents), nullptr, 1);
  std::vector<float> features(describer.feature_count());
  REQUIRE(describer.features(picture.view, features.data(), features.size()).ok());
  return {features.begin(), features.end()};
}

struct Difference {
  double largest = 0, relative = 0;  // relative to the largest magnitude
};

Difference difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  Difference result;
  double magnitude = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    result.largest = std::max(result.largest, std::fabs(a[i] - b[i]));
    magnitude = std::max(magnitude, std::fabs(b[i]));
  }
  result.relative = result.largest == 0 ? 0 : result.largest / magnitude;
  return result;
}

bool is_integer(DataType type) {
  return type == DataType::s8 || type == DataType::s32;
}

// Calls check(value, difference of engine and evaluation) for every value that the model can show.
template <typename Check>
void compare_values(const ModelContents& contents, Random& random, Check check) {
  const Graph& graph = contents.graph;
  const Picture picture = random_picture(random, contents.preprocessing.width, contents.preprocessing.height);
  const auto evaluated = evaluate(graph, numbers_of(picture));
  REQUIRE(evaluated.ok());
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    const Value& value = graph.values[i];
    const auto id = static_cast<ValueId>(i);
    // Of types that features cannot have, what follows is compared.
    if (id == graph.input || value.type == DataType::b1 || value.type == DataType::u8) continue;
    INFO("value '" << value.name << "' " << data_type_name(value.type) << " " << to_string(value.shape));
    check(value, difference(engine_value(contents, id, picture), (*evaluated)[i]));
  }
}

Node float_convolution(Graph& graph, ValueId input, const ConvolutionAttributes& attributes,
                       std::int64_t filters, Random& random) {
  const std::int64_t depth = graph.values[static_cast<std::size_t>(input)].shape[3] / attributes.groups;
  Node node = {"convolution", Op::convolution, {input}, kNone, attributes, {}};
  const auto add = [&](const char* role, const Shape& shape) {
    Tensor tensor = {role, DataType::f32, shape, std::vector<std::byte>(dense_bytes(DataType::f32, shape))};
    for (std::int64_t i = 0; i < shape.elements(); ++i)
      tensor.as<float>()[i] = random.real(-1.0f, 1.0f);
    node.parameters.push_back({role, graph.add_tensor(std::move(tensor))});
  };
  add("weight", Shape(filters, attributes.kernel_height, attributes.kernel_width, depth));
  add("bias", Shape(filters));
  return node;
}

// An f32 image through one convolution.
ModelContents one_convolution(const ConvolutionAttributes& attributes, std::int64_t filters, Random& random) {
  ModelContents contents;
  contents.network = "one convolution";
  contents.preprocessing.height = 13;
  contents.preprocessing.width = 17;
  Graph& graph = contents.graph;
  graph.input = graph.add_value("image", DataType::u8, Shape(1, 13, 17, 3));
  ConvolutionAttributes spread;
  spread.epilogue = Epilogue::affine;
  Node first = float_convolution(graph, graph.input, spread, 12, random);
  Tensor& weight = graph.tensors[static_cast<std::size_t>(first.parameters[0].tensor)];
  weight.type = DataType::s8;
  weight.data.resize(36);
  for (std::byte& code : weight.data)
    code = static_cast<std::byte>(random.integer(-127, 127));
  Tensor scale = {"scale", DataType::f32, Shape(std::int64_t{12}), std::vector<std::byte>(48)};
  std::fill(scale.as<float>(), scale.as<float>() + 12, 1e-4f);
  first.parameters.push_back({"scale", graph.add_tensor(std::move(scale))});
  const Result<ValueId> map = graph.append(std::move(first));
  REQUIRE(map.ok());
  const Result<ValueId> output = graph.append(float_convolution(graph, *map, attributes, filters, random));
  if (!output.ok()) FAIL(output.error().message());
  graph.features = *output;
  const Result<ValueId> flat = graph.append({"flatten", Op::reshape, {*output}, kNone, {}, {}});
  graph.descriptor = *graph.append({"normalize", Op::l2_normalize, {*flat}, kNone, {}, {}});
  return contents;
}

}  // namespace

// Bounds of floats below are not derived: they are four to seven times the largest differences seen with
// three seeds (3e-7 behind codes, 1e-6 in f32, 1.2e-3 in f16, 4.1e-7 for single convolutions). Codes are
// exact.
TEST_CASE("evaluation gives every code and accumulator of the engine, and its floats but for rounding") {
  Random random;
  for (int round = 0; round < 6; ++round) {
    compare_values(quantized_model(random), random, [](const Value& value, const Difference& difference) {
      if (is_integer(value.type)) {
        CHECK(difference.largest == 0);
      } else {
        CHECK(difference.relative < 2e-6);
      }
    });
  }
}

TEST_CASE("evaluation of binary layers between sums is the engine's but for rounding") {
  Random random;
  for (int round = 0; round < 4; ++round) {
    compare_values(binary_model(random), random,
                   [](const Value&, const Difference& difference) { CHECK(difference.relative < 2e-6); });
  }
}

TEST_CASE("evaluation of f32 layers is the engine's but for rounding") {
  Random random;
  for (int round = 0; round < 3; ++round) {
    compare_values(float_model(random, DataType::f32), random,
                   [](const Value&, const Difference& difference) { CHECK(difference.relative < 5e-6); });
  }
}

TEST_CASE("evaluation of f16 layers is the engine's but for rounding to halves") {
  Random random;
  for (int round = 0; round < 3; ++round) {
    compare_values(float_model(random, DataType::f16), random,
                   [](const Value&, const Difference& difference) { CHECK(difference.relative < 5e-3); });
  }
}

TEST_CASE("evaluation strides, dilates, groups and pads as the engine does") {
  Random random;
  for (const std::int32_t groups : {1, 2, 12}) {
    for (const std::int32_t stride : {1, 2}) {
      for (const std::int32_t dilation : {1, 2}) {
        ConvolutionAttributes a;
        a.kernel_height = 3;
        a.kernel_width = 2;
        a.stride_height = stride;
        a.stride_width = 3 - stride;
        a.dilation_height = dilation;
        a.groups = groups;
        a.pad_top = 1;
        a.pad_bottom = 2;
        a.pad_right = 1;
        a.padding = PaddingValue::zero;
        a.epilogue = Epilogue::affine;
        a.output_low = -2.0f;
        CAPTURE(groups, stride, dilation);
        compare_values(one_convolution(a, groups == 12 ? 12 : 10, random), random,
                       [](const Value&, const Difference& difference) { CHECK(difference.relative < 2e-6); });
      }
    }
  }
}

TEST_CASE("levels round to the nearest code, ties to even, and clamp") {
  const auto levels_of = [](const LevelsAttributes& attributes, const std::vector<double>& input) {
    Graph graph;
    graph.input =
        graph.add_value("x", DataType::f32, Shape(1, 1, 1, static_cast<std::int64_t>(input.size())));
    graph.features = graph.descriptor =
        *graph.append({"levels", Op::levels, {graph.input}, kNone, attributes, {}});
    return evaluate(graph, input)->back();
  };
  const double third = static_cast<double>(1.0f / 3.0f);
  const LevelsAttributes dorefa_2 = {3.0f, 0.0f, 3.0f, 1.0f / 3.0f, 0.0f};
  CHECK(levels_of(dorefa_2, {-1.0, 0.1, 0.2, 0.5, 0.8, 0.9, 7.0, std::nan("")}) ==
        std::vector<double>{0.0, 0.0, third, 2 * third, 2 * third, 1.0, 1.0, 0.0});
  // Two bits of a Floppy network: codes 0 to 3 are the levels 1, 1/3, -1/3, -1; half way, the even code.
  const LevelsAttributes floppy_2 = {-2.0f, 1.5f, 3.0f, -2.0f / 3.0f, 1.0f};
  const double near = static_cast<double>(-2.0f / 3.0f + 1.0f),
               far = static_cast<double>(-4.0f / 3.0f + 1.0f);
  CHECK(levels_of(floppy_2, {9.0, 0.5, 0.4, 0.0, -0.5, -0.6, -9.0}) ==
        std::vector<double>{1.0, 1.0, near, far, far, -1.0, -1.0});
}

TEST_CASE("evaluation rounds to halves and reads them as the engine's conversions do") {
  for (unsigned bits = 0; bits <= 0xffffu; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const auto expected = static_cast<double>(half_to_float(half));
    const double value = evaluation::value_of_half(half);
    REQUIRE((value == expected || (std::isnan(value) && std::isnan(expected))));
  }
  for (std::uint64_t bits = 0; bits <= 0xffff'ffffu; bits += 4099) {
    const auto word = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &word, 4);
    const auto expected = static_cast<double>(half_to_float(float_to_half(value)));
    const double rounded = evaluation::nearest_half(static_cast<double>(value));
    REQUIRE((rounded == expected || (std::isnan(rounded) && std::isnan(expected))));
  }
}
