// Tiles of quad convolutions (quad_convolution.h) on 512-bit vectors, 16 output channels each. Included by
// AVX-512 files only, each of which gets its own copy; a `Unit` says what a quad is:
//   kForm                                 how it holds activations and weights
//   multiply_add(sum, activations, weights)
//   quad_bytes(vectors)                   of a block's weights
//   load_weights<First, End>(from, to)    of some vectors of a block
//   convert(from, to, count, is_signed)   input codes into the source's form
//   fill(to, count, offset)               with the border
//
// A tile is 7 pixels x V <= 4 vectors. Registers at V = 4: 28 sums, 2 weights, 1 activation; the activations
// are broadcast twice, for two vectors each time, so a quad takes 18 loads for 28 multiplications.
#pragma once

#include <immintrin.h>

#include "kernels/common/integer_epilogues_avx512.h"
#include "kernels/common/quad_convolution.h"

namespace bitplace::quad_convolution {
namespace {

using namespace integer_epilogues;

// What a tile reads and where it writes: `count` pixels, each `pixel_bytes` behind the one before. Windows
// beyond the last pixel repeat its own.
struct Tile {
  const std::uint8_t* windows[kPositions];
  std::uint8_t* output;
  std::int64_t pixel_bytes, count;
  std::int64_t first_row, end_row;  // kernel rows that some window has inside the image
};

// A block of output channels, ready for its tiles.
struct BlockConstants {
  integer_epilogues::EpilogueConstants epilogue;
  const std::int32_t* offsets;
  const std::int32_t* below;
  const std::uint8_t* weights;
  std::int64_t row_quads, row_weights;  // of a kernel row: quads, and bytes of this block's weights
  std::int64_t lanes;
  std::int64_t vectors;
  std::int64_t input_bytes, output_bytes;  // from a pixel's first to the block's
};

// Pixels whose windows are all `column_bytes` apart.
struct Run {
  const std::uint8_t* window;
  std::uint8_t* output;
  std::int64_t column_bytes, pixel_bytes, count;
  std::int64_t first_row, end_row;
};
// Enough sums to hide the latency of a multiplication, few enough that the next pixels overlap the epilogue.
constexpr std::int64_t kNeighbours[] = {0, 4, 4, 2, 2};

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
[[gnu::always_inline]] inline void multiply_quad(const std::uint8_t* const (&windows)[P], std::int64_t offset,
                                                 const std::uint8_t* weights, __m512i (&sums)[P][V]) {
  __m512i weight[End - First];
  Unit::template load_weights<First, End>(weights, weight);
#pragma GCC unroll 4
  for (std::size_t v = 0; v < End - First; ++v)
    pin(weight[v]);
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p) {
    __m512i activation = broadcast_quad(windows[p] + offset);
    pin(activation);
#pragma GCC unroll 4
    for (std::size_t v = First; v < End; ++v) {
      sums[p][v] = Unit::multiply_add(sums[p][v], activation, weight[v - First]);
      pin(sums[p][v]);
    }
  }
}

// A block's quads in kernel rows [first_row, end_row), and what its sums start at.
template <std::size_t V>
struct Taps {
  const std::uint8_t* weights;
  const std::int32_t* offsets;
  const std::int32_t* end;
  std::int64_t input_bytes;
  __m512i start[V];

  Taps(const BlockConstants& block, std::int64_t first_row, std::int64_t end_row)
      : weights(block.weights + first_row * block.row_weights),
        offsets(block.offsets + first_row * block.row_quads),
        end(block.offsets + end_row * block.row_quads),
        input_bytes(block.input_bytes) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      const __m512i above = _mm512_load_si512(block.below + first_row * block.lanes + v * kLanes);
      const __m512i all = _mm512_load_si512(block.below + end_row * block.lanes + v * kLanes);
      start[v] = _mm512_sub_epi32(above, all);
    }
  }
};

template <typename Unit, std::size_t P, std::size_t V>
[[gnu::always_inline]] inline void multiply_quads(const std::uint8_t* const (&windows)[P],
                                                  const Taps<V>& taps, __m512i (&sums)[P][V]) {
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      sums[p][v] = taps.start[v];
  const std::uint8_t* weights = taps.weights;
  for (const std::int32_t* offsets = taps.offsets; offsets != taps.end; ++offsets) {
    std::int64_t offset = *offsets + taps.input_bytes;
    if constexpr (V == 4 && P == kPositions) {
      multiply_quad<Unit, P, V, 0, 2>(windows, offset, weights, sums);
      asm volatile("" : "+r"(offset));  // broadcasts anew, rather than keeping 7 of them in memory
      multiply_quad<Unit, P, V, 2, 4>(windows, offset, weights, sums);
    } else {
      multiply_quad<Unit, P, V, 0, V>(windows, offset, weights, sums);
    }
    weights += Unit::quad_bytes(V);
  }
  if constexpr (Unit::kForm.nibbles) {
#pragma GCC unroll 7
    for (std::size_t p = 0; p < P; ++p)
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        sums[p][v] = _mm512_srai_epi32(sums[p][v], 4);
  }
}

