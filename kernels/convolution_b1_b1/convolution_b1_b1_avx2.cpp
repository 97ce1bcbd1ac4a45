// 1 x 1-bit convolution with AVX2: a table of popcounts, two output positions per byte.
//
//   Q[o] = 2 * popcount(x xor w) + corrections  (convolution_b1_b1_pack.h);  bit = Q >= limit, xor flip
//
// Layout: nibble_pairs; byte lane = output channel. For 4 input channels, vpshufb looks up 32 weight nibbles
// in the row of the table that the activation chose. A row serves two horizontally neighbouring positions at
// once: byte m of row (a, b) is popcount(a ^ m) + 16 * popcount(b ^ m). Three lookups are summed in place (3
// * 4 < 16), then split:
//   low  += sum & 0x0f     bytes, exact for 63 lookups
//   high += sum >> 4       as 16-bit lanes and unmasked: with h, l the odd (higher) bytes' two halves this
//                          adds 256 * h + 16 * l + the even byte's upper half. The 16 * l is known from
//                          `low` and leaves at the widening; overflow wraps and does not matter.
// 9 instructions for 3 * 4 channels of 2 positions and 32 outputs; a lookup and an addition for every
// position would be 12.
//
// A tile is 2 pairs of positions x 64 outputs: with pooling at least 2 wide pairs lie inside one pooling
// window (2 x 2 is one tile), otherwise they are 4 neighbouring outputs that step through their windows
// together. A piece of at most 63 lookups, 4 KiB of weights, meets up to 16 tiles of an output row before the
// next piece: with whole tiles one after the other the weights of 64 outputs (38 KiB) would leave the L1
// cache each time. A piece ends in 16-bit sums; every 260 pieces those widen to 32 bits.
//
// Registers: 4 low, 4 high, 3 table rows, 1 mask, 3 temporaries; weights are memory operands.
// Preconditions: groups == 1, depth <= 2^28 (2 * depth must fit in 32 bits).
//
// Measured, Intel Xeon (Emerald Rapids) at 3.0 GHz, one thread, with prepare, pooling and threshold:
//   27 x 27 x 96, 5 x 5, padded by 2, pooled 2 x 2, 256 outputs   0.717 ms, 193 multiply-accumulates per
//   cycle 13 x 13 x 256, 3 x 3, padded by 1, pooled 2 x 2, 256 outputs  0.155 ms, 183
// of 256 that 9 instructions per 768 products on three ports allow; a lookup and an addition each, at their
// measured 1.42 pairs per cycle, would be 182 without any overhead. What is left: 16-bit sums in memory at
// the end of each piece, and loop counters on the ports of the vector unit.
#include <immintrin.h>

#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_avx2_nibbles.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_pairs.h"

namespace bitplace {
namespace {

using namespace convolution_b1_b1;

constexpr int kVectors = 2;                // of 32 outputs
constexpr int kResults = 8;                // vectors of 8 outputs
constexpr std::int64_t kGroup = 3;         // lookups summed in half bytes
constexpr std::int64_t kMostLookups = 63;  // summed in bytes: 63 * 4 <= 255
constexpr int kPiecesTo16Bits = 260;       // 260 * 63 * 4 <= 65535
constexpr int kTiles = 16;                 // in a batch

// 16-bit sums of 4 positions: all bytes, weighted 1 or 256, and the odd bytes alone.
struct Words {
  __m256i both[kPositions][kVectors];
  __m256i odd[kPositions][kVectors];
};

// 32-bit sums, outputs in order.
struct Sums {
  __m256i at[kPositions][kResults];
};

// Tiles that share each piece of the weights while it is in the cache.
struct Batch {
  int count;
  bool wide;  // some sums have left `words` for `sums`
  Tile tiles[kTiles];
  Words words[kTiles];
  Sums sums[kTiles];
};

inline __m256i load(const void* vector) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(vector));
}

inline std::uint32_t load_word(const void* from) {
  std::uint32_t word;
  __builtin_memcpy(&word, from, sizeof word);
  return word;
}

// Additions in place. As intrinsics, g++ 12 adds into another register and moves the sum back: 9 moves in a
// loop of 55 instructions.
inline void add_bytes(__m256i& sum, __m256i value) {
  __asm__("vpaddb %1, %0, %0" : "+x"(sum) : "x"(value));
}
inline void add_words(__m256i& sum, __m256i value) {
  __asm__("vpaddw %1, %0, %0" : "+x"(sum) : "x"(value));
}

// Adds sums of half bytes to the sums of their lower and upper halves.
inline void add_split(__m256i sum, __m256i& low, __m256i& high) {
  add_bytes(low, _mm256_and_si256(sum, _mm256_set1_epi8(0x0f)));
  add_words(high, _mm256_srli_epi16(sum, 4));
}

