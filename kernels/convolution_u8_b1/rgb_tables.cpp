#include "kernels/convolution_u8_b1/rgb_tables.h"

#include <algorithm>
#include <cstring>

#include "kernels/convolution_u8_b1/quads.h"

namespace bitplace::convolution_u8_b1 {
namespace {

constexpr std::int64_t kChannels = 3;
constexpr std::int64_t kMostDepth = 513;
constexpr std::int64_t kMostKernelRows = 128;  // 255 times as much fits in a signed 16-bit sum of a column
constexpr std::int64_t kTasksWanted = 4;
constexpr std::int64_t kWindowBytesMultiple = 16;

std::int64_t taps_of(const ConvolutionProblem& p) {
  return std::int64_t{p.kernel_height} * p.kernel_width;
}

std::int64_t blocks_of(const ConvolutionProblem& p) {
  return (std::int64_t{p.output_channels} + kBlockChannels - 1) / kBlockChannels;
}

std::int64_t window_bytes_of(const ConvolutionProblem& p) {
  const std::int64_t bytes = ((p.kernel_width - 1) * std::int64_t{p.dilation_width} + 1) * kChannels;
  return (bytes + kWindowBytesMultiple - 1) / kWindowBytesMultiple * kWindowBytesMultiple;
}

struct Places {
  std::size_t blocks, indices, end;
};

Places places_of(const ConvolutionProblem& p) {
  const auto aligned = [](std::int64_t bytes) {
    return (static_cast<std::size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
  };
  Places places{};
  places.blocks = aligned(2 * window_bytes_of(p));
  places.indices = places.blocks + sizeof(RgbBlock) * static_cast<std::size_t>(blocks_of(p));
  places.end = places.indices + aligned(2 * blocks_of(p) * kBlockChannels * taps_of(p));
  return places;
}

bool is_negative(const std::uint8_t* row, std::int64_t weight) {
  return (row[weight / 8] >> (weight % 8) & 1) != 0;
}

bool negative_is_rarer(const ConvolutionProblem& p, const std::uint8_t* row) {
  std::int64_t negative = 0;
  for (std::int64_t i = 0; i < convolution_depth(p); ++i)
    negative += is_negative(row, i) ? 1 : 0;
  return 2 * negative <= convolution_depth(p);
}

// Indices of one output channel, a tap's `kBlockChannels` pairs of bytes apart.
void pack_channel(const ConvolutionProblem& p, const std::uint8_t* row, bool rarer_is_negative,
                  std::uint8_t* indices) {
  for (std::int64_t tap = 0; tap < taps_of(p); ++tap) {
    std::uint32_t entry = 0;
    for (std::int64_t j = 0; j < kChannels; ++j)
      entry |= static_cast<std::uint32_t>(is_negative(row, tap * kChannels + j) == rarer_is_negative) << j;
    indices[tap * kBlockChannels * 2] = static_cast<std::uint8_t>(2 * entry);
    indices[tap * kBlockChannels * 2 + 1] = static_cast<std::uint8_t>(2 * entry + 1);
  }
}

std::uint16_t clamp_16(std::int64_t value) {
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(value, 0, UINT16_MAX));
}

void pack_threshold(std::int32_t threshold, bool flip, bool rarer_is_negative, std::int64_t lane,
                    RgbBlock& block) {
  const bool odd = threshold % 2 != 0;
  const std::int64_t half = (std::int64_t{threshold} - (odd ? 1 : 0)) / 2;
  block.left[lane] = clamp_16(rarer_is_negative ? half : -half);
  block.right[lane] = clamp_16(rarer_is_negative ? -half : half);
  block.odd_half[lane] = odd == rarer_is_negative ? 1 : 0;
  block.positive[lane] = rarer_is_negative ? 0 : UINT16_MAX;
  block.inverted |= static_cast<std::uint32_t>(flip != !rarer_is_negative) << lane;
}

}  // namespace

TableExtent table_extent(const ConvolutionProblem& p) {
  const auto along = [](std::int64_t outputs, std::int64_t stride, std::int64_t kernel,
                        std::int64_t dilation) {
    return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  };
  const std::int64_t columns =
      along(std::int64_t{p.output_width} * p.pool_width, p.stride_width, p.kernel_width, p.dilation_width);
  return {along(p.pool_height, p.stride_height, p.kernel_height, p.dilation_height), (columns + 1) / 2 * 2};
}

bool accepts_rgb(const ConvolutionProblem& p) {
  const TableExtent extent = table_extent(p);
  return accepts_quads(p) && p.input_channels == kChannels && convolution_depth(p) <= kMostDepth &&
         p.kernel_height <= kMostKernelRows && extent.columns <= kMostColumns &&
         extent.rows * extent.columns * kTableBytes <= kAllTablesBytes &&
         std::int64_t{p.pool_height} * p.pool_width * p.output_width <= kMostWindows &&
         p.pool_height * taps_of(p) <= kMostOffsets;
}

std::size_t rgb_packed_bytes(const ConvolutionProblem& p) {
  return places_of(p).end;
}

void pack_rgb(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Places places = places_of(p);
  auto* tap_bytes = reinterpret_cast<std::int16_t*>(bytes);
  for (std::int64_t i = 0; i < p.kernel_width * kChannels; ++i)
    tap_bytes[i / kChannels * p.dilation_width * kChannels + i % kChannels] = 1;
  auto* blocks = reinterpret_cast<RgbBlock*>(bytes + places.blocks);
  for (std::int64_t i = 0; i < blocks_of(p); ++i)  // a channel beyond the last gives bit 0
    std::fill_n(blocks[i].right, kBlockChannels, UINT16_MAX);
  const std::int64_t row_bytes = (convolution_depth(p) + 7) / 8;
  for (std::int64_t c = 0; c < p.output_channels; ++c) {
    RgbBlock& block = blocks[c / kBlockChannels];
    const std::int64_t lane = c % kBlockChannels;
    const std::uint8_t* row = constants.weight_rows + c * row_bytes;
    const bool negative = negative_is_rarer(p, row);
    block.sign[lane] = negative ? -1 : 1;
    pack_channel(p, row, negative, bytes + places.indices + (c - lane) * taps_of(p) * 2 + lane * 2);
    if (constants.threshold == nullptr) continue;
    pack_threshold(constants.threshold[c], constants.flip[c] != 0, negative, lane, block);
  }
}

RgbConstants rgb_constants(const ConvolutionProblem& p, const void* packed) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  const Places places = places_of(p);
  return {reinterpret_cast<const std::int16_t*>(bytes),
          reinterpret_cast<const RgbBlock*>(bytes + places.blocks),
          bytes + places.indices,
          taps_of(p),
          blocks_of(p),
          window_bytes_of(p),
          p.dilation_width == 1 ? p.kernel_width : 1};
}

std::int64_t rgb_tasks(const ConvolutionProblem& p) {
  return std::min<std::int64_t>(p.output_height, kTasksWanted);
}

}  // namespace bitplace::convolution_u8_b1
