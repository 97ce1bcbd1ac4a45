// Keys that order places out of distances, as src/map/scorer.h defines them: larger is more alike. The dot
// products of floats are keys already.
#pragma once

#include "cuda/elementwise/elementwise.h"
#include "kernels/distance/cosine.h"

namespace bitplace::cuda {

struct KeysParameters {
  const std::int32_t* distances;  // query_count x count
  float* keys;                    // likewise
  std::int64_t count;
  std::int32_t query_count;
  const float* query_norms;  // of s8 descriptors
  const float* norms;
};

struct KeysOfPairs : OneAtATime<KeysParameters> {
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) { return p.count * p.query_count; }
};

struct KeysOfBits : KeysOfPairs {
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t pair) {
    p.keys[pair] = static_cast<float>(-p.distances[pair]);
  }
};

struct KeysOfCodes : KeysOfPairs {
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t pair) {
    const std::int64_t query = quotient(pair, p.count);
    const std::int64_t place = pair - query * p.count;
    p.keys[pair] = cosine(p.distances[pair], p.query_norms[query], p.norms[place]);
  }
};

}  // namespace bitplace::cuda
