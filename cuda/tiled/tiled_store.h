// Phases behind the last stage: accumulators through shared memory into outputs.
#pragma once

#include "cuda/common/epilogue.h"
#include "cuda/common/phases.h"
#include "cuda/tiled/async_copy.h"
#include "cuda/tiled/tile_layout.h"
#include "cuda/tiled/tiled_load.h"
#include "cuda/tiled/tiled_parameters.h"

namespace bitplace::cuda {

// Taps of one axis that lie inside the image: [first, end).
struct TapRange {
  std::int32_t first, end;
};
BITPLACE_DEVICE TapRange taps_inside(std::int32_t start, std::int32_t extent, std::int32_t taps,
                                     std::int32_t dilation) {
  const std::int32_t first = start >= 0 ? 0 : smaller(divide_up(-start, dilation), taps);
  const std::int32_t end = start >= extent ? 0 : smaller(divide_up(extent - start, dilation), taps);
  return {first, larger(first, end)};
}

// Padding with zeros: what the taps outside the image, read as +1, have added to a dot product of bits.
BITPLACE_DEVICE std::int32_t sum_outside(const TiledParameters& p, const WindowPosition& window,
                                         std::int32_t output) {
  const std::int32_t last_y = window.y + (p.kernel_height - 1) * p.dilation_height;
  const std::int32_t last_x = window.x + (p.kernel_width - 1) * p.dilation_width;
  if (window.y >= 0 && last_y < p.input_height && window.x >= 0 && last_x < p.input_width) return 0;
  const TapRange y = taps_inside(window.y, p.input_height, p.kernel_height, p.dilation_height);
  const TapRange x = taps_inside(window.x, p.input_width, p.kernel_width, p.dilation_width);
  const std::int32_t width = p.kernel_width + 1;
  const std::int32_t* sums = p.outside + std::int64_t{output} * (p.kernel_height + 1) * width;
  const std::int32_t inside = sums[y.end * width + x.end] - sums[y.first * width + x.end] -
                              sums[y.end * width + x.first] + sums[y.first * width + x.first];
  return sums[p.kernel_height * width + p.kernel_width] - inside;
}

// The dot product that a counter stands for. A row's count is of the bits set in its window.
struct FromDifferentBits {
  static BITPLACE_DEVICE std::int32_t dot(const TiledParameters& p, std::int32_t counter, std::int32_t,
                                          std::int32_t) {
    return p.depth - 2 * counter;
  }
};
struct FromCommonBits {
  static BITPLACE_DEVICE std::int32_t dot(const TiledParameters& p, std::int32_t counter, std::int32_t count,
                                          std::int32_t output) {
    return p.weight_sums[output] + 4 * counter - 2 * count;
  }
};
struct FromNegativeSums {
  static BITPLACE_DEVICE std::int32_t dot(const TiledParameters& p, std::int32_t counter, std::int32_t,
                                          std::int32_t output) {
    return p.weight_sums[output] - 2 * counter;
  }
};
struct FromProducts {
  static BITPLACE_DEVICE std::int32_t dot(const TiledParameters&, std::int32_t counter, std::int32_t,
                                          std::int32_t) {
    return counter;
  }
};
struct FromProductsTimes16 {
  static BITPLACE_DEVICE std::int32_t dot(const TiledParameters&, std::int32_t counter, std::int32_t,
                                          std::int32_t) {
    return counter / 16;
  }
};

// A tile that has been computed: its accumulators, and what they belong to.
struct StagedTile {
  const std::uint32_t* words;
  const WindowPosition* windows;
  const std::int32_t* counts;
  std::int64_t first_pixel;
  std::int32_t first_column, first_output;  // in the group; of the group
};

// The dot product of a row's window.
template <class Meaning>
BITPLACE_DEVICE std::int32_t dot_of(const TiledParameters& p, const StagedTile& tile, std::int32_t row,
                                    std::int32_t output, std::uint32_t counter) {
  const std::int32_t dot = Meaning::dot(p, static_cast<std::int32_t>(counter), tile.counts[row], output);
  return p.outside == nullptr ? dot : dot - sum_outside(p, tile.windows[row], output);
}

// The maximum over a pooled pixel's windows.
template <class Tile, class Meaning>
BITPLACE_DEVICE std::int32_t pooled_dot(const TiledParameters& p, const StagedTile& tile, std::int32_t pixel,
                                        std::int32_t column) {
  const std::int32_t output = tile.first_output + tile.first_column + column;
  std::int32_t best = INT32_MIN;
  for (std::int32_t row = pixel * p.pool_area; row < (pixel + 1) * p.pool_area; ++row) {
    const std::uint32_t counter = tile.words[Tile::staged_offset(row, column)];
    best = larger(best, dot_of<Meaning>(p, tile, row, output, counter));
  }
  return best;
}

// Output elements of `count` up to 4 neighbouring columns, each in the low bits of a word.
struct Four {
  std::int32_t pixel, column, count;
};

template <class Meaning>
struct IntegerOutput {
  static BITPLACE_DEVICE std::uint32_t element(const TiledParameters& p, std::int32_t dot,
                                               std::int32_t output) {
    if (p.epilogue == ConvolutionEpilogue::raw_s32) return static_cast<std::uint32_t>(dot);
    const float value = affine(dot, p.scale[output], p.bias[output], p.output_low, p.output_high);
    if (p.epilogue == ConvolutionEpilogue::affine_f32) return bits_of(value);
    return static_cast<std::uint32_t>(round_half_even(value)) & 0xffu;
  }

