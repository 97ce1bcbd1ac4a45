#include "quantize/raise_layers.h"

#include <catch2/catch.hpp>
#include <map>

#include "float_network.h"

using namespace bitplace;

namespace {

// Layers whose losses add up: what is in integers costs what the table says.
class AdditiveLoss {
 public:
  explicit AdditiveLoss(std::map<std::string, double> costs) : costs_(std::move(costs)) {}

  DescriptorLoss function() {
    return [this](const PrecisionMap& precisions, bool quick) -> Result<double> {
      (quick ? quick_calls : calls) += 1;
      double sum = 0.0;
      for (const auto& [name, cost] : costs_)
        sum += is_integer(precisions.of(name)) ? cost : 0.0;
      return sum;
    };
  }

  int calls = 0, quick_calls = 0;

 private:
  std::map<std::string, double> costs_;
};

const std::map<std::string, double> kCosts = {{"stem", 0.5},    {"depthwise", 0.004}, {"project", 0.03},
                                              {"expand", 0.02}, {"depthwise2", 0.01}, {"project2", 0.0}};

Graph six_layers() {
  test::Random random(3);
  return test::inverted_residuals(random, 6.0f, 2.0f);
}

PrecisionMap all(Precision precision) {
  PrecisionMap map;
  map.otherwise = precision;
  return map;
}

}  // namespace

TEST_CASE("as few layers are raised as the loss allows, the most sensitive first") {
  const Graph graph = six_layers();
  const std::vector<std::string> order = {"stem", "project", "expand", "depthwise2", "depthwise", "project2"};
  // What is left with so many of them raised: .064, .034, .014, .004, 0.
  for (const auto& [allowed, count] : {std::pair{0.57, 0U}, std::pair{0.1, 1U}, std::pair{0.05, 2U},
                                       std::pair{0.02, 3U}, std::pair{0.005, 4U}, std::pair{0.001, 5U}}) {
    CAPTURE(allowed);
    AdditiveLoss loss(kCosts);
    const Result<RaisedLayers> raised =
        raise_sensitive_layers(graph, all(Precision::int8), allowed, loss.function());
    REQUIRE(raised.ok());
    REQUIRE(raised->layers.size() == count);
    for (std::size_t i = 0; i < order.size(); ++i) {
      CAPTURE(order[i]);
      CHECK(raised->precisions.of(order[i]) == (i < count ? Precision::fp32_ordered : Precision::int8));
      if (i < count) CHECK(raised->layers[i].name == order[i]);
      if (i < count) CHECK(raised->layers[i].loss == kCosts.at(order[i]));
    }
    CHECK(loss.quick_calls == (count == 0 ? 0 : 6));
    CHECK(loss.calls <= 4);
  }
}

TEST_CASE("layers that are no integers are neither judged nor raised") {
  const Graph graph = six_layers();
  PrecisionMap asked = all(Precision::fp16);
  asked.layers["project"] = Precision::w4a8;
  asked.layers["project2"] = Precision::int8;
  AdditiveLoss loss(kCosts);
  const Result<RaisedLayers> raised = raise_sensitive_layers(graph, asked, 0.0, loss.function());
  REQUIRE(raised.ok());
  REQUIRE(raised->layers.size() == 1);
  CHECK(raised->layers[0].name == "project");
  CHECK(raised->precisions.of("project2") == Precision::int8);
  CHECK(raised->precisions.of("stem") == Precision::fp16);
  CHECK(loss.quick_calls == 2);
}

TEST_CASE("an error of the loss is handed on") {
  const Result<RaisedLayers> raised = raise_sensitive_layers(
      six_layers(), all(Precision::int8), 0.1, [](const PrecisionMap&, bool quick) -> Result<double> {
        if (!quick) return 1.0;
        return Error(ErrorCode::io, "no such image");
      });
  REQUIRE(!raised.ok());
  CHECK(raised.error().code() == ErrorCode::io);
}