inline void add_words(__m256i bytes, __m256i odd, int position, int v, Words& words) {
  words.both[position][v] = _mm256_add_epi16(words.both[position][v], bytes);
  words.odd[position][v] = _mm256_add_epi16(words.odd[position][v], odd);
}

// Up to 63 lookups in each of the table rows that two pairs of activations choose, added to 16-bit sums.
__attribute__((noinline)) void add_piece(const std::uint8_t* first, const std::uint8_t* second,
                                         const std::uint8_t* weights, std::int64_t lookups, Words& words) {
  __m256i low[kPairs][kVectors], high[kPairs][kVectors];
#pragma GCC unroll 4
  for (int i = 0; i < kPairs * kVectors; ++i)
    low[i / 2][i % 2] = high[i / 2][i % 2] = _mm256_setzero_si256();
  for (; lookups >= kGroup; lookups -= kGroup) {
    const std::uint8_t* const pairs[kPairs] = {first, second};
#pragma GCC unroll 2
    for (int i = 0; i < kPairs; ++i) {
      const __m256i row0 = table_row(pairs[i]);
      const __m256i row1 = table_row(pairs[i] + 2);
      const __m256i row2 = table_row(pairs[i] + 4);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        __m256i sum = _mm256_shuffle_epi8(row0, load(weights + 32 * v));
        sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(row1, load(weights + 32 * v + 64)));
        sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(row2, load(weights + 32 * v + 128)));
        add_split(sum, low[i][v], high[i][v]);
      }
    }
    first += 2 * kGroup;
    second += 2 * kGroup;
    weights += 64 * kGroup;
  }
  for (; lookups > 0; --lookups, first += 2, second += 2, weights += 64) {
    const __m256i rows[kPairs] = {table_row(first), table_row(second)};
#pragma GCC unroll 4
    for (int i = 0; i < kPairs * kVectors; ++i) {
      add_split(_mm256_shuffle_epi8(rows[i / 2], load(weights + 32 * (i % 2))), low[i / 2][i % 2],
                high[i / 2][i % 2]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kPairs * kVectors; ++i) {
    const __m256i low_odd = _mm256_srli_epi16(low[i / 2][i % 2], 8);
    const __m256i upper = _mm256_sub_epi16(high[i / 2][i % 2], _mm256_slli_epi16(low_odd, 4));
    add_words(low[i / 2][i % 2], low_odd, i / 2 * 2, i % 2, words);
    add_words(upper, _mm256_srli_epi16(upper, 8), i / 2 * 2 + 1, i % 2, words);
  }
}

inline void clear(Words& words) {
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kVectors; ++v)
      words.both[i][v] = words.odd[i][v] = _mm256_setzero_si256();
  }
}

inline __m256i even_bytes(const Words& words, int position, int v) {
  return _mm256_sub_epi16(words.both[position][v], _mm256_slli_epi16(words.odd[position][v], 8));
}

// 16 bits to 32. Byte b of a vector is output b % 4 * 8 + b / 4 (docs/packing.md), so that shifts alone put
// the outputs in order.
inline void widen(__m256i even, __m256i odd, __m256i* out) {
  const __m256i mask = _mm256_set1_epi32(0xffff);
  out[0] = _mm256_and_si256(even, mask);
  out[1] = _mm256_and_si256(odd, mask);
  out[2] = _mm256_srli_epi32(even, 16);
  out[3] = _mm256_srli_epi32(odd, 16);
}

// Moves all 16-bit sums into the 32-bit ones.
__attribute__((noinline)) void widen(Batch& batch) {
  for (int t = 0; t < batch.count; ++t) {
    for (int i = 0; i < kPositions * kVectors; ++i) {
      const int position = i / kVectors, v = i % kVectors;
      __m256i wide[4];
      widen(even_bytes(batch.words[t], position, v), batch.words[t].odd[position][v], wide);
      for (int k = 0; k < 4; ++k) {
        __m256i& sum = batch.sums[t].at[position][4 * v + k];
        sum = batch.wide ? _mm256_add_epi32(sum, wide[k]) : wide[k];
      }
    }
    clear(batch.words[t]);
  }
  batch.wide = true;
}

