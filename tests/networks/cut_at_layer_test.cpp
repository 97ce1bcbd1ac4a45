#include "networks/cut_at_layer.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/split_mix.h"
#include "lowering/evaluate.h"
#include "lowering/lower.h"
#include "lowering/rewrite.h"
#include "networks/build_binary_network.h"
#include "networks/load_network.h"

using namespace bitplace;

namespace {

Graph floppynet() {
  const BinaryNetwork& network = *find_binary_network("floppynet");
  const Result<BuiltNetwork> built = build_binary_network(network, random_parameters(network, 3), 1e-3);
  REQUIRE(built.ok());
  return built->graph;
}

std::vector<double> random_pixels(const Graph& graph) {
  SplitMix64 random(11);
  std::vector<double> pixels(static_cast<std::size_t>(value_at(graph, graph.input).shape.elements()));
  for (double& pixel : pixels)
    pixel = static_cast<double>(random.next() % 256);
  return pixels;
}

}  // namespace

TEST_CASE("a network cut at a layer ends with it and keeps nothing that it does not need") {
  const Result<Graph> front = cut_at_layer(floppynet(), "pool2");
  REQUIRE(front.ok());
  CHECK(front->nodes.back().name == "pool2");
  CHECK(value_at(*front, front->features).shape == Shape(1, 13, 13, 256));
  CHECK(front->descriptor == front->features);
  // Two weights and the four constants of the batch-norm between them.
  CHECK(front->tensors.size() == 6);
  CHECK(front->nodes.size() == 6);
}

TEST_CASE("a layer that is not there, or gives bits, cannot end a network") {
  for (const char* layer : {"conv9", "conv2/sign", ""}) {
    const Result<Graph> front = cut_at_layer(floppynet(), layer);
    REQUIRE_FALSE(front.ok());
    CHECK(front.error().message() ==
          "--cut " + std::string(layer) +
              ": the network has conv1, pool1, conv2_bn, conv2, pool2, conv5_bn, conv5, pool5");
  }
}

TEST_CASE("cut in front of the first sign, the integer model gives the trained sums times 255") {
  const Result<Graph> front = cut_at_layer(floppynet(), "pool1");
  REQUIRE(front.ok());
  const Result<Graph> lowered = lower(*front, LoweringOptions{});
  REQUIRE(lowered.ok());
  const std::vector<double> pixels = random_pixels(*front);
  std::vector<double> scaled = pixels;
  for (double& pixel : scaled)
    pixel /= 255.0;
  const Result<EvaluatedValues> trained = evaluate(*front, scaled);
  const Result<EvaluatedValues> integers = evaluate(*lowered, pixels);
  REQUIRE(trained.ok());
  REQUIRE(integers.ok());
  const std::vector<double>& expected = (*trained)[static_cast<std::size_t>(front->features)];
  const std::vector<double>& actual = (*integers)[static_cast<std::size_t>(lowered->features)];
  REQUIRE(expected.size() == actual.size());
  int differing = 0;
  for (std::size_t i = 0; i < actual.size(); ++i)
    differing += std::nearbyint(expected[i] * 255.0) != actual[i] ? 1 : 0;
  CHECK(differing == 0);
}

TEST_CASE("loading a network cuts it where it is told to") {
  NetworkOptions options;
  options.cut = "conv2";
  const Result<LoadedNetwork> loaded = random_network("shallownet", 5, options);
  REQUIRE(loaded.ok());
  CHECK(loaded->cut == "conv2");
  CHECK(value_at(loaded->graph, loaded->graph.features).shape == Shape(1, 27, 27, 256));
}
