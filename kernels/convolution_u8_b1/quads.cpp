#include "kernels/convolution_u8_b1/quads.h"

#include <algorithm>
#include <cstring>

namespace bitplace::convolution_u8_b1 {
namespace {

constexpr std::int64_t kQuad = 4;

struct Segments {
  std::int64_t count, bytes, quads_each;
  std::int64_t left_over_each;  // bytes that are folded

  std::int64_t left_over() const { return count * left_over_each; }
  std::int64_t whole_quads() const { return count * quads_each; }
  std::int64_t quads() const { return whole_quads() + (left_over() + kQuad - 1) / kQuad; }
};

Segments segments_of(const ConvolutionProblem& p, bool folded) {
  const bool whole_rows = p.dilation_width == 1;
  const std::int64_t count = p.kernel_height * std::int64_t{whole_rows ? 1 : p.kernel_width};
  const std::int64_t bytes = p.input_channels * std::int64_t{whole_rows ? p.kernel_width : 1};
  if (folded) return {count, bytes, bytes / kQuad, bytes % kQuad};
  return {count, bytes, (bytes + kQuad - 1) / kQuad, 0};
}

// Rows and columns of the input that some window reaches, the border included.
struct Reach {
  std::int64_t rows, columns;
};

Reach reach_of(const ConvolutionProblem& p) {
  const auto along = [](std::int64_t outputs, std::int64_t stride, std::int64_t kernel,
                        std::int64_t dilation) {
    return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  };
  return {
      along(std::int64_t{p.output_height} * p.pool_height, p.stride_height, p.kernel_height,
            p.dilation_height),
      along(std::int64_t{p.output_width} * p.pool_width, p.stride_width, p.kernel_width, p.dilation_width)};
}

bool is_bordered(const ConvolutionProblem& p) {
  const Reach reach = reach_of(p);
  return p.pad_top != 0 || p.pad_left != 0 || reach.rows > p.input_height || reach.columns > p.input_width;
}

std::int64_t source_row_bytes(const ConvolutionProblem& p) {
  return (is_bordered(p) ? reach_of(p).columns : p.input_width) * p.input_channels;
}

std::int64_t padded_channels(const ConvolutionProblem& p) {
  return (std::int64_t{p.output_channels} + 31) / 32 * 32;
}

std::size_t up_to_alignment(std::int64_t bytes) {
  return (static_cast<std::size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
}

struct Places {
  std::size_t threshold, flip, weights, end;
};

Places places_of(const ConvolutionProblem& p, bool folded) {
  const Segments segments = segments_of(p, folded);
  const std::int64_t quads = segments.quads();
  Places places{};
  places.threshold = up_to_alignment(8 * (quads + segments.left_over()));
  places.flip = places.threshold + up_to_alignment(4 * padded_channels(p));
  places.weights = places.flip + up_to_alignment(padded_channels(p) / 8);
  places.end = places.weights + up_to_alignment(quads * kQuad * padded_channels(p));
  return places;
}

void pack_offsets(const ConvolutionProblem& p, const Segments& segments, std::int64_t* offsets) {
  std::int64_t* left_over = offsets + segments.whole_quads();
  std::int64_t* const folded = left_over + segments.left_over();
  for (std::int64_t q = 0; q < segments.quads() - segments.whole_quads(); ++q)
    folded[q] = q * kQuad;
  const std::int64_t per_row = segments.count / p.kernel_height;
  for (std::int64_t s = 0; s < segments.count; ++s) {
    const std::int64_t start = s / per_row * p.dilation_height * source_row_bytes(p) +
                               s % per_row * p.dilation_width * p.input_channels;
    for (std::int64_t q = 0; q < segments.quads_each; ++q)
      *offsets++ = start + q * kQuad;
    for (std::int64_t i = 0; i < segments.left_over_each; ++i)
      *left_over++ = start + segments.quads_each * kQuad + i;
  }
}

// The weights of one output channel, `quad_bytes` apart.
void pack_channel(const Segments& segments, const std::uint8_t* row, std::int8_t* weights,
                  std::int64_t quad_bytes) {
  std::int64_t tap = 0;
  for (std::int64_t s = 0; s < segments.count; ++s) {
    for (std::int64_t i = 0; i < segments.bytes; ++i, ++tap) {
      const bool negative = (row[tap / 8] >> (tap % 8) & 1) != 0;
      const std::int64_t behind = i - segments.quads_each * kQuad;
      // The byte's number among those of its kind.
      const std::int64_t place = behind < 0
                                     ? s * segments.quads_each * kQuad + i
                                     : segments.whole_quads() * kQuad + s * segments.left_over_each + behind;
      weights[place / kQuad * quad_bytes + place % kQuad] = static_cast<std::int8_t>(negative ? -1 : 1);
    }
  }
}

}  // namespace

std::int64_t vector_blocks(std::int64_t vectors, std::int64_t most) {
  return (vectors + most - 1) / most;
}

VectorBlock vector_block(std::int64_t vectors, std::int64_t most, std::int64_t index) {
  const std::int64_t blocks = vector_blocks(vectors, most);
  const std::int64_t longer = vectors % blocks;
  const std::int64_t count = vectors / blocks;
  return {index * count + std::min(index, longer), count + (index < longer ? 1 : 0)};
}

bool accepts_quads(const ConvolutionProblem& p) {
  return p.groups == 1 && p.padding != ConvolutionPadding::one;
}

std::size_t quad_packed_bytes(const ConvolutionProblem& p) {
  return places_of(p, false).end;
}

std::size_t folded_packed_bytes(const ConvolutionProblem& p) {
  return places_of(p, true).end;
}

void pack_quads(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed,
                std::int64_t lanes, std::int64_t most_vectors, bool folded) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Places places = places_of(p, folded);
  const Segments segments = segments_of(p, folded);
  const std::int64_t quads = segments.quads();
  pack_offsets(p, segments, reinterpret_cast<std::int64_t*>(bytes));
  auto* threshold = reinterpret_cast<std::int32_t*>(bytes + places.threshold);
  std::fill_n(threshold, padded_channels(p), INT32_MIN);
  if (constants.threshold != nullptr) {
    for (std::int64_t c = 0; c < p.output_channels; ++c) {
      threshold[c] = constants.threshold[c];
      bytes[places.flip + static_cast<std::size_t>(c / 8)] |=
          static_cast<std::uint8_t>((constants.flip[c] != 0 ? 1 : 0) << (c % 8));
    }
  }
  auto* weights = reinterpret_cast<std::int8_t*>(bytes + places.weights);
  const std::int64_t row_bytes = (convolution_depth(p) + 7) / 8;
  const std::int64_t vectors = padded_channels(p) / lanes;
  for (std::int64_t b = 0; b < vector_blocks(vectors, most_vectors); ++b) {
    const VectorBlock block = vector_block(vectors, most_vectors, b);
    const std::int64_t quad_bytes = block.count * lanes * kQuad;
    for (std::int64_t lane = 0; lane < block.count * lanes; ++lane) {
      const std::int64_t channel = block.first * lanes + lane;
      if (channel >= p.output_channels) break;
      pack_channel(segments, constants.weight_rows + channel * row_bytes,
                   weights + block.first * lanes * kQuad * quads + lane * kQuad, quad_bytes);
    }
  }
}

QuadConstants quad_constants(const ConvolutionProblem& p, const void* packed, std::int64_t lanes,
                             bool folded) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  const Places places = places_of(p, folded);
  const Segments segments = segments_of(p, folded);
  return {reinterpret_cast<const std::int64_t*>(bytes),
          reinterpret_cast<const std::int32_t*>(bytes + places.threshold),
          bytes + places.flip,
          reinterpret_cast<const std::int8_t*>(bytes + places.weights),
          segments.quads(),
          padded_channels(p) / lanes,
          segments.whole_quads(),
          segments.left_over()};
}

