// Tiles of quad convolutions (quad_convolution.h) on 512-bit vectors, 16 output channels each. Included by
// AVX-512 files only, each of which gets its own copy; a `Unit` says what a quad is:
//   multiply_add(sum, activations, weights)
//   convert(from, to, count, is_signed)   input codes into the source's form
//   fill(to, count, offset)               with the border
//
// A tile is 7 pixels x V <= 4 vectors. Registers at V = 4: 28 sums, 2 weights, 1 activation; the activations
// are broadcast twice, for two vectors each time, so a quad takes 18 loads for 28 multiplications.
#pragma once

#include <immintrin.h>

#include "kernels/common/quad_convolution.h"

namespace bitplace::quad_convolution {
namespace {

// What a tile reads and where it writes: `count` pixels, each `pixel_bytes` behind the one before. Windows
// beyond the last pixel repeat its own.
template <std::size_t P>
struct Tile {
  const std::uint8_t* windows[P];
  std::uint8_t* output;
  std::int64_t pixel_bytes, count;
  std::int64_t first_row, end_row;  // kernel rows that some window has inside the image
};

// A block of output channels, ready for its tiles.
struct BlockConstants {
  const ConvolutionProblem* problem;
  const std::int32_t* offsets;
  const std::int32_t* below;
  const float* scale;
  const float* bias;
  const std::uint8_t* weights;
  std::int64_t row_quads, row_weights;  // of a kernel row: quads, and bytes of this block's weights
  std::int64_t lanes;
  std::int64_t vectors;
  std::int64_t input_bytes, output_bytes;  // from a pixel's first to the block's
  std::uint64_t exists;                    // one bit per channel
};

// An empty statement that holds a value in one register. Volatile ones keep their order, and the instructions
// between them theirs: g++ 12 otherwise gathers all broadcasts of a quad and keeps sums in memory for them.
[[gnu::always_inline]] inline void pin(__m512i& value) {
  asm volatile("" : "+v"(value));
}

inline __m512i broadcast_quad(const std::uint8_t* bytes) {
  int quad;
  __builtin_memcpy(&quad, bytes, 4);
  return _mm512_set1_epi32(quad);
}

// One quad of P windows times vectors [First, End) of a block's V.
template <typename Unit, std::size_t P, std::size_t V, std::size_t First, std::size_t End>
[[gnu::always_inline]] inline void multiply_quad(const Tile<P>& tile, std::int64_t offset,
                                                 const std::uint8_t* weights, __m512i (&sums)[P][V]) {
  __m512i weight[End - First];
#pragma GCC unroll 4
  for (std::size_t v = First; v < End; ++v) {
    weight[v - First] = _mm512_load_si512(weights + v * kVectorBytes);
    pin(weight[v - First]);
  }
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p) {
    __m512i activation = broadcast_quad(tile.windows[p] + offset);
    pin(activation);
#pragma GCC unroll 4
    for (std::size_t v = First; v < End; ++v) {
      sums[p][v] = Unit::multiply_add(sums[p][v], activation, weight[v - First]);
      pin(sums[p][v]);
    }
  }
}

template <typename Unit, std::size_t P, std::size_t V>
[[gnu::always_inline]] inline void multiply_quads(const Tile<P>& tile, const BlockConstants& block,
                                                  __m512i (&sums)[P][V]) {
  const std::uint8_t* weights = block.weights + tile.first_row * block.row_weights;
  const std::int32_t* offsets = block.offsets + tile.first_row * block.row_quads;
  const std::int32_t* const end = block.offsets + tile.end_row * block.row_quads;
  for (; offsets != end; ++offsets) {
    std::int64_t offset = *offsets + block.input_bytes;
    if constexpr (V == 4) {
      multiply_quad<Unit, P, V, 0, 2>(tile, offset, weights, sums);
      asm volatile("" : "+r"(offset));  // broadcasts anew, rather than keeping 7 of them in memory
      multiply_quad<Unit, P, V, 2, 4>(tile, offset, weights, sums);
    } else {
      multiply_quad<Unit, P, V, 0, V>(tile, offset, weights, sums);
    }
    weights += V * kVectorBytes;
  }
}

// round_half_even(sum * scale + bias), clamped before the conversion only where it could leave s32: the
// bounds are whole numbers, so that clamping behind the rounding comes to the same. A sum below s32 is
// converted to its lowest value as it is.
template <bool LimitsFloats>
[[gnu::always_inline]] inline __m512i requantize(__m512i sum, const float* scale, const float* bias,
                                                 __m512 high) {
  __m512 value = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_load_ps(scale));
  value = _mm512_add_ps(value, _mm512_load_ps(bias));
  if constexpr (LimitsFloats) value = _mm512_min_ps(value, high);
  return _mm512_cvtps_epi32(value);
}

