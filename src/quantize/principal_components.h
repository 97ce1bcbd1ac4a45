// Principal component analysis: the d directions along which descriptors of D numbers differ most, so that d
// numbers stand for D.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitplace/result.h"

namespace bitplace {

// The decomposition is of a square matrix of min(samples, features) rows; beyond this it takes hours and
// gigabytes. More samples of fewer features are welcome.
inline constexpr std::int64_t kMostPrincipalRank = 8192;

struct PrincipalComponentsOptions {
  std::int64_t components = 0;  // d
  bool whiten = false;          // divide each coordinate by its standard deviation
};

struct PrincipalComponents {
  std::int64_t features = 0;      // D
  std::vector<float> mean;        // [D]
  std::vector<float> components;  // [d, D]: orthonormal rows, whitened ones divided by sqrt(variance)
  std::vector<double> variances;  // [d] of the samples along each row, largest first; divisor n - 1
  double total_variance = 0.0;    // of all features

  std::int64_t count() const { return static_cast<std::int64_t>(variances.size()); }
  double variance_kept() const;  // share of the total, 0 to 1
};

// `samples` holds n rows of `features` numbers. In every component the number of the largest magnitude (the
// first of equals) is positive, so the same samples give the same bytes on one machine.
// Errors: invalid_argument (no whole rows, fewer than two samples, a number that is not finite, more
// components than the samples span, with the number that they do; min(n, D) above kMostPrincipalRank).
//
// All arithmetic is in binary64. With m = min(n, D) it takes memory for three m x m matrices, one d x D
// matrix and a copy of 256 rows or columns of the samples, and time for m^2 * max(n, D) products and the
// decomposition, about 10 m^3: 1000 samples of 2048 features take a second, 2000 of 9216 twelve (one core of
// an AMD EPYC, Zen 4).
Result<PrincipalComponents> fit_principal_components(std::span<const float> samples, std::int64_t features,
                                                     const PrincipalComponentsOptions& options);

// y = components * (x - mean) as y = weights * x + bias: a fully connected layer.
struct LinearProjection {
  std::vector<float> weights;  // [d, D]
  std::vector<float> bias;     // [d]
};
LinearProjection linear_projection(const PrincipalComponents& principal);

}  // namespace bitplace
