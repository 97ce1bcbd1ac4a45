// Windows over column quads (column_quads.h) on 512-bit vectors. Included by AVX-512 files only, each of
// which gets its own copy; a `Unit` offers multiply_add(sum, activations, weights).
//
// Kernels of 3 columns of one quad keep the columns of a window in registers: a column is interleaved once
// and moves on under the kernel. Registers at R = 2 output rows and V = 4 vectors: 12 quads, 8 sums, 8 scales
// and biases; weights are memory operands. Other kernels interleave a strip of columns into a buffer on the
// stack first; their tile is R rows x P columns x V vectors, R P V <= 16 sums, so that a quad is loaded once
// for both rows and a weight once for all columns.
#pragma once

#include <immintrin.h>

#include "kernels/common/integer_epilogues_avx512.h"
#include "kernels/depthwise_s8_s8/column_interleave_avx512.h"

namespace bitplace::column_quads {
namespace {

using namespace integer_epilogues;

// An empty statement that holds a sum in one register: g++ 12 otherwise copies sums.
[[gnu::always_inline]] inline void pin(__m512i& value) {
  asm volatile("" : "+v"(value));
}

// What one chunk of channels of one task needs.
struct ChunkConstants {
  EpilogueConstants epilogue;
  const std::int32_t* start;
  const std::uint8_t* weights;
  std::int64_t quads, kernel_width;
  std::int64_t tap_bytes, column_bytes, window_bytes;  // in the buffer: kernel columns, columns, outputs
  std::int64_t window_columns, stride;
  std::size_t tap_weights;  // bytes from one quad's weights to the next
};

template <typename Unit, std::size_t R, std::size_t P, std::size_t V>
[[gnu::always_inline]] inline void multiply_taps(const ChunkConstants& c, const std::uint8_t* window,
                                                 __m512i (&sums)[R][P][V]) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < V; ++v) {
    const __m512i start = _mm512_load_si512(c.start + v * kLanes);
#pragma GCC unroll 2
    for (std::size_t r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (std::size_t p = 0; p < P; ++p)
        sums[r][p][v] = start;
  }
  const std::uint8_t* weights = c.weights;
  for (std::int64_t kx = 0; kx < c.kernel_width; ++kx, window += c.tap_bytes) {
    const std::uint8_t* quads = window;
    for (std::int64_t q = 0; q < c.quads; ++q, quads += V * kVectorBytes) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v) {
        __m512i weight[R];
#pragma GCC unroll 2
        for (std::size_t r = 0; r < R; ++r) {
          weight[r] = _mm512_load_si512(weights + (r * V + v) * kVectorBytes);
          pin(weight[r]);
        }
#pragma GCC unroll 8
        for (std::size_t p = 0; p < P; ++p) {
          const __m512i quad = _mm512_load_si512(quads + static_cast<std::int64_t>(p) * c.window_bytes +
                                                 static_cast<std::int64_t>(v * kVectorBytes));
#pragma GCC unroll 2
          for (std::size_t r = 0; r < R; ++r) {
            sums[r][p][v] = Unit::multiply_add(sums[r][p][v], quad, weight[r]);
            pin(sums[r][p][v]);
          }
        }
      }
      weights += c.tap_weights;
    }
  }
}

// Outputs of R rows, `right` bytes from column to column and `down` from row to row.
struct Outputs {
  std::uint8_t* first;
  std::int64_t right, down, count;
};

