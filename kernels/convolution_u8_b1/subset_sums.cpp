#include "kernels/convolution_u8_b1/subset_sums.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "kernels/convolution_u8_b1/quads.h"

namespace bitplace::convolution_u8_b1 {
namespace {

constexpr std::int64_t kLargestDepth = 513;
// Costs of one window before pooling, in lookups of 32 channels, measured on Zen 4: making a table, comparing
// 32 channels with their thresholds, adding up all bytes. A dot-product instruction costs as much as a
// lookup.
constexpr std::int64_t kTableCost = 6;
constexpr std::int64_t kThresholdCost = 10;
constexpr std::int64_t kSumCost = 13;
constexpr std::int64_t kTasksWanted = 8;
// Outputs that are computed together where the pooling window is not 2 x 2.
constexpr std::int64_t kNeighbours = 4;

std::int64_t window_row_bytes(const ConvolutionProblem& p) {
  return std::int64_t{p.kernel_width} * p.input_channels;
}

std::int64_t groups_of(const ConvolutionProblem& p) {
  return (window_row_bytes(p) + kGroupBytes - 1) / kGroupBytes;
}

std::int64_t vectors_of(const ConvolutionProblem& p) {
  return (std::int64_t{p.output_channels} + kSubsetLanes - 1) / kSubsetLanes;
}

std::int64_t step_bytes(const ConvolutionProblem& p) {
  return std::int64_t{p.stride_width} * p.input_channels;
}

std::int64_t pitch_of(const ConvolutionProblem& p) {
  return std::gcd(step_bytes(p), kGroupBytes);
}

std::int64_t ring_rows(const ConvolutionProblem& p) {
  return std::int64_t{p.pool_height - 1} * p.stride_height +
         std::int64_t{p.kernel_height - 1} * p.dilation_height + 1;
}

// Tables in a row of the image that `columns` columns of outputs read.
std::int64_t tables_of(const ConvolutionProblem& p, std::int64_t columns) {
  return ((columns * p.pool_width - 1) * step_bytes(p) + (groups_of(p) - 1) * kGroupBytes) / pitch_of(p) + 1;
}

// Rows lie at least 512 bytes off a multiple of 4 KiB: a window reads the same columns of all of them, which
// would otherwise compete for a few sets of the first cache.
std::int64_t ring_row_bytes(const ConvolutionProblem& p, std::int64_t columns) {
  constexpr std::int64_t kPage = 4096;
  constexpr std::int64_t kDistance = 512;
  const std::int64_t bytes = tables_of(p, columns) * kSubsetTableBytes;
  const std::int64_t beyond = (bytes + kDistance) % kPage;
  return beyond < 2 * kDistance ? bytes + 2 * kDistance - beyond : bytes;
}

bool is_pooled_2x2(const ConvolutionProblem& p) {
  return p.pool_height == 2 && p.pool_width == 2;
}

// Columns of the widest strip; 0 where not even one column's ring fits.
std::int64_t strip_columns(const ConvolutionProblem& p) {
  const std::int64_t most_bytes = kRingBytes / ring_rows(p);
  std::int64_t fitting = p.output_width;
  while (fitting > 0 && ring_row_bytes(p, fitting) > most_bytes)
    --fitting;
  if (fitting == 0) return 0;
  const std::int64_t unit = is_pooled_2x2(p) || fitting < kNeighbours ? 1 : kNeighbours;
  const std::int64_t whole = fitting / unit * unit;
  const std::int64_t strips = (p.output_width + whole - 1) / whole;
  const std::int64_t even = (p.output_width + strips - 1) / strips;
  return std::min(whole, (even + unit - 1) / unit * unit);
}

SubsetGeometry geometry_of(const ConvolutionProblem& p) {
  const std::int64_t columns = strip_columns(p);
  SubsetGeometry g{};
  g.pitch = static_cast<std::int32_t>(pitch_of(p));
  g.groups = static_cast<std::int32_t>(groups_of(p));
  g.ring_rows = static_cast<std::int32_t>(ring_rows(p));
  g.strip_columns = static_cast<std::int32_t>(columns);
  g.strips = static_cast<std::int32_t>((p.output_width + columns - 1) / columns);
  g.row_chunks = static_cast<std::int32_t>(
      std::min<std::int64_t>((kTasksWanted + g.strips - 1) / g.strips, p.output_height));
  g.vectors = static_cast<std::int32_t>(vectors_of(p));
  g.ring_row_bytes = ring_row_bytes(p, columns);
  g.indices_offset = static_cast<std::int64_t>(kSubsetGeometryBytes) +
                     g.vectors * static_cast<std::int64_t>(sizeof(SubsetVector));
  return g;
}

bool is_negative(const std::uint8_t* row, std::int64_t weight) {
  return (row[weight / 8] >> (weight % 8) & 1) != 0;
}

std::int64_t negative_weights(const ConvolutionProblem& p, const std::uint8_t* row) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < convolution_depth(p); ++i)
    count += is_negative(row, i) ? 1 : 0;
  return count;
}

