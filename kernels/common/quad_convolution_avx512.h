// Where the tiles of quad_tiles_avx512.h lie, the copied source, and the functions of a row of a kernel
// table. Included by AVX-512 files only, each of which gets its own copy.
#pragma once

#include "kernels/common/quad_tiles_avx512.h"

namespace bitplace::quad_convolution {
namespace {

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
  c.half = block.half;
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
  const std::int64_t first_block = task % g.chunks * g.chunk;
  const std::int64_t left_blocks = g.groups * g.blocks - first_block;
  const std::int64_t block_count = left_blocks < g.chunk ? left_blocks : g.chunk;
  BlockConstants blocks[kMostBlocks];
  for (std::int64_t b = 0; b < block_count; ++b)
    blocks[b] = block_constants<Unit, Writer>(call, first_block + b);
  const std::int64_t first = task / g.chunks * g.strip;
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
      if (call.problem->output_high > 127) return run_strip<Unit, ByteWriter<true, true>>(call, task);
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
