// How the tiles of float_tiles.h sum where every instruction set must give the same bytes: one sum per
// output, product after product, each product and each sum rounded. Included behind a float_vector_*.h;
// internal linkage throughout.
#pragma once

namespace bitplace {
namespace {

constexpr int partial_sums(int) {
  return 1;
}

inline void accumulate(Vector x, Vector w, Vector& sum) {
  multiply_then_add(x, w, sum);
}

}  // namespace
}  // namespace bitplace