template <typename Unit, typename Writer, std::size_t R, std::size_t P, std::size_t V>
[[gnu::always_inline]] inline void run_tile(const ChunkConstants& c, const Writer& writer,
                                            const AffineInRegisters<V>& affine, const std::uint8_t* window,
                                            const Outputs& outputs, std::uint8_t* output) {
  __m512i sums[R][P][V];
  multiply_taps<Unit, R, P, V>(c, window, sums);
#pragma GCC unroll 2
  for (std::size_t r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (std::size_t p = 0; p < P; ++p)
      write(writer, sums[r][p], affine,
            output + static_cast<std::int64_t>(r) * outputs.down +
                static_cast<std::int64_t>(p) * outputs.right);
}

template <typename Unit, typename Writer, std::size_t R, std::size_t V>
[[gnu::noinline]] void run_windows(const ChunkConstants& c, const std::uint8_t* buffer,
                                   const Outputs& outputs) {
  constexpr std::size_t kMostSums = 16;
  constexpr std::size_t kColumns = kMostSums / (R * V) < 8 ? kMostSums / (R * V) : 8;
  constexpr auto kStep = static_cast<std::int64_t>(kColumns);
  const Writer writer(c.epilogue);
  const AffineInRegisters<V> affine(c.epilogue);
  std::uint8_t* output = outputs.first;
  std::int64_t left = outputs.count;
  for (; left >= kStep; left -= kStep) {
    run_tile<Unit, Writer, R, kColumns, V>(c, writer, affine, buffer, outputs, output);
    buffer += kStep * c.window_bytes;
    output += kStep * outputs.right;
  }
  for (; left > 0; --left) {
    run_tile<Unit, Writer, R, 1, V>(c, writer, affine, buffer, outputs, output);
    buffer += c.window_bytes;
    output += outputs.right;
  }
}

// Any kernel: a strip's quads first, then its windows.
template <typename Unit, typename Writer, std::size_t R, std::size_t V>
inline void run_strip(const ChunkConstants& c, const Columns& columns, const Outputs& outputs) {
  alignas(64) std::uint8_t buffer[kBufferBytes];
  const std::int64_t count = c.window_columns + (outputs.count - 1) * c.stride;
  std::uint8_t* to = buffer;
  for (std::int64_t column = 0; column < count; ++column) {
    for (std::int64_t q = 0; q < c.quads; ++q, to += V * kVectorBytes) {
      __m512i quads[V];
      column_quads_at<V>(columns, q, column, quads);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        _mm512_store_si512(to + v * kVectorBytes, quads[v]);
    }
  }
  run_windows<Unit, Writer, R, V>(c, buffer, outputs);
}

// Kernels of 3 columns of one quad: the columns of a window stay in registers and move on by one or two.
template <typename Unit, typename Writer, std::size_t R, std::size_t V, std::size_t Stride>
[[gnu::noinline]] void run_strip_of_3(const ChunkConstants& c, const Columns& columns,
                                      const Outputs& outputs) {
  const Writer writer(c.epilogue);
  const AffineInRegisters<V> affine(c.epilogue);
  const std::uint8_t* const weights = c.weights;
  std::uint8_t* output = outputs.first;
  __m512i quads[3][V];
  ColumnReader<V> reader(columns);
#pragma GCC unroll 2
  for (std::size_t i = 0; i < 3 - Stride; ++i)
    reader.next(quads[i + Stride]);
  for (std::int64_t left = outputs.count; left > 0; --left) {
#pragma GCC unroll 2
    for (std::size_t i = 0; i < 3 - Stride; ++i)
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        quads[i][v] = quads[i + Stride][v];
#pragma GCC unroll 2
    for (std::size_t i = 3 - Stride; i < 3; ++i)
      reader.next(quads[i]);
    __m512i sums[R][V];
#pragma GCC unroll 2
    for (std::size_t r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        sums[r][v] = _mm512_load_si512(c.start + v * kLanes);
#pragma GCC unroll 3
    for (std::size_t kx = 0; kx < 3; ++kx)
#pragma GCC unroll 2
      for (std::size_t r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < V; ++v) {
          const __m512i weight = _mm512_load_si512(weights + kx * c.tap_weights + (r * V + v) * kVectorBytes);
          sums[r][v] = Unit::multiply_add(sums[r][v], quads[kx][v], weight);
          pin(sums[r][v]);
        }
#pragma GCC unroll 2
    for (std::size_t r = 0; r < R; ++r)
      write(writer, sums[r], affine, output + static_cast<std::int64_t>(r) * outputs.down);
    output += outputs.right;
  }
}

// The same with stride 2 and one output row: every other column belongs to two windows, the next one's sums
// begin with it, and no quad outlives its column. That leaves registers for the weights: 12 and 8 sums at V =
// 4; scales and biases are memory operands.
template <typename Unit, std::size_t V>
[[gnu::always_inline]] inline void add_column(const __m512i (&quads)[V], const __m512i (&weights)[V],
                                              __m512i (&sums)[V]) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < V; ++v) {
    sums[v] = Unit::multiply_add(sums[v], quads[v], weights[v]);
    pin(sums[v]);
  }
}

template <typename Unit, typename Writer, std::size_t V>
[[gnu::noinline]] void run_strip_of_3_by_2(const ChunkConstants& c, const Columns& columns,
                                           const Outputs& outputs) {
  const Writer writer(c.epilogue);
  const AffineInMemory affine(c.epilogue);
  __m512i weights[3][V], quads[V], sums[V], next[V];
#pragma GCC unroll 3
  for (std::size_t kx = 0; kx < 3; ++kx)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      weights[kx][v] = _mm512_load_si512(c.weights + kx * c.tap_weights + v * kVectorBytes);
      pin(weights[kx][v]);
    }
  const auto begin = [&](__m512i(&to)[V]) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      to[v] = _mm512_load_si512(c.start + v * kLanes);
    add_column<Unit>(quads, weights[0], to);
  };
  ColumnReader<V> reader(columns);
  reader.next(quads);
  begin(next);
  std::uint8_t* output = outputs.first;
  const std::int64_t right = outputs.right;
  for (std::int64_t left = outputs.count; left > 0; --left, output += right) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      sums[v] = next[v];
    reader.next(quads);
    add_column<Unit>(quads, weights[1], sums);
    reader.next(quads);
    add_column<Unit>(quads, weights[2], sums);
    begin(next);
    write(writer, sums, affine, output);
  }
}

template <typename Unit, typename Writer, std::size_t R, std::size_t V>
inline void choose_strip(const ChunkConstants& c, const Columns& columns, const Outputs& outputs) {
  const bool three = c.kernel_width == 3 && c.quads == 1 && c.window_columns == 3;
  if (three && c.stride == 1) return run_strip_of_3<Unit, Writer, R, V, 1>(c, columns, outputs);
  if constexpr (R == 1) {
    if (three && c.stride == 2) return run_strip_of_3_by_2<Unit, Writer, V>(c, columns, outputs);
  }
  run_strip<Unit, Writer, R, V>(c, columns, outputs);
}

