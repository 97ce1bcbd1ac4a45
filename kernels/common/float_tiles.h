// The float convolution over tiles of output pixels x outputs, for the vector and the order of sums of the
// file that includes it (float_vector_*.h and float_sum_*.h, which come first). Everything has internal
// linkage.
//
// Per product of a window one vector load per kLanes outputs of the block and one broadcast per pixel serve
// pixels x vectors multiply-adds; sums stay in registers for a whole slice of the depth. Tiles are cut
// evenly, so the last one is not a short one.
#pragma once

#include "kernels/common/float_convolution.h"

namespace bitplace {
namespace {

using float_convolution::Geometry;
using float_convolution::kBlockVectors;
using float_convolution::kFewestPixels;
using float_convolution::kMostChunkPixels;
using float_convolution::kMostClasses;
using float_convolution::kSliceDepth;
using float_convolution::kWhole;
using float_convolution::Piece;
using float_convolution::Slice;

// One tile of one slice.
struct TileCall {
  const float* const* windows;    // first element of each pixel's window
  const std::int32_t* positions;  // and where in the output it is
  const Piece* pieces;
  const Piece* pieces_end;
  std::int64_t first_channel;
  float* sums;  // [pixel][block_outputs] between slices
  bool first_slice, last_slice;
  const float* bias;
  float low, high;
  std::int64_t outputs;      // of the block that exist
  std::int64_t output_step;  // elements between pixels
};

template <int kPixels, int kVectors>
struct Sums {
  Vector at[std::size_t{kPixels}][std::size_t{kVectors}];
};

template <int kPixels, int kVectors, typename Weight>
inline void add_product(const float* const* pixels, std::int64_t k, const Weight* weights,
                        Sums<kPixels, kVectors>& sums) {
  Vector w[kBlockVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v)
    w[v] = load(weights + v * kLanes);
#pragma GCC unroll 28
  for (int i = 0; i < kPixels; ++i) {
    const Vector x = broadcast(pixels[i][k]);
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v)
      accumulate(x, w[v], sums.at[i][v]);
  }
}

template <int kPixels, int kVectors, bool kWhole, typename Output>
inline void store_tile(const TileCall& tile, const Sums<kPixels, kVectors>& sums, Output* output) {
  // Local, because stores of results could otherwise be thought to change what the tile is.
  const std::int32_t* positions = tile.positions;
  const std::int64_t step = tile.output_step;
  const std::int64_t last_outputs = tile.outputs - (kVectors - 1) * kLanes;
  const Vector low = broadcast(tile.low);
  const Vector high = broadcast(tile.high);
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
    const Vector bias = load(tile.bias + v * kLanes);
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) {
      const Vector value = clamp(add(sums.at[i][v], bias), low, high);
      Output* to = output + positions[i] * step + v * kLanes;
      if (kWhole || v + 1 < kVectors) {
        store(to, value);
      } else {
        store_first(to, value, last_outputs);
      }
    }
  }
}

template <int kPixels, int kVectors, typename Output>
inline void finish_tile(const TileCall& tile, const Sums<kPixels, kVectors>& sums, Output* output) {
  if (tile.outputs >= kVectors * kLanes) {
    store_tile<kPixels, kVectors, true>(tile, sums, output);
  } else {
    store_tile<kPixels, kVectors, false>(tile, sums, output);
  }
}

template <int kPixels, int kVectors, typename Weight, typename Output>
__attribute__((noinline)) void run_tile(const TileCall& tile, const Weight* weights, Output* output) {
  constexpr int kParts = partial_sums(kPixels * kVectors);
  Sums<kPixels, kVectors> sums[std::size_t{kParts}];
#pragma GCC unroll 4
  for (int part = 0; part < kParts; ++part) {
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        const bool carried = part == 0 && !tile.first_slice;
        sums[part].at[i][v] = carried ? load(tile.sums + (i * kBlockVectors + v) * kLanes) : zero();
      }
    }
  }
  const float* pixels[std::size_t{kPixels}];
  for (int i = 0; i < kPixels; ++i)
    pixels[i] = tile.windows[i];
  for (const Piece* piece = tile.pieces; piece != tile.pieces_end; ++piece) {
    std::int64_t k = piece->offset + tile.first_channel;
    const std::int64_t end = k + piece->length;
    const Weight* w = weights + piece->first_product * (kVectors * kLanes);
    for (; k + kParts <= end; k += kParts) {
#pragma GCC unroll 4
      for (int part = 0; part < kParts; ++part) {
        add_product<kPixels, kVectors>(pixels, k + part, w, sums[part]);
        w += kVectors * kLanes;
      }
    }
    for (; kParts > 1 && k < end; ++k, w += kVectors * kLanes)
      add_product<kPixels, kVectors>(pixels, k, w, sums[0]);
  }
