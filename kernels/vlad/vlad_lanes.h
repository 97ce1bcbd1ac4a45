// Aggregated residuals with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_norm.h"
#include "kernels/common/lanes_pixels.h"
#include "kernels/vlad/vlad.h"

namespace bitplace {
namespace {

// Clusters and vectors of dimensions whose sums are in registers at once.
constexpr std::int64_t kClusters = 4;
// Pixels whose features stay in the second-level cache while all clusters take them, and clusters whose
// shares are summed at once.
constexpr std::int64_t kBlock = 64;

struct Pixels {
  std::int64_t begin, end;
};
template <typename L>
inline constexpr std::size_t kVectors = L::kRegisters == 32 ? 4 : 2;

// The sums over all pixels of the shares of `count` clusters.
inline void sum_shares(const VladCall& call, std::int64_t cluster, std::int64_t count, float* sums) {
  for (std::int64_t k = 0; k < count; ++k)
    sums[k] = 0.0f;
  const float* shares = call.assignments + cluster;
  for (std::int64_t n = 0; n < call.pixels; ++n, shares += call.clusters) {
    for (std::int64_t k = 0; k < count; ++k)
      sums[k] = sums[k] + shares[k];
  }
}

template <typename L>
inline void store_first(float* to, typename L::Floats x, std::int64_t count) {
  if (count >= L::kFloats) {
    L::store(to, x);
    return;
  }
  float buffer[L::kFloats];
  L::store(buffer, x);
  __builtin_memcpy(to, buffer, static_cast<std::size_t>(count) * sizeof(float));
}

template <typename L>
inline typename L::Floats load_first(const float* from, std::int64_t count) {
  return count >= L::kFloats ? L::load(from) : L::load(first_elements<L::kFloats>(from, count).at);
}

// Adds the pixels [begin, end) to the sums of kCount clusters in kWidth vectors of dimensions from d on, as
// far as there are some: whole vectors of features are read, an arena tensor's tail allows it.
template <typename L, std::size_t kCount, std::size_t kWidth>
inline void aggregate(const VladCall& call, const Pixels& pixels, std::int64_t cluster, std::int64_t d) {
  using Floats = typename L::Floats;
  constexpr auto kLanes = static_cast<std::size_t>(L::kFloats);
  Floats total[kCount][kWidth];
  float* residuals = call.residuals + cluster * call.dimensions + d;
#pragma GCC unroll 4
  for (std::size_t k = 0; k < kCount; ++k) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kWidth; ++v) {
      const auto at = static_cast<std::int64_t>(v) * L::kFloats;
      const float* from = residuals + static_cast<std::int64_t>(k) * call.dimensions + at;
      total[k][v] = pixels.begin == 0 ? L::set(0.0f) : load_first<L>(from, call.dimensions - d - at);
    }
  }
  const float* shares = call.assignments + pixels.begin * call.clusters + cluster;
  const float* features = call.features + pixels.begin * call.dimensions + d;
  for (std::int64_t n = pixels.begin; n < pixels.end; ++n) {
    Floats x[kWidth];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kWidth; ++v)
      x[v] = L::load(features + v * kLanes);
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kCount; ++k) {
      const Floats share = L::set(shares[k]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kWidth; ++v) {
        total[k][v] = L::add(total[k][v], L::multiply(share, x[v]));
        L::pin(total[k][v]);
      }
    }
    shares += call.clusters;
    features += call.dimensions;
  }
#pragma GCC unroll 4
  for (std::size_t k = 0; k < kCount; ++k) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kWidth; ++v) {
      const auto at = static_cast<std::int64_t>(v) * L::kFloats;
      store_first<L>(residuals + static_cast<std::int64_t>(k) * call.dimensions + at, total[k][v],
                     call.dimensions - d - at);
    }
  }
}

// From sums of shares times features to residuals.
template <typename L>
inline void subtract_center(const VladCall& call, std::int64_t cluster, float share) {
  using Floats = typename L::Floats;
  float* residuals = call.residuals + cluster * call.dimensions;
  transform<L>(
      residuals, call.dimensions,
      [sum = L::set(share)](Floats total, Floats center) {
        return L::subtract(total, L::multiply(sum, center));
      },
      static_cast<const float*>(residuals), call.centers + cluster * call.dimensions);
}

// Divides kCount clusters by their lengths and writes them in their order.
template <typename L, std::size_t kCount>
inline void normalize(const VladCall& call, std::int64_t cluster) {
  using Floats = typename L::Floats;
  const float* residuals = call.residuals + cluster * call.dimensions;
  float scale[kCount];
  sum_channels<L, kCount>(
      residuals, call.dimensions, [](Floats x, std::size_t) { return L::multiply(x, x); }, scale);
  for (float& factor : scale)
    factor = reciprocal_norm<L>(static_cast<double>(factor));
  if (call.dimension_major) {
    for (std::int64_t d = 0; d < call.dimensions; ++d) {
      for (std::size_t k = 0; k < kCount; ++k) {
        const auto row = static_cast<std::int64_t>(k);
        call.output[d * call.clusters + cluster + row] = residuals[row * call.dimensions + d] * scale[k];
      }
    }
    return;
  }
  for (std::size_t k = 0; k < kCount; ++k) {
    const std::int64_t row = static_cast<std::int64_t>(k) * call.dimensions;
    transform<L>(
        call.output + cluster * call.dimensions + row, call.dimensions,
        [factor = L::set(scale[k])](Floats x) { return L::multiply(x, factor); }, residuals + row);
  }
}

// The vectors of dimensions from d on, of clusters [begin, end).
template <typename L, std::size_t kWidth>
inline void aggregate_clusters(const VladCall& call, const Pixels& pixels, std::int64_t begin,
                               std::int64_t end, std::int64_t d) {
  for (; begin + kClusters <= end; begin += kClusters)
    aggregate<L, kClusters, kWidth>(call, pixels, begin, d);
  for (; begin < end; ++begin)
    aggregate<L, 1, kWidth>(call, pixels, begin, d);
}

template <typename L>
inline void aggregate_block(const VladCall& call, const Pixels& pixels, std::int64_t begin,
                            std::int64_t end) {
  constexpr std::int64_t kWide = static_cast<std::int64_t>(kVectors<L>) * L::kFloats;
  std::int64_t d = 0;
  for (; d + kWide <= call.dimensions; d += kWide)
    aggregate_clusters<L, kVectors<L>>(call, pixels, begin, end, d);
  for (; d < call.dimensions; d += L::kFloats)
    aggregate_clusters<L, 1>(call, pixels, begin, end, d);
}

template <typename L>
void run(const VladCall& call, std::int64_t begin, std::int64_t end) {
  const auto smaller = [](std::int64_t a, std::int64_t b) { return a < b ? a : b; };
  for (std::int64_t n = 0; n < call.pixels; n += kBlock)
    aggregate_block<L>(call, {n, smaller(n + kBlock, call.pixels)}, begin, end);
  for (std::int64_t first = begin; first < end; first += kBlock) {
    float sums[kBlock];
    const std::int64_t count = smaller(end - first, kBlock);
    sum_shares(call, first, count, sums);
    for (std::int64_t k = 0; k < count; ++k)
      subtract_center<L>(call, first + k, sums[k]);
  }
  for_each_pixels<L>(begin, end,
                     [&](auto count, std::int64_t cluster) { normalize<L, count>(call, cluster); });
}

}  // namespace
}  // namespace bitplace
