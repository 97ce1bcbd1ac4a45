// Networks that mix bits, few levels and real layers through fold_real: against the evaluation of the graph
// they came from.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "lowering/evaluate.h"
#include "lowering/lower.h"
#include "lowering/rewrite.h"
#include "lowering/weight_codes.h"
#include "mixed_graph.h"
#include "quantize/quantized_model.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

Graph folded(const Graph& trained) {
  Result<Graph> graph = fold_real(trained);
  if (!graph.ok()) FAIL(graph.error().message());
  return *std::move(graph);
}

std::vector<double> random_image(const Graph& graph, Random& random) {
  std::vector<double> image(static_cast<std::size_t>(value_at(graph, graph.input).shape.elements()));
  for (double& x : image)
    x = static_cast<double>(random.integer(0, 255)) / 255.0;
  return image;
}

EvaluatedValues values_of(const Graph& graph, const std::vector<double>& input) {
  Result<EvaluatedValues> values = evaluate(graph, input);
  if (!values.ok()) FAIL(values.error().message());
  return *std::move(values);
}

const std::vector<double>& at(const EvaluatedValues& values, ValueId value) {
  return values[static_cast<std::size_t>(value)];
}

const Node* find_node(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes)
    if (node.name == name) return &node;
  return nullptr;
}

std::size_t count(const Graph& graph, Op op) {
  std::size_t nodes = 0;
  for (const Node& node : graph.nodes)
    nodes += node.op == op ? 1 : 0;
  return nodes;
}

// The sign or the levels that a convolution's input comes from, through pools of bits at most.
const Node* rounding_before(const Graph& trained, const Node& convolution) {
  const Node* node = writer(trained, convolution.inputs[0]);
  while (node != nullptr && node->op == Op::max_pool)
    node = writer(trained, node->inputs[0]);
  return node != nullptr && (node->op == Op::sign || node->op == Op::levels) ? node : nullptr;
}

// How far the number in front is from where the other bit or code begins, against the numbers' size.
double distance_to_tie(const Node& rounding, double x, double largest) {
  const auto* levels = std::get_if<LevelsAttributes>(&rounding.attributes);
  if (levels == nullptr) return std::fabs(x) / largest;
  const double position = x * static_cast<double>(levels->scale) + static_cast<double>(levels->offset);
  return std::fabs(position - std::floor(position) - 0.5);
}

struct Comparison {
  std::int64_t compared = 0, differing = 0;
};

// What each convolution of bits or codes reads, as numbers, in both graphs. What differs must be a tie; the
// layers behind a difference are not compared.
Comparison compare_inputs(const Graph& trained, const EvaluatedValues& expected, const Graph& lowered,
                          const EvaluatedValues& found) {
  constexpr double kTie = 2e-5;
  Comparison result;
  for (const Node& node : trained.nodes) {
    const Node* rounding = node.op == Op::convolution ? rounding_before(trained, node) : nullptr;
    const Node* same = rounding != nullptr ? find_node(lowered, node.name) : nullptr;
    if (same == nullptr || value_at(lowered, same->inputs[0]).type == DataType::f32) continue;
    const std::vector<double>& wanted = at(expected, node.inputs[0]);
    const std::vector<double>& codes = at(found, same->inputs[0]);
    const std::vector<double>& before = at(expected, rounding->inputs[0]);
    REQUIRE(wanted.size() == codes.size());
    double largest = 0.0;
    for (const double x : before)
      largest = std::max(largest, std::fabs(x));
    const auto* levels = std::get_if<LevelsAttributes>(&rounding->attributes);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const double number = levels == nullptr ? codes[i]
                                              : codes[i] * static_cast<double>(levels->step) +
                                                    static_cast<double>(levels->base);
      ++result.compared;
      if (std::fabs(number - wanted[i]) < 1e-6) continue;
      ++result.differing;
      INFO(node.name << " element " << i << ": " << number << ", not " << wanted[i]);
      REQUIRE(before.size() == wanted.size());
      CHECK(distance_to_tie(*rounding, before[i], largest) < kTie);
    }
    if (result.differing > 0) return result;
  }
  return result;
}

double relative_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double difference = 0.0, largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::fabs(a[i] - b[i]));
    largest = std::max(largest, std::fabs(a[i]));
  }
  return difference / largest;
}

}  // namespace

// The bound of floats is not derived: it is several times the largest difference seen with many seeds.
TEST_CASE("a folded mixed network gives the bits and codes of the trained one, and its features") {
  Random random;
  for (const Mixed mixed : kAllMixed) {
    CAPTURE(mixed_name(mixed));
    std::int64_t images = 0, equal = 0;
    for (int round = 0; round < 6; ++round) {
      const Graph trained = mixed_graph(mixed, random, 1 + round);
      const Graph lowered = folded(trained);
      for (int image = 0; image < 2; ++image) {
        const std::vector<double> input = random_image(trained, random);
        const EvaluatedValues expected = values_of(trained, input), found = values_of(lowered, input);
        const Comparison comparison = compare_inputs(trained, expected, lowered, found);
        if (mixed != Mixed::coarse_weights) CHECK(comparison.compared > 1000);
        ++images;
        if (comparison.differing > 0) continue;
        ++equal;
        CHECK(relative_difference(at(expected, trained.features), at(found, lowered.features)) < 5e-6);
      }
    }
    CHECK(equal * 10 >= images * 9);
  }
}