#pragma GCC unroll 4
  for (int part = 1; part < kParts; ++part) {
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v)
        sums[0].at[i][v] = add(sums[0].at[i][v], sums[part].at[i][v]);
    }
  }
  if (tile.last_slice) return finish_tile<kPixels, kVectors>(tile, sums[0], output);
#pragma GCC unroll 28
  for (int i = 0; i < kPixels; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v)
      store(tile.sums + (i * kBlockVectors + v) * kLanes, sums[0].at[i][v]);
  }
}

// The tile of `pixels` pixels, which is kPixels or fewer.
template <int kPixels, int kVectors, typename Weight, typename Output>
inline void choose_tile(int pixels, const TileCall& tile, const Weight* weights, Output* output) {
  if constexpr (kPixels > 1) {
    if (pixels < kPixels) return choose_tile<kPixels - 1, kVectors>(pixels, tile, weights, output);
  }
  run_tile<kPixels, kVectors>(tile, weights, output);
}

// The pixels of a chunk, those of a class side by side.
struct Chunk {
  const float* windows[kMostChunkPixels];
  std::int32_t positions[kMostChunkPixels];
  std::int32_t class_begin[kMostClasses + 1];
};

// A walk over output pixels in row order.
struct Walk {
  std::int32_t width;
  std::int32_t row, column;

  void next() {
    if (++column < width) return;
    column = 0;
    ++row;
  }
};

inline void place_pixel(const ConvolutionCall& call, const Geometry& g, const Walk& at, std::int32_t place,
                        Chunk& chunk) {
  const ConvolutionProblem& p = *call.problem;
  const auto* origin = static_cast<const float*>(g.copied ? call.scratch : call.input);
  chunk.windows[place] = origin + std::int64_t{at.row} * p.stride_height * g.row_step +
                         std::int64_t{at.column} * p.stride_width * g.pixel_step;
  chunk.positions[place] = at.row * at.width + at.column;
}

// Output pixels [first, last), sorted by class.
inline void gather_classes(const ConvolutionCall& call, const Geometry& g, std::int32_t first,
                           std::int32_t last, Chunk& chunk) {
  const ConvolutionProblem& p = *call.problem;
  const auto* row_class = static_cast<const std::uint8_t*>(call.packed) + g.classes_offset;
  const std::uint8_t* column_class = row_class + p.output_height;
  std::uint8_t classes[kMostChunkPixels];
  std::int32_t counts[kMostClasses] = {};
  const Walk start = {p.output_width, first / p.output_width, first % p.output_width};
  Walk at = start;
  for (std::int32_t i = 0; i < last - first; ++i, at.next()) {
    classes[i] = row_class[at.row] != kWhole ? row_class[at.row] : column_class[at.column];
    ++counts[classes[i]];
  }
  for (std::int32_t c = 1; c < g.classes; ++c) {
    if (counts[c] >= kFewestPixels) continue;
    counts[kWhole] += counts[c];
    counts[c] = 0;
  }
  std::int32_t next[kMostClasses];
  chunk.class_begin[0] = 0;
  for (std::int32_t c = 0; c < g.classes; ++c) {
    next[c] = chunk.class_begin[c];
    chunk.class_begin[c + 1] = chunk.class_begin[c] + counts[c];
  }
  at = start;
  for (std::int32_t i = 0; i < last - first; ++i, at.next())
    place_pixel(call, g, at, next[counts[classes[i]] > 0 ? classes[i] : kWhole]++, chunk);
}