template <typename Unit, typename Writer, std::size_t V>
inline ChunkConstants chunk_constants(const ConvolutionCall& call, const Chunk& chunk) {
  const ConvolutionProblem& p = *call.problem;
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const auto& header = *static_cast<const ColumnHeader*>(call.packed);
  const ColumnGeometry& g = header.geometry;
  ChunkConstants c;
  c.epilogue = {&p, reinterpret_cast<const float*>(packed + header.scale) + chunk.slot,
                reinterpret_cast<const float*>(packed + header.bias) + chunk.slot,
                existing_channels(chunk.channels)};
  c.start = reinterpret_cast<const std::int32_t*>(packed + header.start) + chunk.slot;
  c.weights = packed + header.weights + chunk.slot * 4 * p.kernel_width * g.quads * g.rows_together;
  c.quads = g.quads;
  c.kernel_width = p.kernel_width;
  c.column_bytes = g.quads * static_cast<std::int64_t>(V) * kVectorBytes;
  c.tap_bytes = p.dilation_width * c.column_bytes;
  c.window_bytes = p.stride_width * c.column_bytes;
  c.window_columns = std::int64_t{p.kernel_width - 1} * p.dilation_width + 1;
  c.stride = p.stride_width;
  c.tap_weights = static_cast<std::size_t>(g.rows_together) * V * kVectorBytes;
  return c;
}

// The output rows [first, end) of one chunk, whose constants are looked up once.
template <typename Unit, typename Writer, std::size_t V>
inline void run_chunk(const ConvolutionCall& call, const Chunk& chunk, std::int64_t first, std::int64_t end) {
  const ConvolutionProblem& p = *call.problem;
  const auto& header = *static_cast<const ColumnHeader*>(call.packed);
  const ColumnGeometry& g = header.geometry;
  const ChunkConstants c = chunk_constants<Unit, Writer, V>(call, chunk);
  const std::int64_t strip = (kBufferBytes / c.column_bytes - c.window_columns) / c.stride + 1;
  const std::int64_t right = p.output_channels * Writer::kOutputBytes;
  auto* output = static_cast<std::uint8_t*>(call.output) + first * p.output_width * right +
                 chunk.channel * Writer::kOutputBytes;
  Columns columns;
  columns.width = p.input_width;
  columns.flip = _mm512_set1_epi8(static_cast<char>(header.offset));
  for (std::int64_t row = first; row < end; row += g.rows_together) {
    const std::int64_t rows = end - row < g.rows_together ? end - row : g.rows_together;
    for (std::int64_t q = 0; q < g.quads; ++q)
      columns.rows[q] = quad_rows(call, chunk, row, rows, q);
    for (std::int64_t column = 0; column < p.output_width; column += strip) {
      const std::int64_t left = p.output_width - column;
      columns.first = column * p.stride_width - p.pad_left;
      const Outputs outputs = {output + column * right, right, p.output_width * right,
                               left < strip ? left : strip};
      if (rows == 2) {
        choose_strip<Unit, Writer, 2, V>(c, columns, outputs);
      } else {
        choose_strip<Unit, Writer, 1, V>(c, columns, outputs);
      }
    }
    output += g.rows_together * p.output_width * right;
  }
}

template <typename Unit, typename Writer>
inline void run_band(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const ColumnGeometry& g = static_cast<const ColumnHeader*>(call.packed)->geometry;
  const std::int64_t first = task * g.band;
  const std::int64_t end = first + g.band < p.output_height ? first + g.band : p.output_height;
  std::int64_t slot = 0;
  for (std::int64_t channel = 0; channel < p.output_channels;) {
    const Chunk chunk = chunk_at(p, channel, slot);
    if constexpr (Writer::kOutputBytes == 1) {
      if (chunk.vectors == 4) run_chunk<Unit, Writer, 4>(call, chunk, first, end);
      if (chunk.vectors == 2) run_chunk<Unit, Writer, 2>(call, chunk, first, end);
    }
    if (chunk.vectors == 1) run_chunk<Unit, Writer, 1>(call, chunk, first, end);
    channel += chunk.channels;
    slot += chunk.vectors * kLanes;
  }
}

template <typename Unit>
inline void run(const ConvolutionCall& call, std::int64_t task) {
  switch (call.problem->epilogue) {
    case ConvolutionEpilogue::requantize_s8:
      if (call.problem->output_high > 127) return run_band<Unit, ByteWriter<true, true>>(call, task);
      if (static_cast<const ColumnHeader*>(call.packed)->limits_floats != 0)
        return run_band<Unit, ByteWriter<true>>(call, task);
      return run_band<Unit, ByteWriter<false>>(call, task);
    case ConvolutionEpilogue::affine_f32:
      return run_band<Unit, FloatWriter>(call, task);
    default:
      return run_band<Unit, SumWriter>(call, task);
  }
}

}  // namespace
}  // namespace bitplace::column_quads