TEST_CASE("folding leaves no desk operation, and bits and codes wherever training rounded") {
  Random random;
  for (const Mixed mixed : kAllMixed) {
    CAPTURE(mixed_name(mixed));
    const Graph trained = mixed_graph(mixed, random);
    const Graph lowered = folded(trained);
    for (const Node& node : lowered.nodes) {
      CAPTURE(node.name);
      CHECK(is_deployable(node.op));
    }
    for (const Node& node : trained.nodes) {
      if (node.op != Op::convolution || rounding_before(trained, node) == nullptr) continue;
      CAPTURE(node.name);
      const Node* same = find_node(lowered, node.name);
      REQUIRE(same != nullptr);
      CHECK(value_at(lowered, same->inputs[0]).type != DataType::f32);
      CHECK(lowered.parameter(*same, "weight")->type != DataType::f32);
      CHECK_FALSE(has_precision(lowered, *same));
    }
  }
}

// Two float operations of the epilogue and two rounded constants: with u = 2^-24,
// |y - (a F + A)| <= |a F| (2 u) + |A| u + |y| u and a little of second order.
TEST_CASE("accumulators become numbers within the rounding of two constants and two operations") {
  constexpr double kUnit = 0x1p-24;
  Random random;
  for (const PaddingValue padding : {PaddingValue::zero, PaddingValue::one}) {
    MixedBuilder net(random, 9, 8);
    const ValueId bits = net.sign("sign", net.batch_norm("bn_in", net.input(), 1.0f));
    ValueId x = net.binary("conv", bits, {48, 3, 1, padding});
    x = net.batch_norm("bn", net.factors("factors", x, 0.3f), 1.5f);
    const Graph trained = net.finish(x);
    const Graph lowered = folded(trained);
    REQUIRE(count(lowered, Op::convolution) == 1);
    const EvaluatedValues expected = values_of(trained, random_image(trained, random));
    const EvaluatedValues found = values_of(lowered, at(expected, trained.input));
    const auto* bias = lowered.parameter(lowered.nodes.back(), "bias")->as<float>();
    const std::vector<double>& y = at(found, lowered.features);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double wanted = at(expected, trained.features)[i], addend = static_cast<double>(bias[i % 48]);
      const double bound =
          kUnit * (2.0 * std::fabs(wanted - addend) + std::fabs(addend) + std::fabs(y[i])) * 1.01 + 1e-37;
      REQUIRE(std::fabs(y[i] - wanted) <= bound);
    }
  }
}

TEST_CASE("a channel that a factor of zero silences gives its addend") {
  Random random;
  MixedBuilder net(random, 9, 8);
  ValueId x = net.binary("conv", net.sign("sign", net.batch_norm("bn", net.input(), 1.0f)), {40});
  x = net.sign("sign2", net.activation("relu", net.factors("factors", x, 0.3f), ActivationKind::relu));
  const Graph trained = net.finish(net.factors("last", net.binary("conv2", x, {5}), 1.0f));
  const Graph lowered = folded(trained);
  const EvaluatedValues expected = values_of(trained, random_image(trained, random));
  const EvaluatedValues found = values_of(lowered, at(expected, trained.input));
  // A ReLU leaves no number below 0: every bit is 0.
  for (const double bit : at(found, find_node(lowered, "sign2")->output))
    REQUIRE(bit == 1.0);
  CHECK(compare_inputs(trained, expected, lowered, found).differing == 0);
}

TEST_CASE("pooled codes that fall where the pool rises are turned around") {
  Random random;
  const Graph lowered = folded(mixed_graph(Mixed::odd_levels, random));
  const Node* reverse = find_node(lowered, "levels2/reverse");
  REQUIRE(reverse != nullptr);  // slopes of both signs
  const std::vector<std::int8_t> signs(lowered.parameter(*reverse, "weight")->as<std::int8_t>(),
                                       lowered.parameter(*reverse, "weight")->as<std::int8_t>() + 20);
  CHECK(std::set<std::int8_t>(signs.begin(), signs.end()) == std::set<std::int8_t>{-1, 1});
  CHECK(find_node(lowered, "levels3/reverse") == nullptr);  // nothing is pooled there
  CHECK(value_at(lowered, reverse->output).type == DataType::s8);
}

TEST_CASE("weights of few levels take the smallest type that holds them, behind a batch-norm, too") {
  Random random;
  for (int bits = 1; bits <= 8; ++bits) {
    CAPTURE(bits);
    const Graph lowered = folded(mixed_graph(Mixed::odd_levels, random, bits));
    const DataType type = lowered.parameter(*find_node(lowered, "conv3"), "weight")->type;
    CHECK(type == (bits == 1   ? DataType::b1
                   : bits == 2 ? DataType::b2
                   : bits == 3 ? DataType::s4
                               : DataType::s8));
  }
  const Graph trained = mixed_graph(Mixed::coarse_weights, random);
  const Graph lowered = folded(trained);
  for (const char* name : {"conv1", "conv2", "conv3"}) {
    const std::vector<std::int32_t> before = trained_codes(trained, *find_node(trained, name), 7);
    const std::vector<std::int32_t> after = trained_codes(lowered, *find_node(lowered, name), 7);
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < after.size(); ++i)
      REQUIRE(std::abs(after[i]) == std::abs(before[i]));
  }
}

TEST_CASE("a channel pooled twice, with a negative factor between, is an error that names it") {
  Random random;
  MixedBuilder net(random, 24, 20);
  ValueId x = net.max_pool("pool1", net.real("conv1", net.input(), {8}), 2, 2);
  x = net.max_pool("pool2", net.batch_norm("bn", x, 1.0f), 2, 2);
  x = net.real("conv2", net.levels("levels", x, rising_levels(2)), {4, 3, 1, PaddingValue::zero, 3});
  const Result<Graph> lowered = fold_real(net.finish(x));
  REQUIRE_FALSE(lowered.ok());
  CHECK(std::string(lowered.error().message()).find("layer 'pool2'") != std::string::npos);
}
