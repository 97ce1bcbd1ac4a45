// How the tiles of float_tiles.h sum where only a bound is promised: fused where the vector can, small tiles
// with several sums per output. Included behind a float_vector_*.h; internal linkage throughout.
#pragma once

namespace bitplace {
namespace {

// Sums are independent chains: a product's latency is hidden by 8 of them. Small tiles keep several sums per
// output, of every second or fourth product.
constexpr int partial_sums(int chains) {
  return chains >= 8 ? 1 : chains >= 4 ? 2 : 4;
}

inline void accumulate(Vector x, Vector w, Vector& sum) {
  multiply_add(x, w, sum);
}

}  // namespace
}  // namespace bitplace
