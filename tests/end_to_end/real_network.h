// Real-valued networks through the whole of both sides, in f32.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "end_to_end/describe.h"
#include "lowering/real_model.h"
#include "networks/load_network.h"

namespace bitplace::test {

inline ModelContents real_valued_model(const LoadedNetwork& network) {
  Result<Graph> folded = fold_real(network.graph);
  if (!folded.ok()) FAIL(folded.error().message());
  Result<ModelContents> model = make_float_model({network.name, *std::move(folded), network.preprocessing});
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

// How near two feature maps are: the cosine of their angle, and their largest difference as a share of the
// largest expected number.
struct Agreement {
  double cosine = 0.0;
  double difference = 1.0;
};

inline Agreement agreement(const std::vector<float>& found, const std::vector<float>& expected) {
  REQUIRE(found.size() == expected.size());
  double product = 0.0, found_squares = 0.0, expected_squares = 0.0, difference = 0.0, largest = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto a = static_cast<double>(found[i]), b = static_cast<double>(expected[i]);
    product += a * b;
    found_squares += a * a;
    expected_squares += b * b;
    difference = std::max(difference, std::abs(a - b));
    largest = std::max(largest, std::abs(b));
  }
  return {product / std::sqrt(found_squares * expected_squares), difference / largest};
}

// Two implementations in binary32 of one network, their sums in another order.
inline void check_agreement(const std::vector<float>& found, const std::vector<float>& expected) {
  const Agreement a = agreement(found, expected);
  CHECK(a.cosine >= 0.99999);
  CHECK(a.difference < 1e-4);
}

}  // namespace bitplace::test
