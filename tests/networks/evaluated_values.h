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

}  // namespace bitplace::test
