// Every value of a graph that must be right.
#pragma once

#include <catch2/catch.hpp>
#include <vector>

#include "lowering/evaluate.h"

namespace bitplace::test {

using Numbers = std::vector<double>;

inline std::vector<Numbers> evaluate_real(const Graph& graph, const Numbers& input) {
  Result<EvaluatedValues> values = evaluate(graph, input);
  if (!values.ok()) FAIL(values.error().message());
  return *std::move(values);
}

// Sums of squares: of one image's features, and of their difference to another's.
struct FeatureSpread {
  double square = 0.0, difference = 0.0;
};

inline FeatureSpread feature_spread(const Graph& graph, const Numbers& image, const Numbers& other) {
  const auto features = static_cast<std::size_t>(graph.features);
  const Numbers a = evaluate_real(graph, image)[features], b = evaluate_real(graph, other)[features];
  FeatureSpread spread;
  for (std::size_t i = 0; i < a.size(); ++i) {
    spread.square += a[i] * a[i];
    spread.difference += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return spread;
}

}  // namespace bitplace::test
