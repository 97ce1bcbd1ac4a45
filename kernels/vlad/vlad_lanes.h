// Aggregated residuals with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_norm.h"
#include "kernels/common/lanes_pixels.h"
#include "kernels/vlad/vlad.h"

namespace bitplace {
namespace {

// Clusters and vectors of dimensions whose sums are in registers at once.
constexpr std::int64_t kClusters = 4;
template <typename L>
inline constexpr std::size_t kVectors = L::kRegisters == 32 ? 4 : 2;

// The sums over all pixels of the shares of kCount clusters.
template <std::size_t kCount>
inline void sum_shares(const VladCall& call, std::int64_t cluster, float* sums) {
  for (std::size_t k = 0; k < kCount; ++k)
    sums[k] = 0.0f;
  const float* shares = call.assignments + cluster;
  for (std::int64_t n = 0; n < call.pixels; ++n, shares += call.clusters) {
    for (std::size_t k = 0; k < kCount; ++k)
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

// Residuals of kCount clusters in kWidth vectors of dimensions from d on, as far as there are some: whole
// vectors are read, an arena tensor's tail allows it.
template <typename L, std::size_t kCount, std::size_t kWidth>
inline void aggregate(const VladCall& call, std::int64_t cluster, const float* sums, std::int64_t d) {
  using Floats = typename L::Floats;
  constexpr auto kLanes = static_cast<std::size_t>(L::kFloats);
  Floats total[kCount][kWidth];
#pragma GCC unroll 4
  for (std::size_t k = 0; k < kCount; ++k) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kWidth; ++v)
      total[k][v] = L::set(0.0f);
  }
  const float* shares = call.assignments + cluster;
  const float* features = call.features + d;
  for (std::int64_t n = 0; n < call.pixels; ++n, shares += call.clusters, features += call.dimensions) {
    Floats x[kWidth];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kWidth; ++v)
      x[v] = L::load(features + v * kLanes);
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kCount; ++k) {
      const Floats share = L::set(shares[k]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kWidth; ++v)
        total[k][v] = L::add(total[k][v], L::multiply(share, x[v]));
    }
  }
#pragma GCC unroll 4
  for (std::size_t k = 0; k < kCount; ++k) {
    const std::int64_t row = (cluster + static_cast<std::int64_t>(k)) * call.dimensions + d;
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kWidth; ++v) {
      const auto at = static_cast<std::int64_t>(v) * L::kFloats;
      const Floats center = L::load(call.centers + row + at);
      store_first<L>(call.residuals + row + at,
                     L::subtract(total[k][v], L::multiply(L::set(sums[k]), center)),
                     call.dimensions - d - at);
    }
  }
}

// Divides kCount clusters by their lengths and writes them in their order.
template <typename L, std::size_t kCount>
inline void normalize(const VladCall& call, std::int64_t cluster) {
  using Floats = typename L::Floats;
  for (std::size_t k = 0; k < kCount; ++k) {
    const std::int64_t row = cluster + static_cast<std::int64_t>(k);
    float* v = call.residuals + row * call.dimensions;
    float squares = 0;
    sum_channels<L, 1>(
        v, call.dimensions, [](Floats x, std::size_t) { return L::multiply(x, x); }, &squares);
    const float factor = reciprocal_norm<L>(static_cast<double>(squares));
    if (call.dimension_major) {
      for (std::int64_t d = 0; d < call.dimensions; ++d)
        call.output[d * call.clusters + row] = v[d] * factor;
    } else {
      const Floats scale = L::set(factor);
      transform<L>(
          call.output + row * call.dimensions, call.dimensions,
          [=](Floats x) { return L::multiply(x, scale); }, static_cast<const float*>(v));
    }
  }
}

template <typename L, std::size_t kCount>
inline void run_clusters(const VladCall& call, std::int64_t cluster) {
  float sums[kCount];
  sum_shares<kCount>(call, cluster, sums);
  constexpr std::int64_t kWide = static_cast<std::int64_t>(kVectors<L>) * L::kFloats;
  std::int64_t d = 0;
  for (; d + kWide <= call.dimensions; d += kWide)
    aggregate<L, kCount, kVectors<L>>(call, cluster, sums, d);
  for (; d < call.dimensions; d += L::kFloats)
    aggregate<L, kCount, 1>(call, cluster, sums, d);
  normalize<L, kCount>(call, cluster);
}

template <typename L>
void run(const VladCall& call, std::int64_t begin, std::int64_t end) {
  for (; begin + kClusters <= end; begin += kClusters)
    run_clusters<L, kClusters>(call, begin);
  for (; begin < end; ++begin)
    run_clusters<L, 1>(call, begin);
}

}  // namespace
}  // namespace bitplace
