// Operators of real-valued TFLite models: padding, ranges as activations, gates, folding.
#include <catch2/catch.hpp>
#include <cmath>

#include "networks/real_tflite_model.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;

TEST_CASE("a range of codes that does an activation's work becomes that activation") {
  const auto clamp_of = [](float scale, std::int64_t zero_point, std::int64_t fused_activation,
                           CheckpointType type) {
    RealTfliteModel m;
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
    RealTfliteModel m;
    const std::int64_t filters = 3 * multiplier;
    const std::int32_t weight = m.reals({1, 2, 2, filters}), bias = m.reals({filters});
    TfliteOptions options = RealTfliteModel::window(kValid, 2);
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
  RealTfliteModel m;
  const std::int32_t amounts = m.constant({4, 2}, std::vector<std::int32_t>{0, 0, 1, 2, 0, 3, 0, 0});
  m.add("PAD", {m.last, amounts}, {1, 12, 11, 3});
  const std::int32_t weight = m.reals({4, 3, 3, 3});
  m.add("CONV_2D", {m.last, weight, m.reals({4})}, {1, 5, 5, 4},
        RealTfliteModel::window(kValid, 2, kFusedRelu));
  const std::int32_t map = m.last;
  m.add("PAD", {map, amounts}, {1, 8, 8, 4});
  m.add("MAX_POOL_2D", {m.last}, {1, 2, 2, 4}, RealTfliteModel::pool(kValid, 4, 3));
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution, Op::max_pool});
  const ConvolutionAttributes& a = convolution(graph, 0);
  CHECK(std::vector{a.pad_top, a.pad_bottom, a.pad_left, a.pad_right} == std::vector{1, 2, 0, 3});
  CHECK(a.padding == PaddingValue::zero);
  const auto& pool = std::get<MaxPoolAttributes>(graph.nodes[1].attributes);
  CHECK(std::vector{pool.pad_top, pool.pad_bottom, pool.pad_left, pool.pad_right} == std::vector{1, 2, 0, 3});

  RealTfliteModel average = m;
  average.model.operators[3].name = "AVERAGE_POOL_2D";
  CHECK(std::get<AveragePoolAttributes>(imported(average).nodes[1].attributes).count_padding == 1);
  RealTfliteModel channels = m;
  const std::int32_t wrong = channels.constant({4, 2}, std::vector<std::int32_t>{0, 0, 1, 2, 0, 3, 1, 0});
  channels.model.operators[0].inputs[1] = wrong;
  CHECK_THAT(error_of(channels), Contains("rows and columns"));
}

// Padding of the pool's own would never win, so zeros that might must be there.
TEST_CASE("explicit padding that no layer can take upon itself is a layer") {
  for (const char* kind : {"MAX_POOL_2D", "AVERAGE_POOL_2D"}) {
    RealTfliteModel m;
    const std::int32_t map = m.add_convolution(3);
    const std::int32_t amounts = m.constant({4, 2}, std::vector<std::int32_t>{0, 0, 1, 2, 0, 3, 0, 0});
    m.add("PAD", {map, amounts}, {1, 12, 11, 4});
    const std::int64_t padding = *kind == 'M' ? kValid : kSame;
    m.add(kind, {m.last}, {1, 5, 5, 4}, RealTfliteModel::pool(padding, 3, 2));
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
  RealTfliteModel m;
  const std::int32_t image = m.last;
  const std::int32_t blocks = m.constant({2}, std::vector<std::int32_t>{2, 3});
  const std::int32_t added = m.constant({2, 2}, std::vector<std::int32_t>{2, 3, 3, 4});
  const std::int32_t cut = m.constant({2, 2}, std::vector<std::int32_t>{0, 1, 0, 1});
  m.add("SPACE_TO_BATCH_ND", {image, blocks, added}, {6, 7, 5, 3});
  const std::int32_t weight = m.reals({4, 3, 3, 3}), bias = m.reals({4});
  m.add("CONV_2D", {m.last, weight, bias}, {6, 5, 3, 4}, RealTfliteModel::window(kValid, 1));
  m.add("BATCH_TO_SPACE_ND", {m.last, blocks, cut}, {1, 9, 8, 4});
  m.add("MUL", {m.last, m.reals({4})}, {1, 9, 8, 4}, RealTfliteModel::fused(kFusedRelu));
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution});
  const ConvolutionAttributes& a = convolution(graph, 0);
  CHECK(std::pair(a.dilation_height, a.dilation_width) == std::pair(2, 3));
  CHECK(std::vector{a.pad_top, a.pad_bottom, a.pad_left, a.pad_right} == std::vector{2, 2, 3, 3});
  CHECK(graph.values[static_cast<std::size_t>(graph.features)].shape == Shape(1, 9, 8, 4));
  CHECK(a.output_low == 0.0f);

  RealTfliteModel strided = m;
  strided.model.operators[1].options = RealTfliteModel::window(kValid, 2);
  CHECK_THAT(error_of(strided), Contains("inside of blocks"));
  RealTfliteModel other = m;
  other.model.operators[2].inputs[1] = other.constant({2}, std::vector<std::int32_t>{3, 2});
  CHECK_THAT(error_of(other), Contains("not those of the convolution's input"));
  RealTfliteModel deep = m;
  deep.model.operators[2].inputs[2] = deep.constant({2, 2}, std::vector<std::int32_t>{3, 1, 0, 1});
  CHECK_THAT(error_of(deep), Contains("more is cut off"));
  RealTfliteModel open = m;
  open.model.operators.erase(open.model.operators.begin() + 2);
  open.model.operators[2].inputs[0] = open.model.operators[1].outputs[0];
  CHECK_THAT(error_of(open), Contains("not put together"));
  RealTfliteModel plain = m;
  plain.model.operators.erase(plain.model.operators.begin());
  plain.model.operators[0].inputs[0] = image;
  CHECK_THAT(error_of(plain), Contains("what no convolution wrote"));
  RealTfliteModel pooled = m;
  pooled.model.operators[1] = {"MAX_POOL_2D",
                               {pooled.model.operators[0].outputs[0]},
                               pooled.model.operators[1].outputs,
                               RealTfliteModel::pool(kValid, 2, 1)};
  CHECK_THAT(error_of(pooled), Contains("dealt out in blocks"));
}