template <typename Unit, typename Writer, std::size_t V>
[[gnu::noinline]] void run_tile(const BlockConstants& block, const Tile& tile) {
  const Taps<V> taps(block, tile.first_row, tile.end_row);
  const Writer writer(block.epilogue);
  const AffineInMemory affine(block.epilogue);
  __m512i sums[kPositions][V];
  multiply_quads<Unit, kPositions, V>(tile.windows, taps, sums);
  std::uint8_t* output = tile.output + block.output_bytes;
#pragma GCC unroll 7
  for (std::size_t i = 0; i < kPositions; ++i) {
    write(writer, sums[i], affine, output);
    // Behind the last pixel results are written to its place again.
    if (static_cast<std::int64_t>(i) + 1 < tile.count) output += tile.pixel_bytes;
  }
}

// P neighbouring pixels of a run.
template <typename Unit, typename Writer, std::size_t P, std::size_t V>
[[gnu::always_inline]] inline void run_neighbours(const Taps<V>& taps, const Writer& writer,
                                                  const AffineInRegisters<V>& affine, const Run& run,
                                                  const std::uint8_t* window, std::uint8_t* output) {
  const std::uint8_t* windows[P];
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p)
    windows[p] = window + static_cast<std::int64_t>(p) * run.column_bytes;
  __m512i sums[P][V];
  multiply_quads<Unit, P, V>(windows, taps, sums);
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p)
    write(writer, sums[p], affine, output + static_cast<std::int64_t>(p) * run.pixel_bytes);
}

template <typename Unit, typename Writer, std::size_t V>
[[gnu::noinline]] void run_run(const BlockConstants& block, const Run& run) {
  const Taps<V> taps(block, run.first_row, run.end_row);
  const Writer writer(block.epilogue);
  const AffineInRegisters<V> affine(block.epilogue);
  const std::uint8_t* window = run.window;
  std::uint8_t* output = run.output + block.output_bytes;
  std::int64_t left = run.count;
  constexpr std::int64_t kTogether = kNeighbours[V];
  for (; left >= kTogether; left -= kTogether) {
    run_neighbours<Unit, Writer, kTogether, V>(taps, writer, affine, run, window, output);
    window += kTogether * run.column_bytes;
    output += kTogether * run.pixel_bytes;
  }
  for (; left > 0; --left) {
    run_neighbours<Unit, Writer, 1, V>(taps, writer, affine, run, window, output);
    window += run.column_bytes;
    output += run.pixel_bytes;
  }
}

template <typename Unit, typename Writer>
inline void run_block(const BlockConstants& block, const Tile& tile) {
  switch (block.vectors) {
    case 1:
      return run_tile<Unit, Writer, 1>(block, tile);
    case 2:
      return run_tile<Unit, Writer, 2>(block, tile);
    case 3:
      return run_tile<Unit, Writer, 3>(block, tile);
    default:
      return run_tile<Unit, Writer, 4>(block, tile);
  }
}

template <typename Unit, typename Writer>
inline void run_block(const BlockConstants& block, const Run& run) {
  switch (block.vectors) {
    case 1:
      return run_run<Unit, Writer, 1>(block, run);
    case 2:
      return run_run<Unit, Writer, 2>(block, run);
    case 3:
      return run_run<Unit, Writer, 3>(block, run);
    default:
      return run_run<Unit, Writer, 4>(block, run);
  }
}

struct Source {
  const std::uint8_t* data;
  std::int64_t column_bytes, row_bytes;  // from one output's window to the next
  std::int64_t row_pixels;               // outputs before the next row_bytes
  std::uint8_t* output;
  std::int64_t pixel_bytes;
};

