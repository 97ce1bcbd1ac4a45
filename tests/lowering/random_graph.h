// Small networks with every shape of layer that lowering knows, and seeded constants.
#pragma once

#include <vector>

#include "graph/graph.h"
#include "support/random.h"

namespace bitplace::test {

// What stands between a layer's accumulators and the next sign.
enum class Between {
  affine,        // multiply_add -> sign
  pool_affine,   // max_pool -> batch_norm -> sign
  affine_pool,   // multiply_add -> max_pool -> multiply_add -> sign
  sign_pool,     // batch_norm -> sign -> max_pool of bits
  overlap_pool,  // overlapping max_pool -> batch_norm -> sign
  sign_only,     // sign of the accumulators themselves
};
inline constexpr Between kAllBetween[] = {Between::affine,    Between::pool_affine,  Between::affine_pool,
                                          Between::sign_pool, Between::overlap_pool, Between::sign_only};

// image f32 21x19x3 -> first convolution -> `between` -> 3x3 convolution (groups, padding) -> 2x2 max-pool.
struct RandomGraphOptions {
  Between between = Between::pool_affine;
  PaddingValue padding = PaddingValue::zero;
  std::int32_t filters = 36;  // of the first layer; not a multiple of 32
  std::int32_t groups = 1;
};
Graph random_graph(const RandomGraphOptions& options, Random& random);

// Odd numbers: with the first layer's odd count of products its accumulators are never 0, a tie that float
// sums would resolve at random.
std::vector<double> random_pixels(const Graph& graph, Random& random);

}  // namespace bitplace::test