// Behind the last pixel results are written to its place again.
template <std::size_t P>
[[gnu::always_inline]] inline std::uint8_t* next_output(const Tile<P>& tile, std::size_t pixel,
                                                        std::uint8_t* output) {
  return static_cast<std::int64_t>(pixel) + 1 < tile.count ? output + tile.pixel_bytes : output;
}

// Writes bytes; packs take 4 lanes of each operand in turn, which lane_channel() undoes.
template <bool LimitsFloats>
struct WriteBytes {
  static constexpr std::int64_t kOutputBytes = 1;

  template <std::size_t P, std::size_t V>
  [[gnu::always_inline]] static void write(const BlockConstants& block, const Tile<P>& tile,
                                           const __m512i (&sums)[P][V]) {
    std::uint8_t* output = tile.output + block.output_bytes;
    const __m512 limit = _mm512_set1_ps(block.problem->output_high);
    const __m512i low = _mm512_set1_epi8(static_cast<char>(block.problem->output_low));
    const __m512i high = _mm512_set1_epi8(static_cast<char>(block.problem->output_high));
#pragma GCC unroll 7
    for (std::size_t i = 0; i < P; ++i) {
      __m512i codes[V];
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        codes[v] =
            requantize<LimitsFloats>(sums[i][v], block.scale + v * kLanes, block.bias + v * kLanes, limit);
      if constexpr (V == 4) {
        const __m512i bytes = _mm512_packs_epi16(_mm512_packs_epi32(codes[0], codes[1]),
                                                 _mm512_packs_epi32(codes[2], codes[3]));
        _mm512_mask_storeu_epi8(output, block.exists, _mm512_max_epi8(_mm512_min_epi8(bytes, high), low));
      } else if constexpr (V >= 2) {
        const __m256i bytes = _mm512_cvtsepi16_epi8(_mm512_packs_epi32(codes[0], codes[1]));
        _mm256_mask_storeu_epi8(output, static_cast<__mmask32>(block.exists),
                                clamp(bytes, _mm512_castsi512_si256(low), _mm512_castsi512_si256(high)));
      }
      if constexpr (V % 2 == 1) {
        const __m128i bytes = _mm512_cvtsepi32_epi8(codes[V - 1]);
        const __m128i clamped =
            _mm_max_epi8(_mm_min_epi8(bytes, _mm512_castsi512_si128(high)), _mm512_castsi512_si128(low));
        _mm_mask_storeu_epi8(output + (V - 1) * kLanes,
                             static_cast<__mmask16>(block.exists >> (V - 1) * kLanes), clamped);
      }
      output = next_output(tile, i, output);
    }
  }

  [[gnu::always_inline]] static __m256i clamp(__m256i bytes, __m256i low, __m256i high) {
    return _mm256_max_epi8(_mm256_min_epi8(bytes, high), low);
  }
};

struct WriteFloats {
  static constexpr std::int64_t kOutputBytes = 4;

  template <std::size_t P, std::size_t V>
  [[gnu::always_inline]] static void write(const BlockConstants& block, const Tile<P>& tile,
                                           const __m512i (&sums)[P][V]) {
    std::uint8_t* output = tile.output + block.output_bytes;
    const __m512 low = _mm512_set1_ps(block.problem->output_low);
    const __m512 high = _mm512_set1_ps(block.problem->output_high);
#pragma GCC unroll 7
    for (std::size_t i = 0; i < P; ++i) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v) {
        __m512 value =
            _mm512_mul_ps(_mm512_cvtepi32_ps(sums[i][v]), _mm512_load_ps(block.scale + v * kLanes));
        value = _mm512_add_ps(value, _mm512_load_ps(block.bias + v * kLanes));
        value = _mm512_min_ps(_mm512_max_ps(value, low), high);
        _mm512_mask_storeu_ps(output + v * kVectorBytes, static_cast<__mmask16>(block.exists >> v * kLanes),
                              value);
      }
      output = next_output(tile, i, output);
    }
  }
};

struct WriteSums {
  static constexpr std::int64_t kOutputBytes = 4;

  template <std::size_t P, std::size_t V>
  [[gnu::always_inline]] static void write(const BlockConstants& block, const Tile<P>& tile,
                                           const __m512i (&sums)[P][V]) {
    std::uint8_t* output = tile.output + block.output_bytes;
#pragma GCC unroll 7
    for (std::size_t i = 0; i < P; ++i) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        _mm512_mask_storeu_epi32(output + v * kVectorBytes,
                                 static_cast<__mmask16>(block.exists >> v * kLanes), sums[i][v]);
      output = next_output(tile, i, output);
    }
  }
};