// The same where all windows are whole, which is the quick and the usual case.
inline void gather_whole(const ConvolutionCall& call, const Geometry& g, std::int32_t first,
                         std::int32_t last, Chunk& chunk) {
  const std::int32_t width = call.problem->output_width;
  const std::int64_t step = call.problem->stride_width * g.pixel_step;
  Walk at = {width, first / width, first % width};
  std::int32_t i = 0;
  while (i < last - first) {
    place_pixel(call, g, at, i, chunk);
    const float* window = chunk.windows[i];
    const std::int32_t end = i + width - at.column < last - first ? i + width - at.column : last - first;
    for (; i < end; ++i, window += step) {
      chunk.windows[i] = window;
      chunk.positions[i] = first + i;
    }
    at.column = 0;
    ++at.row;
  }
  chunk.class_begin[0] = 0;
  for (std::int32_t c = 0; c < g.classes; ++c)
    chunk.class_begin[c + 1] = last - first;
}

inline void gather_chunk(const ConvolutionCall& call, const Geometry& g, std::int32_t first,
                         std::int32_t last, Chunk& chunk) {
  const auto* row_class = static_cast<const std::uint8_t*>(call.packed) + g.classes_offset;
  bool whole = !g.column_classes;
  for (std::int32_t row = first / call.problem->output_width; row * call.problem->output_width < last; ++row)
    whole = whole && row_class[row] == kWhole;
  if (whole) {
    gather_whole(call, g, first, last, chunk);
  } else {
    gather_classes(call, g, first, last, chunk);
  }
}

// What one task works on.
struct BlockTask {
  const ConvolutionProblem* problem;
  const Geometry* geometry;
  const std::uint8_t* packed;
  const Chunk* chunk;
  float* sums;
};

// The pixels [begin, end) of the chunk, for one slice of one block.
template <int kVectors, typename Weight, typename Output>
inline void run_tiles(TileCall tile, const BlockTask& task, std::int32_t begin, std::int32_t end,
                      const Weight* weights, Output* output) {
  constexpr int kMostPixels = kVectors == 1 ? kMostPixelsOfOne : kMostPixelsOfTwo;
  if (begin == end) return;
  const std::int32_t tiles = (end - begin + kMostPixels - 1) / kMostPixels;
  const std::int32_t pixels = (end - begin) / tiles;
  std::int32_t larger = (end - begin) % tiles;  // tiles with one pixel more
  for (std::int32_t first = begin; first < end;) {
    const std::int32_t last = first + pixels + (larger-- > 0 ? 1 : 0);
    tile.windows = task.chunk->windows + first;
    tile.positions = task.chunk->positions + first;
    tile.sums = task.sums + first * kBlockVectors * kLanes;
    choose_tile<kMostPixels, kVectors>(last - first, tile, weights, output);
    first = last;
  }
}

template <int kVectors, typename Weight, typename Output>
inline void run_classes(TileCall tile, const BlockTask& task, std::int32_t slice, const Weight* weights,
                        Output* output) {
  const Geometry& g = *task.geometry;
  const auto* pieces = reinterpret_cast<const Piece*>(task.packed + g.pieces_offset);
  const auto* slices = reinterpret_cast<const Slice*>(task.packed + g.slices_offset) + slice;
  const std::int32_t* class_begin = task.chunk->class_begin;
  for (std::int32_t c = 0; c < g.classes; ++c, slices += g.slices + 1) {
    tile.pieces = pieces + slices[0].first_piece;
    tile.pieces_end = pieces + slices[1].first_piece;
    run_tiles<kVectors>(tile, task, class_begin[c], class_begin[c + 1], weights, output);
  }
}

template <int kVectors, typename Weight, typename Output>
inline void run_slice(const TileCall& tile, const BlockTask& task, std::int32_t slice, const Weight* weights,
                      std::int64_t weight_count, Output* output) {
  if constexpr (sizeof(Weight) == 2) {
    if (task.chunk->class_begin[task.geometry->classes] > kDirectPixels) {
      alignas(64) float converted[kSliceDepth * kBlockVectors * kLanes];
      for (std::int64_t i = 0; i < weight_count; i += kLanes)
        store(converted + i, load(weights + i));
      return run_classes<kVectors>(tile, task, slice, static_cast<const float*>(converted), output);
    }
  }
  run_classes<kVectors>(tile, task, slice, weights, output);
}

