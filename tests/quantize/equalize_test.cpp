#include "quantize/equalize.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "float_network.h"
#include "lowering/rewrite.h"

using namespace bitplace;

namespace {

std::size_t index(ValueId value) {
  return static_cast<std::size_t>(value);
}

ChannelMagnitudes magnitudes_of(const Graph& folded, const CalibrationImages& images) {
  Result<ChannelMagnitudes> magnitudes = channel_magnitudes(test::float_model_of(folded), images);
  if (!magnitudes.ok()) FAIL(magnitudes.error().message());
  return *std::move(magnitudes);
}

EqualizedGraph equalized(const Graph& folded, const CalibrationImages& images) {
  Result<EqualizedGraph> result = equalize(folded, magnitudes_of(folded, images));
  if (!result.ok()) FAIL(result.error().message());
  return *std::move(result);
}

// The largest channel over the smallest that is not dead.
float spread_of(const std::vector<float>& magnitudes) {
  float least = INFINITY;
  for (const float magnitude : magnitudes) {
    if (magnitude > 0.0f) least = std::min(least, magnitude);
  }
  return *std::max_element(magnitudes.begin(), magnitudes.end()) / least;
}

void check_same_function(const Graph& a, const Graph& b, const CalibrationImages& images) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Result<DecodedImage> image = images.read(i);
    const std::vector<float> x = test::values_on(test::float_model_of(a), image->view())[index(a.features)];
    const std::vector<float> y = test::values_on(test::float_model_of(b), image->view())[index(b.features)];
    float largest = 0.0f;
    for (const float number : x)
      largest = std::max(largest, std::abs(number));
    REQUIRE(largest > 0.0f);
    for (std::size_t j = 0; j < x.size(); ++j)
      REQUIRE(y[j] == Approx(x[j]).margin(1e-5 * static_cast<double>(largest)));
  }
}

}  // namespace

TEST_CASE("equalised layers compute what they did, with channels of alike sizes") {
  test::Random random;
  const CalibrationImages images = test::noise_images(6, random.next());
  for (const float high : {INFINITY, 1e6f}) {
    const Graph folded = test::inverted_residuals(random, high, 6.0f);
    const EqualizedGraph result = equalized(folded, images);
    // Not the projections, which the shortcut reads too, and the sum behind them.
    REQUIRE(result.pairs.size() == 4);
    CHECK(result.pairs[0].first == "stem");
    CHECK(result.pairs[0].second == "depthwise");
    CHECK(result.pairs[3].first == "depthwise2");
    CHECK(result.pairs[3].second == "project2");
    check_same_function(folded, result.graph, images);
    const ChannelMagnitudes before = magnitudes_of(folded, images);
    const ChannelMagnitudes after = magnitudes_of(result.graph, images);
    for (const char* layer : {"stem", "expand"}) {
      const std::size_t value = index(layer_output(folded, layer));
      const float spread = spread_of(before[value]);
      CHECK(spread > 3.0f);
      CHECK(spread_of(after[value]) == Approx(std::max(std::sqrt(spread), spread / 32.0f)).epsilon(1e-4));
    }
    for (const char* layer : {"depthwise", "depthwise2"}) {
      const std::size_t value = index(layer_output(folded, layer));
      CHECK(spread_of(after[value]) < spread_of(before[value]));
      CHECK(*std::max_element(after[value].begin(), after[value].end()) ==
            Approx(*std::max_element(before[value].begin(), before[value].end())).epsilon(1e-4));
    }
  }
}

TEST_CASE("where ReLU6 clips a channel, that channel is left alone and the function is kept") {
  test::Random random;
  const CalibrationImages images = test::noise_images(6, random.next());
  constexpr float kBound = 0.9f;
  const Graph folded = test::inverted_residuals(random, kBound, 25.0f);
  const ChannelMagnitudes before = magnitudes_of(folded, images);
  const EqualizedGraph result = equalized(folded, images);
  check_same_function(folded, result.graph, images);
  const ChannelMagnitudes after = magnitudes_of(result.graph, images);
  const Node& stem = folded.nodes[0];
  const std::vector<float>& magnitudes = before[index(stem.output)];
  const auto* old_weight = folded.parameter(stem, "weight")->as<float>();
  const auto* new_weight = result.graph.parameter(result.graph.nodes[0], "weight")->as<float>();
  const auto clipped = std::count(magnitudes.begin(), magnitudes.end(), kBound);
  REQUIRE(clipped > 0);
  REQUIRE(clipped < static_cast<std::ptrdiff_t>(magnitudes.size()));
  for (std::size_t c = 0; c < magnitudes.size(); ++c) {
    const bool untouched = magnitudes[c] == kBound || magnitudes[c] == 0.0f;
    CHECK((old_weight[27 * c] == new_weight[27 * c]) == untouched);
    CHECK(after[index(stem.output)][c] ==
          Approx(std::min(std::sqrt(kBound * magnitudes[c]), 32.0f * magnitudes[c])).epsilon(1e-4));
  }
}

TEST_CASE("dead channels and channels without weights are left alone") {
  test::FloatNetwork network(6, 6);
  // Channel 0 is dead, channel 1 is not read, 2 and 3 differ a thousandfold.
  const auto weight = [](std::int64_t i) { return i < 9 ? 0.25f : 250.0f; };
  const auto bias = [](std::int64_t i) { return i == 0 ? -1e4f : 1.0f; };
  const ValueId first = network.convolution({"first", 4, 1, false, 0.0f}, network.input(), weight, bias);
  const ValueId second = network.convolution(
      {"second", 2}, first, [](std::int64_t i) { return i % 4 == 1 ? 0.0f : 1.0f; }, bias);
  const Graph folded = network.finish(second);
  const CalibrationImages images = test::noise_images(3, 1);
  const EqualizedGraph result = equalized(folded, images);
  check_same_function(folded, result.graph, images);
  REQUIRE(result.pairs.size() == 1);
  CHECK(result.pairs[0].largest_factor <= 32.0f);
  const auto* before = folded.parameter(folded.nodes[0], "weight")->as<float>();
  const auto* after = result.graph.parameter(result.graph.nodes[0], "weight")->as<float>();
  CHECK(after[0] == before[0]);
  CHECK(after[3] == before[3]);
  CHECK(after[6] > 5.0f * before[6]);
}

TEST_CASE("a constant that layers share is changed for the equalised one only") {
  test::Random random;
  Graph folded = test::inverted_residuals(random, INFINITY, 25.0f);
  // "depthwise2" has more channels than "depthwise", so the biases of two projections are shared instead.
  const auto project2 = static_cast<std::size_t>(layer_output(folded, "project2")) - 1;
  folded.nodes[project2].parameters[1] = folded.nodes[2].parameters[1];
  REQUIRE(folded.nodes[project2].name == "project2");
  const CalibrationImages images = test::noise_images(3, 1);
  check_same_function(folded, equalized(folded, images).graph, images);
}