// Kernel rows inside the image for any of the output rows [first, last].
template <typename Pixels>
inline void find_kernel_rows(const ConvolutionProblem& p, std::int64_t first, std::int64_t last,
                             Pixels& tile) {
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
                       std::int64_t count, Tile& tile) {
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

template <typename Unit, typename Writer>
inline void run_part_by_runs(const BlockConstants* blocks, std::int64_t block_count, const Source& source,
                             Strip part) {
  const ConvolutionProblem& p = *blocks->epilogue.problem;
  const std::int64_t width = source.row_pixels;
  for (std::int64_t pixel = part.first; pixel < part.end;) {
    const std::int64_t row = static_cast<std::uint32_t>(pixel) / static_cast<std::uint32_t>(width);
    const std::int64_t column = pixel - row * width;
    const std::int64_t row_end = (row + 1) * width;
    Run run;
    run.window = source.data + row * source.row_bytes + column * source.column_bytes;
    run.output = source.output + pixel * source.pixel_bytes;
    run.column_bytes = source.column_bytes;
    run.pixel_bytes = source.pixel_bytes;
    run.count = (row_end < part.end ? row_end : part.end) - pixel;
    find_kernel_rows(p, row, row, run);
    for (std::int64_t b = 0; b < block_count; ++b)
      run_block<Unit, Writer>(blocks[b], run);
    pixel += run.count;
  }
}

template <typename Unit, typename Writer>
inline void run_part(const BlockConstants* blocks, std::int64_t block_count, const Source& source,
                     Strip part) {
  const ConvolutionProblem& p = *blocks->epilogue.problem;
  Tile tile;
  if (part.end - part.first <= kPositions) {
    place_tile(p, source, part.first, part.end - part.first, tile);
    for (std::int64_t b = 0; b < block_count; ++b)
      run_block<Unit, Writer>(blocks[b], tile);
    return;
  }
  for (std::int64_t b = 0; b < block_count; ++b) {
    for (std::int64_t pixel = part.first; pixel < part.end; pixel += kPositions) {
      const std::int64_t left = part.end - pixel;
      place_tile(p, source, pixel, left < kPositions ? left : kPositions, tile);
      run_block<Unit, Writer>(blocks[b], tile);
    }
  }
}

template <typename Unit, typename Writer>
inline BlockConstants block_constants(const ConvolutionCall& call, std::int64_t index) {
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const auto& header = *static_cast<const QuadHeader*>(call.packed);
  const Geometry& g = header.geometry;
  const Block block = block_at(g, index);
  const std::int64_t slot = block.first_vector * kLanes;
  BlockConstants c;
  c.epilogue = {call.problem, reinterpret_cast<const float*>(packed + header.scale) + slot,
                reinterpret_cast<const float*>(packed + header.bias) + slot,
                existing_channels(block.channels)};
  c.offsets = reinterpret_cast<const std::int32_t*>(packed + header.offsets);
  c.below = reinterpret_cast<const std::int32_t*>(packed + header.below) + slot;
  c.weights = packed + header.weights + block.index * g.quads * g.quad_bytes;
  c.row_quads = g.row_quads;
  c.row_weights = g.row_quads * Unit::quad_bytes(block.vectors);
  c.lanes = g.groups * g.vectors * kLanes;
  c.vectors = block.vectors;
  c.input_bytes = block.group * g.group_inputs * g.activation_bytes;
  c.output_bytes = block.channel * Writer::kOutputBytes;
  return c;
}

template <typename Unit, typename Writer>
inline void run_strip(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const Geometry& g = static_cast<const QuadHeader*>(call.packed)->geometry;
  const Source source = {static_cast<const std::uint8_t*>(g.copied ? call.scratch : call.input),
                         std::int64_t{p.stride_width} * p.input_channels * g.activation_bytes,
                         p.stride_height * g.source_row_bytes,
                         g.row_pixels,
                         static_cast<std::uint8_t*>(call.output),
                         p.output_channels * Writer::kOutputBytes};
  const std::int64_t first_block = task / g.strips * g.chunk;
  const std::int64_t left_blocks = g.groups * g.blocks - first_block;
  const std::int64_t block_count = left_blocks < g.chunk ? left_blocks : g.chunk;
  BlockConstants blocks[kMostBlocks];
  for (std::int64_t b = 0; b < block_count; ++b)
    blocks[b] = block_constants<Unit, Writer>(call, first_block + b);
  const std::int64_t first = task % g.strips * g.strip;
  const std::int64_t end = first + g.strip < g.pixels ? first + g.strip : g.pixels;
  for (std::int64_t pixel = first; pixel < end; pixel += g.part) {
    const std::int64_t part_end = pixel + g.part < end ? pixel + g.part : end;
    if (g.by_runs) {
      run_part_by_runs<Unit, Writer>(blocks, block_count, source, {pixel, part_end});
    } else {
      run_part<Unit, Writer>(blocks, block_count, source, {pixel, part_end});
    }
  }
}

template <typename Unit>
inline void run(const ConvolutionCall& call, std::int64_t task) {
  switch (call.problem->epilogue) {
    case ConvolutionEpilogue::requantize_s8:
      if (static_cast<const QuadHeader*>(call.packed)->limits_floats != 0)
        return run_strip<Unit, ByteWriter<true>>(call, task);
      return run_strip<Unit, ByteWriter<false>>(call, task);
    case ConvolutionEpilogue::affine_f32:
      return run_strip<Unit, FloatWriter>(call, task);
    default:
      return run_strip<Unit, SumWriter>(call, task);
  }
}

// The functions of a row of a kernel table.
template <typename Unit>
struct Row {
  static std::size_t packed_bytes(const ConvolutionProblem& p) {
    return quad_convolution::packed_bytes(p, Unit::kForm);
  }
  static void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
    quad_convolution::pack(p, constants, Unit::kForm, packed);
  }
  static std::size_t scratch_bytes(const ConvolutionProblem& p) {
    return quad_convolution::scratch_bytes(p, Unit::kForm);
  }
  static std::int64_t prepare_tasks(const ConvolutionProblem& p) {
    return quad_convolution::prepare_tasks(p, Unit::kForm);
  }
  static void prepare(const ConvolutionCall& call, std::int64_t task) {
    quad_convolution::prepare<Unit>(call, task);
  }
  static std::int64_t run_tasks(const ConvolutionProblem& p) {
    return quad_convolution::run_tasks(p, Unit::kForm);
  }
  static void run(const ConvolutionCall& call, std::int64_t task) { quad_convolution::run<Unit>(call, task); }
};

}  // namespace
}  // namespace bitplace::quad_convolution