// Indices of one channel; from group to group they are `distance` apart.
void pack_indices(const ConvolutionProblem& p, const std::uint8_t* row, bool positive, std::int64_t distance,
                  std::uint16_t* indices) {
  const std::int64_t row_bytes = window_row_bytes(p);
  for (std::int64_t y = 0; y < p.kernel_height; ++y) {
    for (std::int64_t i = 0; i < row_bytes; ++i) {
      if (is_negative(row, y * row_bytes + i) == positive) continue;
      std::uint16_t& index = indices[(y * groups_of(p) + i / kGroupBytes) * distance];
      index = static_cast<std::uint16_t>(index | 1u << (i % kGroupBytes));
    }
  }
}

void pack_threshold(std::int64_t threshold, bool positive, bool flip, std::int64_t lane,
                    SubsetVector& vector) {
  // Arithmetic shifts are floors.
  const std::int64_t q = positive ? -((threshold - 1) >> 1) : (threshold + 1) >> 1;
  const std::int64_t odd = (positive ? threshold - 1 : threshold) & 1;
  vector.add[lane] = static_cast<std::uint16_t>(std::clamp<std::int64_t>(q, 0, UINT16_MAX));
  vector.subtract[lane] = static_cast<std::uint16_t>(std::clamp<std::int64_t>(-q, 0, UINT16_MAX));
  vector.parity |= static_cast<std::uint32_t>(odd) << lane;
  vector.flip |= static_cast<std::uint32_t>(flip) << lane;
}

}  // namespace

bool accepts_subsets(const ConvolutionProblem& p) {
  if (!accepts_quads(p) || p.dilation_width != 1 || convolution_depth(p) > kLargestDepth) return false;
  if (ring_rows(p) > kMostRingTables || strip_columns(p) == 0) return false;
  const std::int64_t tables = p.stride_height * step_bytes(p) / pitch_of(p);
  const std::int64_t lookups = p.kernel_height * groups_of(p) * vectors_of(p);
  const std::int64_t dot_products = p.kernel_height * ((window_row_bytes(p) + 3) / 4) * 2 * vectors_of(p);
  return lookups + kTableCost * tables + kThresholdCost * vectors_of(p) + kSumCost <= dot_products;
}

std::size_t subset_packed_bytes(const ConvolutionProblem& p) {
  const SubsetGeometry g = geometry_of(p);
  return static_cast<std::size_t>(g.indices_offset +
                                  p.kernel_height * g.groups * g.vectors * kSubsetLanes * 2);
}

void pack_subsets(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const SubsetGeometry g = geometry_of(p);
  std::memcpy(bytes, &g, sizeof g);
  auto* vectors = reinterpret_cast<SubsetVector*>(bytes + kSubsetGeometryBytes);
  auto* indices = reinterpret_cast<std::uint16_t*>(bytes + g.indices_offset);
  const std::int64_t row_bytes = (convolution_depth(p) + 7) / 8;
  const std::int64_t steps = std::int64_t{p.kernel_height} * g.groups;
  for (std::int64_t index = 0; index < vector_blocks(g.vectors, kMostSubsetVectors); ++index) {
    const VectorBlock block = vector_block(g.vectors, kMostSubsetVectors, index);
    for (std::int64_t lane = 0; lane < block.count * kSubsetLanes; ++lane) {
      const std::int64_t channel = block.first * kSubsetLanes + lane;
      SubsetVector& vector = vectors[channel / kSubsetLanes];
      const std::int64_t place = channel % kSubsetLanes;
      if (channel >= p.output_channels) {
        // Never x + q <= H, in the direction where that is a 0.
        vector.add[place] = UINT16_MAX;
        vector.positive |= 1u << place;
        continue;
      }
      const std::uint8_t* row = constants.weight_rows + channel * row_bytes;
      const bool positive = 2 * negative_weights(p, row) > convolution_depth(p);
      vector.positive |= static_cast<std::uint32_t>(positive) << place;
      pack_indices(p, row, positive, block.count * kSubsetLanes,
                   indices + steps * block.first * kSubsetLanes + lane);
      if (constants.threshold == nullptr) continue;
      pack_threshold(constants.threshold[channel], positive, constants.flip[channel] != 0, place, vector);
    }
  }
}

std::int64_t subset_tasks(const ConvolutionProblem& p) {
  const SubsetGeometry g = geometry_of(p);
  return std::int64_t{g.strips} * g.row_chunks;
}

}  // namespace bitplace::convolution_u8_b1