template <typename Unit, typename Write, std::size_t P, std::size_t V>
[[gnu::noinline]] void run_tile(const BlockConstants& block, const Tile<P>& tile) {
  __m512i sums[P][V];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < V; ++v) {
    const __m512i above = _mm512_load_si512(block.below + tile.first_row * block.lanes + v * kLanes);
    const __m512i all = _mm512_load_si512(block.below + tile.end_row * block.lanes + v * kLanes);
#pragma GCC unroll 7
    for (std::size_t i = 0; i < P; ++i)
      sums[i][v] = _mm512_sub_epi32(above, all);
  }
  multiply_quads<Unit, P, V>(tile, block, sums);
  Write::write(block, tile, sums);
}

template <typename Unit, typename Write, std::size_t P>
inline void run_block(const BlockConstants& block, const Tile<P>& tile) {
  switch (block.vectors) {
    case 1:
      return run_tile<Unit, Write, P, 1>(block, tile);
    case 2:
      return run_tile<Unit, Write, P, 2>(block, tile);
    case 3:
      return run_tile<Unit, Write, P, 3>(block, tile);
    default:
      return run_tile<Unit, Write, P, 4>(block, tile);
  }
}

struct Source {
  const std::uint8_t* data;
  std::int64_t column_bytes, row_bytes;  // from one output's window to the next
  std::uint8_t* output;
  std::int64_t pixel_bytes;
};

// Kernel rows inside the image for any of the output rows [first, last].
template <std::size_t P>
inline void find_kernel_rows(const ConvolutionProblem& p, std::int64_t first, std::int64_t last,
                             Tile<P>& tile) {
  tile.first_row = 0;
  tile.end_row = p.kernel_height;
  const std::int64_t bottom = last * p.stride_height - p.pad_top;
  if (bottom < 0) {
    const std::int64_t outside = (-bottom + p.dilation_height - 1) / p.dilation_height;
    tile.first_row = outside < p.kernel_height ? outside : p.kernel_height;
  }
  const std::int64_t top = first * p.stride_height - p.pad_top;
  if (top + std::int64_t{p.kernel_height - 1} * p.dilation_height >= p.input_height) {
    const std::int64_t left = p.input_height - top;
    const std::int64_t inside = left <= 0 ? 0 : (left + p.dilation_height - 1) / p.dilation_height;
    tile.end_row = inside < tile.first_row ? tile.first_row : inside;
  }
}

// The tile of `count` <= 7 pixels from `pixel` on; the last one is repeated to fill it.
inline void place_tile(const ConvolutionProblem& p, const Source& source, std::int64_t pixel,
                       std::int64_t count, Tile<kPositions>& tile) {
  const std::int64_t width = p.output_width;
  std::int64_t row = static_cast<std::uint32_t>(pixel) / static_cast<std::uint32_t>(width);
  std::int64_t column = pixel - row * width;
  const std::int64_t first_row = row;
  const std::uint8_t* window = source.data + row * source.row_bytes + column * source.column_bytes;
  const std::int64_t next_row = source.row_bytes - (width - 1) * source.column_bytes;
  tile.output = source.output + pixel * source.pixel_bytes;
  tile.pixel_bytes = source.pixel_bytes;
  tile.count = count;
  tile.windows[0] = window;
  for (std::int64_t i = 1; i < kPositions; ++i) {
    if (i < count) {
      const bool wraps = ++column == width;
      window += wraps ? next_row : source.column_bytes;
      column = wraps ? 0 : column;
      row += wraps;
    }
    tile.windows[i] = window;
  }
  find_kernel_rows(p, first_row, row, tile);
}

// One row of the copied source (see quad_convolution.h).
template <typename Unit>
inline void copy_row(const ConvolutionCall& call, const Geometry& g, std::int64_t row) {
  const ConvolutionProblem& p = *call.problem;
  auto* to = static_cast<std::uint8_t*>(call.scratch) + row * g.source_row_bytes;
  const std::int64_t elements = g.source_row_bytes / g.activation_bytes;
  const std::int64_t y = row - p.pad_top;
  if (y < 0 || y >= p.input_height) return Unit::fill(to, elements, g.offset);
  const std::int64_t channels = p.input_channels;
  const std::int64_t left = p.pad_left * channels < elements ? p.pad_left * channels : elements;
  const std::int64_t row_elements = p.input_width * channels;
  const std::int64_t inside = elements - left < row_elements ? elements - left : row_elements;
  const auto* from = static_cast<const std::uint8_t*>(call.input) + y * row_elements;
  Unit::fill(to, left, g.offset);
  Unit::convert(from, to + left * g.activation_bytes, inside, p.input_low < 0);
  Unit::fill(to + (left + inside) * g.activation_bytes, elements - left - inside, g.offset);
}