// popcount(x xor w) of all tiles: every piece of the weights meets all tiles in turn.
void add_rows(const Task& task, Batch& batch) {
  const Geometry& g = *task.geometry;
  const std::int64_t row_bytes = g.bordered_row_bytes * task.problem->dilation_height;
  const std::int64_t pieces = (g.segment_steps + kMostLookups - 1) / kMostLookups;
  const std::int64_t piece = (g.segment_steps + pieces * kGroup - 1) / (pieces * kGroup) * kGroup;
  const std::uint8_t* weights = task.block;
  int pieces_added = 0;
  for (std::int32_t row = 0; row < task.problem->kernel_height; ++row) {
    for (std::int64_t segment = 0; segment < g.segments; ++segment) {
      const std::int64_t offset = row * row_bytes + segment * g.segment_distance;
      for (std::int64_t first = 0; first < g.segment_steps; first += piece) {
        const std::int64_t lookups = first + piece < g.segment_steps ? piece : g.segment_steps - first;
        for (int t = 0; t < batch.count; ++t) {
          const Tile& tile = batch.tiles[t];
          if (row < tile.rows.begin || row >= tile.rows.end) continue;
          add_piece(tile.windows[0] + offset + 2 * first, tile.windows[1] + offset + 2 * first, weights,
                    lookups, batch.words[t]);
        }
        weights += 64 * lookups;
        if (++pieces_added % kPiecesTo16Bits == 0) widen(batch);
      }
    }
  }
}

// The kernel rows that no window of the four has inside the image.
inline void add_skipped_rows(const Task& task, TapRange rows, int positions, __m256i (*q)[kResults]) {
  const std::uint8_t* skipped = task.block + task.geometry->skipped_offset;
  const std::int64_t kernel_rows = task.problem->kernel_height;
  for (int v = 0; v < kResults; ++v) {
    const std::uint8_t* lane = skipped + 32 * v;
    const __m256i above = load(lane + 256 * rows.begin);
    const __m256i below = _mm256_sub_epi32(load(lane + 256 * kernel_rows), load(lane + 256 * rows.end));
    const __m256i both = _mm256_add_epi32(above, below);
    for (int i = 0; i < positions; ++i)
      q[i][v] = _mm256_add_epi32(q[i][v], both);
  }
}

// Padding zero: what padded taps must not have added.
inline void add_padded_taps(const Task& task, const Position* positions, Sums& q) {
  for (int i = 0; i < kPositions; ++i) {
    const TapRange rows = rows_inside(*task.problem, positions[i].row);
    const TapRange columns = columns_inside(*task.problem, positions[i].column);
    if (is_whole(*task.problem, rows, columns)) continue;
    const PaddedCorners c = padded_corners(task, rows, columns);
    for (int v = 0; v < kResults; ++v) {
      const std::int64_t lane = 8 * v;
      const __m256i right = _mm256_sub_epi32(load(c.below_right + lane), load(c.above_right + lane));
      const __m256i left = _mm256_sub_epi32(load(c.below_left + lane), load(c.above_left + lane));
      const __m256i inside = _mm256_sub_epi32(right, left);
      q.at[i][v] = _mm256_add_epi32(q.at[i][v], _mm256_sub_epi32(load(c.all + lane), inside));
    }
  }
}

// Q of the four positions of a tile.
void finish_positions(const Task& task, const Batch& batch, int t, Sums& q) {
  const Tile& tile = batch.tiles[t];
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kVectors; ++v)
      widen(even_bytes(batch.words[t], i, v), batch.words[t].odd[i][v], &q.at[i][4 * v]);
    for (int v = 0; v < kResults; ++v) {
      if (batch.wide) q.at[i][v] = _mm256_add_epi32(q.at[i][v], batch.sums[t].at[i][v]);
      q.at[i][v] = _mm256_add_epi32(q.at[i][v], q.at[i][v]);
    }
  }
  add_skipped_rows(task, tile.rows, kPositions, q.at);
  if (task.problem->padding == ConvolutionPadding::zero) add_padded_taps(task, tile.positions, q);
}

// The least Q of the four positions of a tile, where they share all corrections: the minimum is taken in 16
// bits.
void finish_minimum(const Task& task, const Batch& batch, int t, __m256i* least) {
  const Words& words = batch.words[t];
  for (int v = 0; v < kVectors; ++v) {
    __m256i even = even_bytes(words, 0, v);
    __m256i odd = words.odd[0][v];
    for (int i = 1; i < kPositions; ++i) {
      even = _mm256_min_epu16(even, even_bytes(words, i, v));
      odd = _mm256_min_epu16(odd, words.odd[i][v]);
    }
    widen(even, odd, least + 4 * v);
  }
  for (int v = 0; v < kResults; ++v)
    least[v] = _mm256_add_epi32(least[v], least[v]);
  add_skipped_rows(task, batch.tiles[t].rows, 1, reinterpret_cast<__m256i(*)[kResults]>(least));
}