  template <class Tile>
  static BITPLACE_DEVICE void elements(const TiledParameters& p, const StagedTile& tile, const Four& at,
                                       std::uint32_t (&result)[4]) {
    const std::int32_t output = tile.first_output + tile.first_column + at.column;
    std::int32_t best[4] = {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN};
    for (std::int32_t row = at.pixel * p.pool_area; row < (at.pixel + 1) * p.pool_area; ++row) {
      const Quad counters = *reinterpret_cast<const Quad*>(tile.words + Tile::staged_offset(row, at.column));
      BITPLACE_UNROLL
      for (int k = 0; k < 4; ++k) {
        if (k < at.count)
          best[k] = larger(best[k], dot_of<Meaning>(p, tile, row, output + k, counters.at[k]));
      }
    }
    BITPLACE_UNROLL
    for (int k = 0; k < 4; ++k)
      result[k] = k < at.count ? element(p, best[k], output + k) : 0;
  }
};

struct FloatOutput {
  template <class Tile>
  static BITPLACE_DEVICE void elements(const TiledParameters& p, const StagedTile& tile, const Four& at,
                                       std::uint32_t (&result)[4]) {
    const std::int32_t output = tile.first_output + tile.first_column + at.column;
    const Quad sums = *reinterpret_cast<const Quad*>(tile.words + Tile::staged_offset(at.pixel, at.column));
    BITPLACE_UNROLL
    for (int k = 0; k < 4; ++k) {
      const float bias = k < at.count ? p.bias[output + k] : 0.0f;
      const float value = clamp_number(float_of(sums.at[k]) + bias, p.output_low, p.output_high);
      result[k] =
          p.epilogue == ConvolutionEpilogue::affine_f16 ? element_of<std::uint16_t>(value) : bits_of(value);
    }
  }
};

// Four elements of an output; one store where they are there and lie on a multiple of their size.
BITPLACE_DEVICE void store_four(const TiledParameters& p, std::int64_t index, std::int32_t count,
                                const std::uint32_t (&elements)[4]) {
  const bool together = count >= 4 && index % 4 == 0;
  if (p.epilogue == ConvolutionEpilogue::requantize_s8) {
    auto* output = static_cast<std::uint8_t*>(p.output) + index;
    if (together) {
      *reinterpret_cast<std::uint32_t*>(output) =
          elements[0] | elements[1] << 8 | elements[2] << 16 | elements[3] << 24;
    } else {
      for (std::int32_t i = 0; i < 4 && i < count; ++i)
        output[i] = static_cast<std::uint8_t>(elements[i]);
    }
  } else if (p.epilogue == ConvolutionEpilogue::affine_f16) {
    auto* output = static_cast<std::uint16_t*>(p.output) + index;
    if (together) {
      *reinterpret_cast<Pair*>(output) = {{elements[0] | elements[1] << 16, elements[2] | elements[3] << 16}};
    } else {
      for (std::int32_t i = 0; i < 4 && i < count; ++i)
        output[i] = static_cast<std::uint16_t>(elements[i]);
    }
  } else {
    auto* output = static_cast<std::uint32_t*>(p.output) + index;
    if (together) {
      *reinterpret_cast<Quad*>(output) = {{elements[0], elements[1], elements[2], elements[3]}};
    } else {
      for (std::int32_t i = 0; i < 4 && i < count; ++i)
        output[i] = elements[i];
    }
  }
}

// A thread makes four neighbouring channels of a pixel at a time.
template <class Tile, class Output>
BITPLACE_DEVICE void store_elements(const TiledParameters& p, const StagedTile& tile, std::int32_t thread) {
  constexpr int kFours = Tile::kColumns / 4;
  const std::int32_t pixels = Tile::kRows / p.pool_area;
  for (std::int32_t i = thread; i < pixels * kFours; i += Tile::kThreads) {
    const std::int32_t pixel = i / kFours, column = i % kFours * 4;
    const std::int32_t count = p.group_outputs - tile.first_column - column;
    if (tile.first_pixel + pixel >= p.pixels || count <= 0) continue;
    std::uint32_t elements[4];
    Output::template elements<Tile>(p, tile, {pixel, column, count}, elements);
    const std::int64_t index =
        (tile.first_pixel + pixel) * p.outputs + tile.first_output + tile.first_column + column;
    store_four(p, index, count, elements);
  }
}

// A thread makes a word of 32 channels of a pixel at a time. The lanes of a warp begin at different channels,
// so that they read different banks.
template <class Tile, class Meaning>
BITPLACE_DEVICE void store_bits(const TiledParameters& p, const StagedTile& tile, std::int32_t thread) {
  constexpr int kWords = Tile::kColumns / 32;
  const std::int32_t pixels = Tile::kRows / p.pool_area;
  const std::int32_t words_per_pixel = divide_up(p.outputs, 32);
  for (std::int32_t i = thread; i < pixels * kWords; i += Tile::kThreads) {
    const std::int32_t pixel = i / kWords, first = i % kWords * 32;
    const std::int32_t count = p.group_outputs - tile.first_column - first;
    if (tile.first_pixel + pixel >= p.pixels || count <= 0) continue;
    std::uint32_t word = 0;
    for (int k = 0; k < 32; ++k) {
      const std::int32_t bit = (k + pixel) % 32;
      if (bit >= count) continue;
      const std::int32_t output = tile.first_output + tile.first_column + first + bit;
      const std::int32_t dot = pooled_dot<Tile, Meaning>(p, tile, pixel, first + bit);
      const bool set = threshold_bit(dot, p.threshold[output], p.flip[output] != 0);
      word |= static_cast<std::uint32_t>(set) << bit;
    }
    const std::int32_t word_index = (tile.first_output + tile.first_column + first) / 32;
    static_cast<std::uint32_t*>(p.output)[(tile.first_pixel + pixel) * words_per_pixel + word_index] = word;
  }
}

}  // namespace bitplace::cuda