std::size_t border_scratch_bytes(const ConvolutionProblem& p) {
  if (!is_bordered(p)) return 0;
  return up_to_alignment(reach_of(p).rows * source_row_bytes(p)) + kTailPad;
}

std::int64_t border_tasks(const ConvolutionProblem& p) {
  return is_bordered(p) ? reach_of(p).rows : 0;
}

void make_border(const ConvolutionCall& call, std::int64_t row) {
  const ConvolutionProblem& p = *call.problem;
  const auto row_bytes = static_cast<std::size_t>(source_row_bytes(p));
  auto* to = static_cast<std::uint8_t*>(call.scratch) + static_cast<std::size_t>(row) * row_bytes;
  const std::int64_t y = row - p.pad_top;
  const std::int64_t columns = std::min<std::int64_t>(reach_of(p).columns - p.pad_left, p.input_width);
  if (y < 0 || y >= p.input_height || columns <= 0) {
    std::memset(to, 0, row_bytes);
    return;
  }
  const auto left = static_cast<std::size_t>(std::int64_t{p.pad_left} * p.input_channels);
  const auto inside = static_cast<std::size_t>(columns * p.input_channels);
  const auto* from =
      static_cast<const std::uint8_t*>(call.input) + y * std::int64_t{p.input_width} * p.input_channels;
  std::memset(to, 0, left);
  std::memcpy(to + left, from, inside);
  std::memset(to + left + inside, 0, row_bytes - left - inside);
}

Source source_of(const ConvolutionCall& call) {
  const ConvolutionProblem& p = *call.problem;
  const void* data = is_bordered(p) ? call.scratch : call.input;
  return {static_cast<const std::uint8_t*>(data), source_row_bytes(p)};
}

}  // namespace bitplace::convolution_u8_b1
