#include "kernels/convolution_u8_b1/rgb_tables.h"

#include <algorithm>

#include "kernels/convolution_u8_b1/quads.h"

namespace bitplace::convolution_u8_b1 {
namespace {

constexpr std::int64_t kChannels = 3;

std::int64_t taps_of(const ConvolutionProblem& p) {
  return std::int64_t{p.kernel_height} * p.kernel_width;
}

std::int64_t blocks_of(const ConvolutionProblem& p) {
  return (std::int64_t{p.output_channels} + kBlockChannels - 1) / kBlockChannels;
}

struct Places {
  std::size_t threshold, constant, flip, indices, end;
};

Places places_of(const ConvolutionProblem& p) {
  const auto aligned = [](std::int64_t bytes) {
    return (static_cast<std::size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
  };
  const std::int64_t channels = blocks_of(p) * kBlockChannels;
  Places places{};
  places.threshold = aligned(4 * taps_of(p));
  places.constant = places.threshold + aligned(4 * channels);
  places.flip = places.constant + aligned(4 * channels);
  places.indices = places.flip + aligned(channels / 8);
  places.end = places.indices + aligned(2 * channels * taps_of(p));
  return places;
}

void pack_offsets(const ConvolutionProblem& p, std::int32_t* offsets) {
  const std::int64_t columns = table_extent(p).columns;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const std::int64_t pixel = ky * p.dilation_height * columns + kx * p.dilation_width;
      *offsets++ = static_cast<std::int32_t>(pixel * kTableBytes);
    }
  }
}

// Indices of one output channel, a tap's `kBlockChannels` pairs of bytes apart. Returns the sum of its
// weights.
std::int32_t pack_channel(const ConvolutionProblem& p, const std::uint8_t* row, std::uint8_t* indices) {
  std::int32_t sum = 0;
  for (std::int64_t tap = 0; tap < taps_of(p); ++tap) {
    std::uint32_t entry = 0;
    for (std::int64_t j = 0; j < kChannels; ++j) {
      const std::int64_t bit = tap * kChannels + j;
      const std::uint32_t negative = row[bit / 8] >> (bit % 8) & 1u;
      entry |= negative << j;
      sum += negative != 0 ? -1 : 1;
    }
    indices[tap * kBlockChannels * 2] = static_cast<std::uint8_t>(2 * entry);
    indices[tap * kBlockChannels * 2 + 1] = static_cast<std::uint8_t>(2 * entry + 1);
  }
  return sum;
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
  return accepts_quads(p) && p.input_channels == kChannels && extent.columns <= kAllTablesBytes &&
         extent.rows * extent.columns * kTableBytes <= kAllTablesBytes;
}

std::size_t rgb_packed_bytes(const ConvolutionProblem& p) {
  return places_of(p).end;
}

void pack_rgb(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Places places = places_of(p);
  auto* threshold = reinterpret_cast<std::int32_t*>(bytes + places.threshold);
  auto* constant = reinterpret_cast<std::int32_t*>(bytes + places.constant);
  const std::int64_t row_bytes = (convolution_depth(p) + 7) / 8;
  pack_offsets(p, reinterpret_cast<std::int32_t*>(bytes));
  std::fill_n(threshold, blocks_of(p) * kBlockChannels, INT32_MIN);
  for (std::int64_t c = 0; c < p.output_channels; ++c) {
    std::uint8_t* indices = bytes + places.indices + c / kBlockChannels * taps_of(p) * kBlockChannels * 2 +
                            c % kBlockChannels * 2;
    constant[c] = 128 * pack_channel(p, constants.weight_rows + c * row_bytes, indices);
    if (constants.threshold == nullptr) continue;
    const std::int64_t shifted = std::int64_t{constants.threshold[c]} - constant[c];
    threshold[c] = static_cast<std::int32_t>(std::clamp<std::int64_t>(shifted, INT32_MIN, INT32_MAX));
    bytes[places.flip + static_cast<std::size_t>(c / 8)] |=
        static_cast<std::uint8_t>((constants.flip[c] != 0 ? 1 : 0) << (c % 8));
  }
}

RgbConstants rgb_constants(const ConvolutionProblem& p, const void* packed) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  const Places places = places_of(p);
  return {reinterpret_cast<const std::int32_t*>(bytes),
          reinterpret_cast<const std::int32_t*>(bytes + places.threshold),
          reinterpret_cast<const std::int32_t*>(bytes + places.constant),
          bytes + places.flip,
          bytes + places.indices,
          taps_of(p),
          blocks_of(p)};
}

}  // namespace bitplace::convolution_u8_b1