inline void store_bits(const Task& task, std::int64_t pixel, const __m256i* q) {
  const ConvolutionProblem& p = *task.problem;
  const std::uint8_t* limits = task.block + task.geometry->limit_offset;
  auto* output = static_cast<std::uint32_t*>(task.output) + pixel * ((p.output_channels + 31) / 32) +
                 task.first_output / 32;
  for (int word = 0; word < kVectors && task.first_output + 32 * word < p.output_channels; ++word) {
    std::uint32_t below = 0;
    for (int i = 0; i < 4; ++i) {
      const __m256i limit = load(limits + 32 * (4 * word + i));
      const __m256i greater = _mm256_cmpgt_epi32(limit, q[4 * word + i]);
      below |= static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(greater))) << (8 * i);
    }
    output[word] = ~below ^ load_word(task.block + task.geometry->flip_offset + 4 * word);
  }
}

inline void store_raw(const Task& task, std::int64_t pixel, const __m256i* q) {
  const ConvolutionProblem& p = *task.problem;
  const __m256i depth = _mm256_set1_epi32(static_cast<std::int32_t>(convolution_depth(p)));
  auto* output = static_cast<std::int32_t*>(task.output) + pixel * p.output_channels + task.first_output;
  std::int32_t left = p.output_channels - task.first_output;
  for (int v = 0; v < kResults && left > 0; ++v, left -= 8) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(left), lanes);
    _mm256_maskstore_epi32(output + 8 * v, mask, _mm256_sub_epi32(depth, q[v]));
  }
}

// Writes one pooled output of the block.
inline void store(const Task& task, std::int64_t pixel, const __m256i* q) {
  if (task.problem->epilogue == ConvolutionEpilogue::threshold_b1) {
    store_bits(task, pixel, q);
  } else {
    store_raw(task, pixel, q);
  }
}

// Takes a finished tile into the minimum of its item, and writes the item after its last tile.
inline void finish_tile(const Task& task, const Batch& batch, int t, std::int32_t row, std::int32_t item,
                        bool first, bool last, Sums& best) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t pixel = std::int64_t{row} * p.output_width;
  const bool window = p.pool_width > 1;
  Sums q;
  if (window && p.padding != ConvolutionPadding::zero && !batch.wide) {
    finish_minimum(task, batch, t, q.at[0]);
  } else {
    finish_positions(task, batch, t, q);
    for (int i = 1; i < kPositions && window; ++i) {
      for (int v = 0; v < kResults; ++v)
        q.at[0][v] = _mm256_min_epi32(q.at[0][v], q.at[i][v]);
    }
  }
  const int positions = window ? 1 : kPositions;
  for (int i = 0; i < positions; ++i) {
    for (int v = 0; v < kResults; ++v)
      best.at[i][v] = first ? q.at[i][v] : _mm256_min_epi32(best.at[i][v], q.at[i][v]);
  }
  if (!last) return;
  if (window) {
    store(task, pixel + item, best.at[0]);
    return;
  }
  for (std::int32_t i = 0; i < kPositions && kPositions * item + i < p.output_width; ++i)
    store(task, pixel + kPositions * item + i, best.at[i]);
}

void run_row(const Task& task, std::int32_t row) {
  const Cut cut = cut_row(*task.problem);
  const std::int64_t tiles = std::int64_t{cut.items} * cut.tiles;
  Batch batch;
  Sums best;
  for (std::int64_t first = 0; first < tiles; first += kTiles) {
    batch.count = static_cast<int>(tiles - first < kTiles ? tiles - first : kTiles);
    batch.wide = false;
    for (int t = 0; t < batch.count; ++t) {
      const std::int64_t tile = first + t;
      batch.tiles[t] = make_tile(task, row, static_cast<std::int32_t>(tile / cut.tiles),
                                 static_cast<std::int32_t>(tile % cut.tiles));
      clear(batch.words[t]);
    }
    add_rows(task, batch);
    for (int t = 0; t < batch.count; ++t) {
      const std::int64_t index = (first + t) % cut.tiles;
      finish_tile(task, batch, t, row, static_cast<std::int32_t>((first + t) / cut.tiles), index == 0,
                  index == cut.tiles - 1, best);
    }
  }
}

void run(const ConvolutionCall& call, std::int64_t index) {
  const Task task = make_task(call, index);
  for (std::int32_t row = task.first_row; row < task.last_row; ++row)
    run_row(task, row);
}

}  // namespace

extern const ConvolutionKernel convolution_b1_b1__avx2_4x64 = {"convolution_b1_b1__avx2_4x64",
                                                               isa_feature::avx2,
                                                               nibble_pairs::accepts,
                                                               nibble_pairs::packed_bytes,
                                                               nibble_pairs::pack,
                                                               nibble_pairs::scratch_bytes,
                                                               nibble_pairs::prepare_tasks,
                                                               prepare_nibble_pairs,
                                                               nibble_pairs::run_tasks,
                                                               run};

}  // namespace bitplace