TEST_CASE("factors and offsets behind a convolution become its own") {
  RealTfliteModel m;
  const std::int32_t map = m.add_convolution(3);
  const std::int32_t factor = m.reals({4}), offset = m.reals({1, 1, 1, 4});
  m.add("MUL", {m.last, factor}, {1, 9, 8, 4}, RealTfliteModel::fused(kNoFusion));
  m.add("ADD", {offset, m.last}, {1, 9, 8, 4}, RealTfliteModel::fused(kNoFusion));
  m.add("RELU6", {m.last}, {1, 9, 8, 4});
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution});
  RealTfliteModel shared = m;
  shared.add("ADD", {map, m.last}, {1, 9, 8, 4}, RealTfliteModel::fused(kNoFusion));
  CHECK(operations(imported(shared)) == std::vector<Op>{Op::convolution, Op::convolution, Op::add});
  CHECK(convolution(imported(shared), 1).groups == 4);
  CHECK(convolution(imported(shared), 1).output_high == 6.0f);
  const Numbers image = random_image(m.random);
  const Numbers folded = features_of(graph, image);
  RealTfliteModel plain;
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
  RealTfliteModel m;
  const std::int32_t map = m.add_convolution(3);
  const std::int32_t gate = m.add("LOGISTIC", {map}, {1, 9, 8, 4});
  const std::int32_t silu = m.add("MUL", {gate, map}, {1, 9, 8, 4}, RealTfliteModel::fused(kNoFusion));
  const std::int32_t axes = m.constant({2}, std::vector<std::int32_t>{1, -2});
  m.add("MEAN", {silu, axes}, {1, 4}, {{"keep_dims", 0}});
  TfliteOptions matrix = RealTfliteModel::fused(kFusedRelu);
  matrix.emplace_back("weights_format", 0);
  matrix.emplace_back("keep_num_dims", 0);
  m.add("FULLY_CONNECTED", {m.last, m.reals({4, 4}), m.reals({4})}, {1, 4}, matrix);
  const std::int32_t vector = m.last;
  const std::int32_t shape = m.add("SHAPE", {vector}, {4});  // what it says, the output's shape says too
  m.add("RESHAPE", {vector, shape}, {1, 1, 1, 4});
  m.add("LOGISTIC", {m.last}, {1, 1, 1, 4});
  m.add("MUL", {m.last, silu}, {1, 9, 8, 4}, RealTfliteModel::fused(kNoFusion));
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
  RealTfliteModel m;
  const std::int32_t map = m.add_convolution(3);
  const std::int32_t positive = m.add("RELU", {map}, {1, 9, 8, 4});
  m.add("ADD", {map, positive}, {1, 9, 8, 4}, RealTfliteModel::fused(kFusedRelu6));
  const Graph graph = imported(m);
  CHECK(operations(graph) == std::vector<Op>{Op::convolution, Op::activation, Op::add});
  CHECK(std::get<AddAttributes>(graph.nodes[2].attributes).high == 6.0f);

  RealTfliteModel alone;
  alone.add_convolution(3);
  alone.add("RELU", {alone.last}, {1, 9, 8, 4});
  CHECK(operations(imported(alone)) == std::vector<Op>{Op::convolution});
  CHECK(convolution(imported(alone), 0).output_low == 0.0f);
}

TEST_CASE("maps are joined along their channels") {
  RealTfliteModel m;
  const std::int32_t image = m.last;
  const std::int32_t a = m.add_convolution(3);
  m.last = image;
  const std::int32_t b = m.add_convolution(3, kFusedRelu);
  TfliteOptions options = RealTfliteModel::fused(kNoFusion);
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
