#include <catch2/catch.hpp>
#include <cmath>

#include "core/hash.h"
#include "lowering/evaluate.h"
#include "networks/backbone.h"
#include "networks/load_network.h"
#include "support/random.h"

using namespace bitplace;

namespace {

// An image of a few flat areas under noise, normalised as ImageNet is.
std::vector<double> random_input(std::int64_t height, std::int64_t width, test::Random* random) {
  std::vector<double> input;
  const double left[] = {random->real(0.0f, 1.0f), random->real(0.0f, 1.0f), random->real(0.0f, 1.0f)};
  const double right[] = {random->real(0.0f, 1.0f), random->real(0.0f, 1.0f), random->real(0.0f, 1.0f)};
  for (std::int64_t i = 0; i < height * width * 3; ++i) {
    const auto channel = static_cast<std::size_t>(i % 3);
    const double* colors = i / 3 % width < width / 2 ? left : right;
    const double level = std::min(1.0, std::max(0.0, colors[channel] + double{random->real(-0.2f, 0.2f)}));
    input.push_back((level - static_cast<double>(kImageNetMean[channel])) /
                    static_cast<double>(kImageNetDeviation[channel]));
  }
  return input;
}

double root_mean_square(const std::vector<double>& values) {
  double squares = 0.0;
  for (const double x : values)
    squares += x * x;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

double root_mean_square_difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    difference[i] = a[i] - b[i];
  return root_mean_square(difference);
}

}  // namespace

TEST_CASE("random backbones keep activations of order one at any depth, and tell images apart") {
  constexpr int kHeight = 64, kWidth = 96;
  test::Random random(5);
  const std::vector<double> images[] = {random_input(kHeight, kWidth, &random),
                                        random_input(kHeight, kWidth, &random)};
  NetworkOptions options;
  options.height = kHeight;
  options.width = kWidth;
  for (const Backbone& backbone : backbones()) {
    INFO(backbone.name);
    const Result<LoadedNetwork> network = random_network(backbone.name, 9, options);
    REQUIRE(network.ok());
    const Result<EvaluatedValues> first = evaluate(network->graph, images[0]);
    const Result<EvaluatedValues> second = evaluate(network->graph, images[1]);
    REQUIRE((first.ok() && second.ok()));
    for (std::size_t value = 0; value < first->size(); ++value) {
      INFO(network->graph.values[value].name);
      const double size = root_mean_square((*first)[value]);
      CHECK(size > 0.05);
      CHECK(size < 10.0);
    }
    const auto features = static_cast<std::size_t>(network->graph.features);
    CHECK(root_mean_square_difference((*first)[features], (*second)[features]) >
          0.1 * root_mean_square((*first)[features]));
  }
}

// Of two networks with and without batch-norms. Measurements name a random network by its seed alone.
TEST_CASE("a seed means the same random backbone on every machine and in every release") {
  const std::pair<const char*, std::uint64_t> expected[] = {{"mobilenet_v2", 0xc9432b7ec45edee7u},
                                                            {"squeezenet1_1", 0x5a8011405c766fbcu}};
  for (const auto& [name, hash] : expected) {
    INFO(name);
    const Result<LoadedNetwork> network = random_network(name, 1, {});
    REQUIRE(network.ok());
    std::vector<ByteSpan> pieces;
    for (const Tensor& tensor : network->graph.tensors)
      pieces.emplace_back(tensor.data);
    CHECK(hash64(pieces) == hash);
  }
}