template <typename Weight, typename Output>
inline void run_block(const BlockTask& task, std::int32_t block, Output* output) {
  const ConvolutionProblem& p = *task.problem;
  const Geometry& g = *task.geometry;
  const std::int32_t group = block / g.group_blocks;
  const std::int32_t first = block % g.group_blocks * g.block_outputs;
  TileCall tile{};
  tile.first_channel = std::int64_t{group} * g.group_inputs;
  tile.bias = reinterpret_cast<const float*>(task.packed + g.bias_offset) + block * g.block_outputs;
  tile.low = p.output_low;
  tile.high = p.output_high;
  tile.outputs = g.group_outputs - first < g.block_outputs ? g.group_outputs - first : g.block_outputs;
  tile.output_step = p.output_channels;
  output += group * g.group_outputs + first;
  const auto* weights = reinterpret_cast<const Weight*>(task.packed + g.weights_offset) +
                        group * g.group_weights + std::int64_t{first} * g.depth;
  const bool narrow = tile.outputs <= kLanes;
  for (std::int32_t s = 0; s < g.slices; ++s) {
    tile.first_slice = s == 0;
    tile.last_slice = s + 1 == g.slices;
    const std::int32_t left = g.depth - s * g.slice_depth;
    const std::int64_t depth = left < g.slice_depth ? left : g.slice_depth;
    const std::int64_t count = depth * (narrow ? 1 : kBlockVectors) * kLanes;
    if (narrow) {
      run_slice<1>(tile, task, s, weights, count, output);
    } else {
      run_slice<kBlockVectors>(tile, task, s, weights, count, output);
    }
    weights += count;
  }
}

template <typename Weight, typename Output>
inline void run_task(const ConvolutionCall& call, std::int64_t index) {
  const auto& g = *static_cast<const Geometry*>(call.packed);
  const auto chunk_index = static_cast<std::int32_t>(index % g.chunks);
  const auto part = static_cast<std::int32_t>(index / g.chunks);
  const std::int64_t pixels = g.pixels;
  Chunk chunk;
  gather_chunk(call, g, static_cast<std::int32_t>(pixels * chunk_index / g.chunks),
               static_cast<std::int32_t>(pixels * (chunk_index + 1) / g.chunks), chunk);
  alignas(64) float sums[kMostChunkPixels * kBlockVectors * kLanes];
  const BlockTask task = {call.problem, &g, static_cast<const std::uint8_t*>(call.packed), &chunk, sums};
  const std::int32_t end = g.blocks * (part + 1) / g.block_parts;
  for (std::int32_t block = g.blocks * part / g.block_parts; block < end; ++block)
    run_block<Weight>(task, block, static_cast<Output*>(call.output));
}

inline void fill_zero(float* values, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    store(values + i, zero());
  for (; i < count; ++i)
    values[i] = 0;
}

// `from` may be user memory: nothing behind its last element is read.
template <typename Input>
inline void copy_values(const Input* from, std::int64_t count, float* to) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    store(to + i, load(from + i));
  if (i < count) store_first(to + i, load_first(from + i, count - i), count - i);
}

// Rows of the bordered copy: what windows touch of the padded input, as f32.
template <typename Input>
inline void prepare_task(const ConvolutionCall& call, std::int64_t task, std::int64_t tasks) {
  const ConvolutionProblem& p = *call.problem;
  const auto& g = *static_cast<const Geometry*>(call.packed);
  const std::int64_t room = g.copy_width - p.pad_left;
  const std::int64_t columns = room < 0 ? 0 : room < p.input_width ? room : p.input_width;
  const std::int64_t before = (p.pad_left < g.copy_width ? p.pad_left : g.copy_width) * g.pixel_step;
  const std::int64_t inside = columns * g.pixel_step;
  for (std::int64_t row = g.copy_height * task / tasks; row < g.copy_height * (task + 1) / tasks; ++row) {
    float* out = static_cast<float*>(call.scratch) + row * g.row_step;
    const std::int64_t y = row - p.pad_top;
    if (y < 0 || y >= p.input_height) {
      fill_zero(out, g.row_step);
      continue;
    }
    fill_zero(out, before);
    copy_values(static_cast<const Input*>(call.input) + y * p.input_width * g.pixel_step, inside,
                out + before);
    fill_zero(out + before + inside, g.row_step - before - inside);
  }
}

}  // namespace
}  // namespace bitplace
