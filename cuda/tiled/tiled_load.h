// Phases that bring windows and filters into shared memory (tiled_parameters.h, tile_layout.h).
#pragma once

#include "cuda/common/phases.h"
#include "cuda/tiled/async_copy.h"
#include "cuda/tiled/tile_layout.h"
#include "cuda/tiled/tiled_parameters.h"

namespace bitplace::cuda {

// A window: the address of its top left element's group, and where that lies in the image.
struct alignas(16) WindowPosition {
  std::int64_t address;  // bytes from the input's start; may lie before it
  std::int32_t y, x;
};

// The window of row `row` of a tile that begins at `first_pixel` of the pooled output: a pooled pixel's
// windows follow one another. Rows beyond the last pixel get a window above every image.
template <class Tile>
BITPLACE_DEVICE WindowPosition window_position(const TiledParameters& p, std::int32_t group,
                                               std::int64_t first_pixel, std::int32_t row) {
  const std::int64_t pixel = first_pixel + row / p.pool_area;
  if (row >= Tile::kRows / p.pool_area * p.pool_area || pixel >= p.pixels) return {0, -kNowhere * 2, 0};
  const std::int32_t part = row % p.pool_area;
  const auto index = static_cast<std::int32_t>(pixel);
  const std::int32_t line = index / p.output_width;
  const std::int32_t image = line / p.output_height;
  const std::int32_t pool_height = p.pool_area / p.pool_width;
  const std::int32_t output_y = line % p.output_height * pool_height + part / p.pool_width;
  const std::int32_t output_x = index % p.output_width * p.pool_width + part % p.pool_width;
  const std::int32_t y = output_y * p.stride_height - p.pad_top;
  const std::int32_t x = output_x * p.stride_width - p.pad_left;
  const std::int64_t address = image * p.image_bytes + (std::int64_t{y} * p.input_width + x) * p.pixel_bytes +
                               std::int64_t{group} * p.group_bytes;
  return {address, y, x};
}

BITPLACE_DEVICE bool is_inside(const TiledParameters& p, const WindowPosition& window, const Tap& tap) {
  return static_cast<std::uint32_t>(window.y + tap.dy) < static_cast<std::uint32_t>(p.input_height) &&
         static_cast<std::uint32_t>(window.x + tap.dx) < static_cast<std::uint32_t>(p.input_width);
}

// Where a tap's granule lies; anywhere in the input if outside, where nothing is read.
BITPLACE_DEVICE const std::uint8_t* source(const TiledParameters& p, const WindowPosition& window,
                                           const Tap& tap, bool inside) {
  return p.input + (inside ? window.address + tap.offset : 0);
}

BITPLACE_DEVICE const Tap* taps_of_group(const TiledParameters& p, std::int32_t group) {
  return p.taps + std::int64_t{group} * p.taps_per_group;
}

// A word of depth put together from elements of kElementBytes; of bits, one word and what is masked out of
// it.
template <int kElementBytes>
struct WordTaps {
  static constexpr std::size_t kCount = 4 / kElementBytes;
  Tap tap[kCount];
};

template <int kElementBytes>
BITPLACE_DEVICE WordTaps<kElementBytes> taps_of_word(const Tap* taps, std::int32_t word) {
  WordTaps<kElementBytes> w;
  BITPLACE_UNROLL
  for (int i = 0; i < 4 / kElementBytes; ++i)
    w.tap[i] = taps[word * (4 / kElementBytes) + i];
  return w;
}

template <int kElementBytes>
BITPLACE_DEVICE std::uint32_t gather_word(const TiledParameters& p, const WindowPosition& window,
                                          const WordTaps<kElementBytes>& taps) {
  std::uint32_t value = 0;
  BITPLACE_UNROLL
  for (int i = 0; i < 4 / kElementBytes; ++i) {
    const Tap& tap = taps.tap[i];
    if (!is_inside(p, window, tap)) continue;
    const std::uint8_t* from = source(p, window, tap, true);
    if constexpr (kElementBytes == 4) {
      value = *reinterpret_cast<const std::uint32_t*>(from) & tap.mask;
    } else if constexpr (kElementBytes == 2) {
      value |= std::uint32_t{*reinterpret_cast<const std::uint16_t*>(from)} << (16 * i);
    } else {
      value |= std::uint32_t{*from} << (8 * i);
    }
  }
  return value;
}

// Threads of a block take the 16 words of 8 rows, or the 4 chunks of 32 rows, at a time.
template <class Tile, int kElementBytes>
BITPLACE_DEVICE void load_windows(const TiledParameters& p, std::int32_t group, std::int32_t stage,
                                  std::int32_t thread, const WindowPosition* windows, std::uint32_t* words) {
  const Tap* taps = taps_of_group(p, group);
  if (p.granule == Granule::chunk) {
    const std::int32_t chunk = thread % kStageChunks;
    const Tap tap = taps[stage * kStageChunks + chunk];
    BITPLACE_UNROLL
    for (int i = 0; i < Tile::kRows * kStageChunks / Tile::kThreads; ++i) {
      const std::int32_t row = thread / kStageChunks + i * (Tile::kThreads / kStageChunks);
      const bool inside = is_inside(p, windows[row], tap);
      copy_chunk(words + chunk_offset<kStageChunks>(row, chunk), source(p, windows[row], tap, inside),
                 inside);
    }
    return;
  }
  const std::int32_t word = thread % kStageWords;
  const auto target = [&](std::int32_t row) {
    return words + chunk_offset<kStageChunks>(row, word / kChunkWords) + word % kChunkWords;
  };
  constexpr int kRowsAtOnce = Tile::kThreads / kStageWords;
  if (p.granule == Granule::word) {
    const Tap tap = taps[stage * kStageWords + word];
    for (std::int32_t row = thread / kStageWords; row < Tile::kRows; row += kRowsAtOnce) {
      const bool inside = is_inside(p, windows[row], tap);
      copy_word(target(row), source(p, windows[row], tap, inside), inside);
    }
    return;
  }
  const WordTaps<kElementBytes> word_taps = taps_of_word<kElementBytes>(taps, stage * kStageWords + word);
  for (std::int32_t row = thread / kStageWords; row < Tile::kRows; row += kRowsAtOnce)
    *target(row) = gather_word(p, windows[row], word_taps);
}

// Filters lie as they are wanted: rows of stages.
template <class Tile, int kChunks>
BITPLACE_DEVICE void load_filters(const TiledParameters& p, std::int32_t group, std::int32_t first_column,
                                  std::int32_t stage, std::int32_t thread, std::uint32_t* words) {
  constexpr int kLoads = Tile::kColumns * kChunks;
  BITPLACE_UNROLL
  for (int first = 0; first < kLoads; first += Tile::kThreads) {
    const std::int32_t load = first + thread;
    const std::int32_t column = load / kChunks, chunk = load % kChunks;
    const bool inside = first_column + column < p.group_outputs;
    const std::int64_t filter = std::int64_t{group} * p.group_outputs + first_column + column;
    const std::int64_t from = (filter * p.stages + stage) * kChunks + chunk;
    const std::uint32_t* source = p.weights + (inside ? from * kChunkWords : 0);
    if (load < kLoads) {
      copy_chunk(words + chunk_offset<kChunks>(column, chunk), reinterpret_cast<const std::uint8_t*>(source),
                 inside);
    }
  }
}

}  // namespace bitplace::cuda
