// Vectors of locally aggregated descriptors (kernels/vlad/vlad.h) on the GPU, by two kernels that follow each
// other.
//
// Residuals: a block makes kTile clusters x kTile dimensions, a thread two by two. Pixels come through shared
// memory, kTile at a time, and are added in their order, product and sum rounded apart: no matrix instruction
// does that. Then a vector's length, in the order of RowsKernel, and its quotients.
#pragma once

#include "cuda/channels/rows_kernel.h"
#include "kernels/vlad/vlad.h"

namespace bitplace::cuda {

using VladParameters =
    BatchedCall<VladCall>;  // its count is clusters; residuals are one image's behind another's

struct VladResidualsKernel {
  using Parameters = VladParameters;
  static constexpr int kTile = 32;
  static constexpr int kPart = 2;  // of a tile's rows and columns, a thread's
  static constexpr int kThreads = kTile / kPart * (kTile / kPart);
  struct Shared {
    float assignments[kTile][kTile];  // [pixel][cluster]
    float features[kTile][kTile];     // [pixel][dimension]
  };
  struct Registers {
    float sums[kPart][kPart];  // [cluster][dimension]
    float shares[kPart];
  };

  static Grid grid(const Parameters& p) {
    return {divide_up<std::int64_t>(p.call.dimensions, kTile),
            divide_up<std::int64_t>(p.call.clusters, kTile), p.batch};
  }

  static BITPLACE_DEVICE std::int32_t cluster_part(const Position& at) {
    return at.thread / (kTile / kPart) * kPart;
  }
  static BITPLACE_DEVICE std::int32_t dimension_part(const Position& at) {
    return at.thread % (kTile / kPart) * kPart;
  }

  static BITPLACE_DEVICE void begin(Registers& r) {
    BITPLACE_UNROLL
    for (int k = 0; k < kPart; ++k) {
      r.shares[k] = 0.0f;
      BITPLACE_UNROLL
      for (int d = 0; d < kPart; ++d)
        r.sums[k][d] = 0.0f;
    }
  }

  // A tile of `from`, which has `columns` columns: kTile pixels from `pixel` on and the columns of the block.
  static BITPLACE_DEVICE void fetch_tile(const float* from, std::int64_t pixel, std::int64_t pixels,
                                         std::int64_t column, std::int64_t columns, std::int32_t thread,
                                         float (&tile)[kTile][kTile]) {
    for (std::int32_t i = thread; i < kTile * kTile; i += kThreads) {
      const std::int64_t n = pixel + i / kTile;
      const std::int64_t c = column + i % kTile;
      tile[i / kTile][i % kTile] = n < pixels && c < columns ? from[n * columns + c] : 0.0f;
    }
  }

  static BITPLACE_DEVICE void fetch(const Parameters& p, const Position& at, std::int64_t pixel,
                                    Shared& shared) {
    const VladCall& call = p.call;
    const std::int64_t image = at.block_z * call.pixels;
    fetch_tile(call.assignments + image * call.clusters, pixel, call.pixels, std::int64_t{at.block_y} * kTile,
               call.clusters, at.thread, shared.assignments);
    fetch_tile(call.features + image * call.dimensions, pixel, call.pixels, std::int64_t{at.block_x} * kTile,
               call.dimensions, at.thread, shared.features);
  }

  static BITPLACE_DEVICE void add(const Position& at, std::int64_t pixels, const Shared& shared,
                                  Registers& r) {
    for (std::int32_t n = 0; n < pixels; ++n) {
      BITPLACE_UNROLL
      for (int k = 0; k < kPart; ++k) {
        const float share = shared.assignments[n][cluster_part(at) + k];
        r.shares[k] = r.shares[k] + share;
        BITPLACE_UNROLL
        for (int d = 0; d < kPart; ++d)
          r.sums[k][d] = r.sums[k][d] + share * shared.features[n][dimension_part(at) + d];
      }
    }
  }

  static BITPLACE_DEVICE void store(const Parameters& p, const Position& at, const Registers& r) {
    const VladCall& call = p.call;
    float* residuals = call.residuals + at.block_z * call.clusters * call.dimensions;
    BITPLACE_UNROLL
    for (int k = 0; k < kPart; ++k) {
      BITPLACE_UNROLL
      for (int d = 0; d < kPart; ++d) {
        const std::int64_t cluster = std::int64_t{at.block_y} * kTile + cluster_part(at) + k;
        const std::int64_t dimension = std::int64_t{at.block_x} * kTile + dimension_part(at) + d;
        if (cluster >= call.clusters || dimension >= call.dimensions) continue;
        const std::int64_t i = cluster * call.dimensions + dimension;
        residuals[i] = r.sums[k][d] - r.shares[k] * call.centers[i];
      }
    }
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position&, Registers& r) { begin(r); });
    for (std::int64_t pixel = 0; pixel < p.call.pixels; pixel += kTile) {
      block.each_thread([&](const Position& at, Registers&) { fetch(p, at, pixel, block.shared()); });
      block.synchronize();
      const std::int64_t pixels = smaller<std::int64_t>(kTile, p.call.pixels - pixel);
      block.each_thread([&](const Position& at, Registers& r) { add(at, pixels, block.shared(), r); });
      block.synchronize();
    }
    block.each_thread([&](const Position& at, Registers& r) { store(p, at, r); });
  }
};

struct VladLengths : UnitRows<VladLengths, VladParameters> {
  static BITPLACE_DEVICE std::int64_t rows(const Parameters& p) { return p.call.clusters * p.batch; }
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) { return p.call.dimensions; }
  static BITPLACE_DEVICE const float* row(const Parameters& p, std::int64_t row) {
    return p.call.residuals + row * p.call.dimensions;
  }
  static BITPLACE_DEVICE void finish(const Parameters& p, const RowPart& part, const State& state) {
    const VladCall& call = p.call;
    const std::int64_t image = quotient(part.row, call.clusters);
    const std::int64_t cluster = part.row - image * call.clusters;
    const float* v = row(p, part.row);
    float* y = call.output + image * call.clusters * call.dimensions;
    for (std::int64_t d = part.first; d < call.dimensions; d += kPartialSums)
      y[call.dimension_major ? d * call.clusters + cluster : cluster * call.dimensions + d] =
          v[d] * state.scale;
  }
};

int launch_vlad(const void* parameters, void* stream);  // both, in order

}  // namespace bitplace::cuda