template <typename Unit>
inline void prepare(const ConvolutionCall& call, std::int64_t task) {
  const Geometry& g = static_cast<const QuadHeader*>(call.packed)->geometry;
  const std::int64_t first = task * rows_per_task(g);
  const std::int64_t left = g.source_rows - first;
  const std::int64_t count = left < rows_per_task(g) ? left : rows_per_task(g);
  for (std::int64_t row = first; row < first + count; ++row)
    copy_row<Unit>(call, g, row);
}

struct Strip {
  std::int64_t first, end;  // pixels
};

template <typename Unit, typename Write>
inline void run_part(const BlockConstants* blocks, std::int64_t block_count, const Source& source,
                     Strip part) {
  const ConvolutionProblem& p = *blocks->problem;
  Tile<kPositions> tile;
  if (part.end - part.first <= kPositions) {
    place_tile(p, source, part.first, part.end - part.first, tile);
    for (std::int64_t b = 0; b < block_count; ++b)
      run_block<Unit, Write>(blocks[b], tile);
    return;
  }
  for (std::int64_t b = 0; b < block_count; ++b) {
    for (std::int64_t pixel = part.first; pixel < part.end; pixel += kPositions) {
      const std::int64_t left = part.end - pixel;
      place_tile(p, source, pixel, left < kPositions ? left : kPositions, tile);
      run_block<Unit, Write>(blocks[b], tile);
    }
  }
}

template <typename Write>
inline BlockConstants block_constants(const ConvolutionCall& call, std::int64_t index) {
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const auto& header = *static_cast<const QuadHeader*>(call.packed);
  const Geometry& g = header.geometry;
  const Block block = block_at(g, index);
  const std::int64_t slot = block.first_vector * kLanes;
  BlockConstants c;
  c.problem = call.problem;
  c.offsets = reinterpret_cast<const std::int32_t*>(packed + header.offsets);
  c.below = reinterpret_cast<const std::int32_t*>(packed + header.below) + slot;
  c.scale = reinterpret_cast<const float*>(packed + header.scale) + slot;
  c.bias = reinterpret_cast<const float*>(packed + header.bias) + slot;
  c.weights = packed + header.weights + block.first_vector * g.quads * kVectorBytes;
  c.row_quads = g.row_quads;
  c.row_weights = g.row_quads * block.vectors * kVectorBytes;
  c.lanes = g.groups * g.vectors * kLanes;
  c.vectors = block.vectors;
  c.input_bytes = block.group * g.group_inputs * g.activation_bytes;
  c.output_bytes = block.channel * Write::kOutputBytes;
  c.exists = block.channels >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << block.channels) - 1;
  return c;
}

template <typename Unit, typename Write>
inline void run_strip(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const Geometry& g = static_cast<const QuadHeader*>(call.packed)->geometry;
  const Source source = {static_cast<const std::uint8_t*>(g.copied ? call.scratch : call.input),
                         std::int64_t{p.stride_width} * p.input_channels * g.activation_bytes,
                         p.stride_height * g.source_row_bytes, static_cast<std::uint8_t*>(call.output),
                         p.output_channels * Write::kOutputBytes};
  const std::int64_t first_block = task / g.strips * g.chunk;
  const std::int64_t left_blocks = g.groups * g.blocks - first_block;
  const std::int64_t block_count = left_blocks < g.chunk ? left_blocks : g.chunk;
  BlockConstants blocks[kMostBlocks];
  for (std::int64_t b = 0; b < block_count; ++b)
    blocks[b] = block_constants<Write>(call, first_block + b);
  const std::int64_t first = task % g.strips * g.strip;
  const std::int64_t end = first + g.strip < g.pixels ? first + g.strip : g.pixels;
  for (std::int64_t pixel = first; pixel < end; pixel += g.part) {
    const std::int64_t part_end = pixel + g.part < end ? pixel + g.part : end;
    run_part<Unit, Write>(blocks, block_count, source, {pixel, part_end});
  }
}

template <typename Unit>
inline void run(const ConvolutionCall& call, std::int64_t task) {
  switch (call.problem->epilogue) {
    case ConvolutionEpilogue::requantize_s8:
      if (static_cast<const QuadHeader*>(call.packed)->limits_floats != 0)
        return run_strip<Unit, WriteBytes<true>>(call, task);
      return run_strip<Unit, WriteBytes<false>>(call, task);
    case ConvolutionEpilogue::affine_f32:
      return run_strip<Unit, WriteFloats>(call, task);
    default:
      return run_strip<Unit, WriteSums>(call, task);
  }
}

}  // namespace
}  // namespace bitplace::quad_convolution
