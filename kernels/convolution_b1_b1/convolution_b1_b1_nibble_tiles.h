// What the nibble_pairs kernels do around their inner loop: 16-bit sums of a batch of tiles, corrections,
// pooling and the epilogue. Everything has internal linkage: this header is included by files of different
// instruction sets.
//
// `Kernel` offers
//   Vector, kLanes                                   a vector and its 32-bit lanes: 8, or 4
//   load, store, zero, all_lanes                     and the operations below by their names
//   affine(sums, scale, bias, low, high)             the contract's epilogue affine_f32, as bits
//   add_tile(first, second, weights, lookups, start, words)    up to 63 lookups for the two pairs of a tile
#pragma once

#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_pairs.h"

namespace bitplace::convolution_b1_b1 {
namespace {

constexpr std::int64_t kGroup = 3;         // lookups summed in half bytes
constexpr std::int64_t kMostLookups = 63;  // summed in bytes: 63 * 4 <= 255
constexpr int kPiecesTo16Bits = 260;       // 260 * 63 * 4 <= 65535
constexpr int kBlockOutputs = 64;

template <typename Kernel>
constexpr int kVectors = kBlockOutputs / (4 * Kernel::kLanes);  // of weight bytes
template <typename Kernel>
constexpr int kResults = kBlockOutputs / Kernel::kLanes;  // of 32-bit sums

// 16-bit sums of 4 positions: all bytes, weighted 1 or 256, and the odd bytes alone.
template <typename Kernel>
struct Words {
  typename Kernel::Vector both[kPositions][kVectors<Kernel>];
  typename Kernel::Vector odd[kPositions][kVectors<Kernel>];
};

// 32-bit sums, outputs in order.
template <typename Kernel>
struct Sums {
  typename Kernel::Vector at[kPositions][kResults<Kernel>];
};

// Tiles that share each piece of the weights while it is in the cache.
template <typename Kernel>
struct Batch {
  int count;
  bool wide;  // some sums have left `words` for `sums`
  Tile tiles[kTiles];
  Words<Kernel> words[kTiles];
  Sums<Kernel> sums[kTiles];
};

inline std::uint32_t load_word(const void* from) {
  std::uint32_t word;
  __builtin_memcpy(&word, from, sizeof word);
  return word;
}

// Adds up to 63 lookups of a pair of positions, or starts with them: `low` as in `sum & 15`, and `high` as in
// `sum >> 4` of whole 16-bit lanes. With h, l the odd bytes' two halves, `high` is 256 * h + 16 * l + the
// even byte's upper half.
template <typename Kernel>
inline void add_lookups(typename Kernel::Vector low, typename Kernel::Vector high, int pair, int v,
                        bool start, Words<Kernel>& words) {
  const auto low_odd = Kernel::template shift_right_16<8>(low);
  const auto upper = Kernel::sub_16(high, Kernel::template shift_left_16<4>(low_odd));
  const auto upper_odd = Kernel::template shift_right_16<8>(upper);
  const int left = 2 * pair, right = 2 * pair + 1;
  words.both[left][v] = start ? low : Kernel::add_16(words.both[left][v], low);
  words.odd[left][v] = start ? low_odd : Kernel::add_16(words.odd[left][v], low_odd);
  words.both[right][v] = start ? upper : Kernel::add_16(words.both[right][v], upper);
  words.odd[right][v] = start ? upper_odd : Kernel::add_16(words.odd[right][v], upper_odd);
}

template <typename Kernel>
inline void clear(Words<Kernel>& words) {
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kVectors<Kernel>; ++v)
      words.both[i][v] = words.odd[i][v] = Kernel::zero();
  }
}

template <typename Kernel>
inline typename Kernel::Vector even_bytes(const Words<Kernel>& words, int position, int v) {
  return Kernel::sub_16(words.both[position][v], Kernel::template shift_left_16<8>(words.odd[position][v]));
}

// Where the vector of quarter k (outputs 8 k ... 8 k + 7 of 32, or half of them) stands among the results.
template <typename Kernel>
constexpr int result_index(int v, int k) {
  constexpr int kParts = 8 / Kernel::kLanes;
  return v / kParts * 4 * kParts + k * kParts + v % kParts;
}

// 16 bits to 32. Byte b of 32 is output b % 4 * 8 + b / 4 (docs/packing.md), so that shifts alone put the
// outputs in order.
template <typename Kernel>
inline void widen(typename Kernel::Vector even, typename Kernel::Vector odd, int v,
                  typename Kernel::Vector* results) {
  const auto mask = Kernel::all_lanes(0xffff);
  results[result_index<Kernel>(v, 0)] = Kernel::bitwise_and(even, mask);
  results[result_index<Kernel>(v, 1)] = Kernel::bitwise_and(odd, mask);
  results[result_index<Kernel>(v, 2)] = Kernel::template shift_right_32<16>(even);
  results[result_index<Kernel>(v, 3)] = Kernel::template shift_right_32<16>(odd);
}

template <typename Kernel>
inline void widen_position(const Words<Kernel>& words, int position, typename Kernel::Vector* results) {
  for (int v = 0; v < kVectors<Kernel>; ++v)
    widen<Kernel>(even_bytes(words, position, v), words.odd[position][v], v, results);
}

// Moves all 16-bit sums into the 32-bit ones.
template <typename Kernel>
__attribute__((noinline)) void widen(Batch<Kernel>& batch) {
  for (int t = 0; t < batch.count; ++t) {
    for (int i = 0; i < kPositions; ++i) {
      typename Kernel::Vector wide[kResults<Kernel>];
      widen_position(batch.words[t], i, wide);
      for (int v = 0; v < kResults<Kernel>; ++v) {
        auto& sum = batch.sums[t].at[i][v];
        sum = batch.wide ? Kernel::add_32(sum, wide[v]) : wide[v];
      }
    }
    clear(batch.words[t]);
  }
  batch.wide = true;
}

// popcount(x xor w) of all tiles: every piece of the weights meets all tiles in turn.
template <typename Kernel>
void add_rows(const TileTask& task, Batch<Kernel>& batch) {
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
          const bool start = row == tile.rows.begin && segment == 0 && first == 0;
          Kernel::add_tile(tile.windows[0] + offset + 2 * first, tile.windows[1] + offset + 2 * first,
                           weights, lookups, start, batch.words[t]);
        }
        weights += kBlockOutputs * lookups;
        if (++pieces_added % kPiecesTo16Bits == 0) widen(batch);
      }
    }
  }
}

// The kernel rows that no window of the four has inside the image.
template <typename Kernel>
inline void add_skipped_rows(const TileTask& task, TapRange rows, typename Kernel::Vector* q) {
  const std::int64_t kernel_rows = task.problem->kernel_height;
  if (rows.begin == 0 && rows.end == kernel_rows) return;
  const auto* skipped = reinterpret_cast<const std::int32_t*>(task.block + task.geometry->skipped_offset);
#pragma GCC unroll 16
  for (int v = 0; v < kResults<Kernel>; ++v) {
    const std::int32_t* lane = skipped + Kernel::kLanes * v;
    const auto above = Kernel::load(lane + kBlockOutputs * rows.begin);
    const auto below = Kernel::sub_32(Kernel::load(lane + kBlockOutputs * kernel_rows),
                                      Kernel::load(lane + kBlockOutputs * rows.end));
    q[v] = Kernel::add_32(q[v], Kernel::add_32(above, below));
  }
}

// Padding zero: what padded taps must not have added.
template <typename Kernel>
inline void add_padded_taps(const TileTask& task, Position position, typename Kernel::Vector* q) {
  const TapRange rows = rows_inside(*task.problem, position.row);
  const TapRange columns = columns_inside(*task.problem, position.column);
  if (is_whole(*task.problem, rows, columns)) return;
  const PaddedCorners c = padded_corners(task, rows, columns);
  for (int v = 0; v < kResults<Kernel>; ++v) {
    const std::int64_t lane = Kernel::kLanes * v;
    const auto right = Kernel::sub_32(Kernel::load(c.below_right + lane), Kernel::load(c.above_right + lane));
    const auto left = Kernel::sub_32(Kernel::load(c.below_left + lane), Kernel::load(c.above_left + lane));
    const auto inside = Kernel::sub_32(right, left);
    q[v] = Kernel::add_32(q[v], Kernel::sub_32(Kernel::load(c.all + lane), inside));
  }
}

// Q of one position of a tile.
template <typename Kernel>
inline void finish_position(const TileTask& task, const Batch<Kernel>& batch, int t, int position,
                            typename Kernel::Vector* q) {
  const Tile& tile = batch.tiles[t];
  widen_position(batch.words[t], position, q);
#pragma GCC unroll 16
  for (int v = 0; v < kResults<Kernel>; ++v) {
    if (batch.wide) q[v] = Kernel::add_32(q[v], batch.sums[t].at[position][v]);
    q[v] = Kernel::add_32(q[v], q[v]);
  }
  add_skipped_rows<Kernel>(task, tile.rows, q);
  if (task.problem->padding == ConvolutionPadding::zero) {
    add_padded_taps<Kernel>(task, tile.positions[position], q);
  }
}

// The least Q of the four positions of a tile. Where they share all corrections, the minimum is taken in 16
// bits.
template <typename Kernel>
inline void finish_minimum(const TileTask& task, const Batch<Kernel>& batch, int t,
                           typename Kernel::Vector* q) {
  if (task.problem->padding == ConvolutionPadding::zero || batch.wide) {
    finish_position(task, batch, t, 0, q);
    for (int i = 1; i < kPositions; ++i) {
      typename Kernel::Vector other[kResults<Kernel>];
      finish_position(task, batch, t, i, other);
      for (int v = 0; v < kResults<Kernel>; ++v)
        q[v] = Kernel::min_32(q[v], other[v]);
    }
    return;
  }
  const Words<Kernel>& words = batch.words[t];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors<Kernel>; ++v) {
    auto even = even_bytes(words, 0, v);
    auto odd = words.odd[0][v];
    for (int i = 1; i < kPositions; ++i) {
      even = Kernel::min_unsigned_16(even, even_bytes(words, i, v));
      odd = Kernel::min_unsigned_16(odd, words.odd[i][v]);
    }
    widen<Kernel>(even, odd, v, q);
  }
#pragma GCC unroll 16
  for (int v = 0; v < kResults<Kernel>; ++v)
    q[v] = Kernel::add_32(q[v], q[v]);
  add_skipped_rows<Kernel>(task, batch.tiles[t].rows, q);
}

// Writes the bits of a block's outputs among words that hold other blocks' bits too. One task has all blocks,
// in rising order, and the first clears the words.
inline void merge_bits(const TileTask& task, std::uint32_t* pixel, std::uint64_t bits) {
  const std::int32_t words = (task.problem->output_channels + 31) / 32;
  if (task.first_output == 0) {
    for (std::int32_t i = 0; i < words; ++i)
      pixel[i] = 0;
  }
  const std::int32_t word = task.first_output / 32;
  const std::int32_t shift = task.first_output % 32;
  pixel[word] |= static_cast<std::uint32_t>(bits << shift);
  bits >>= 32 - shift;
  for (std::int32_t i = word + 1; bits != 0; ++i, bits >>= 32)
    pixel[i] |= static_cast<std::uint32_t>(bits);
}

template <typename Kernel>
inline void store_bits(const TileTask& task, std::int64_t pixel, const typename Kernel::Vector* q) {
  const ConvolutionProblem& p = *task.problem;
  constexpr int kVectorsPerWord = 32 / Kernel::kLanes;
  const std::uint8_t* limits = task.block + task.geometry->limit_offset;
  std::uint32_t bits[2];
#pragma GCC unroll 2
  for (int word = 0; word < 2; ++word) {
    std::uint32_t below = 0;
#pragma GCC unroll 8
    for (int i = 0; i < kVectorsPerWord; ++i) {
      const int v = kVectorsPerWord * word + i;
      const auto limit = Kernel::load(limits + 4 * Kernel::kLanes * v);
      below |= Kernel::greater_bits(limit, q[v]) << (Kernel::kLanes * i);
    }
    bits[word] = ~below ^ load_word(task.block + task.geometry->flip_offset + 4 * word);
  }
  auto* output = static_cast<std::uint32_t*>(task.output) + pixel * ((p.output_channels + 31) / 32);
  if (task.geometry->blocks_per_task > 1) {
    merge_bits(task, output, bits[0] | std::uint64_t{bits[1]} << 32);
    return;
  }
  output[task.first_output / 32] = bits[0];
  if (task.outputs > 32) output[task.first_output / 32 + 1] = bits[1];
}

// Numbers of 4 bytes: number(v, accumulators) is vector v of them.
template <typename Kernel, typename Number>
inline void store_numbers(const TileTask& task, std::int64_t pixel, const typename Kernel::Vector* q,
                          Number number) {
  const ConvolutionProblem& p = *task.problem;
  const auto depth = Kernel::all_lanes(static_cast<std::int32_t>(convolution_depth(p)));
  auto* output = static_cast<std::int32_t*>(task.output) + pixel * p.output_channels + task.first_output;
  if (task.outputs == kBlockOutputs) {
#pragma GCC unroll 16
    for (int v = 0; v < kResults<Kernel>; ++v)
      Kernel::store(output + Kernel::kLanes * v, number(v, Kernel::sub_32(depth, q[v])));
    return;
  }
  std::int32_t left = task.outputs;
  for (int v = 0; left > 0; ++v, left -= Kernel::kLanes)
    Kernel::store_first(output + Kernel::kLanes * v, left, number(v, Kernel::sub_32(depth, q[v])));
}

template <typename Kernel>
inline void store_raw(const TileTask& task, std::int64_t pixel, const typename Kernel::Vector* q) {
  store_numbers<Kernel>(task, pixel, q, [](int, typename Kernel::Vector sums) { return sums; });
}

template <typename Kernel>
inline void store_affine(const TileTask& task, std::int64_t pixel, const typename Kernel::Vector* q) {
  const auto* scale = reinterpret_cast<const float*>(task.block + task.geometry->scale_offset);
  const auto* bias = reinterpret_cast<const float*>(task.block + task.geometry->bias_offset);
  const float low = task.problem->output_low, high = task.problem->output_high;
  store_numbers<Kernel>(task, pixel, q, [=](int v, typename Kernel::Vector sums) {
    return Kernel::affine(sums, scale + Kernel::kLanes * v, bias + Kernel::kLanes * v, low, high);
  });
}

// Writes one pooled output of the block.
template <typename Kernel>
inline void store(const TileTask& task, std::int64_t pixel, const typename Kernel::Vector* q) {
  if (task.problem->epilogue == ConvolutionEpilogue::threshold_b1) {
    store_bits<Kernel>(task, pixel, q);
  } else if (task.problem->epilogue == ConvolutionEpilogue::affine_f32) {
    store_affine<Kernel>(task, pixel, q);
  } else {
    store_raw<Kernel>(task, pixel, q);
  }
}

// Takes a tile of a pooling window into the minimum of its item, and writes the item after its last tile.
template <typename Kernel>
inline void finish_window(const TileTask& task, const Batch<Kernel>& batch, int t,
                          typename Kernel::Vector* best) {
  const Tile& tile = batch.tiles[t];
  typename Kernel::Vector q[kResults<Kernel>];
  finish_minimum(task, batch, t, q);
  if (!tile.is_first || !tile.is_last) {
    for (int v = 0; v < kResults<Kernel>; ++v)
      q[v] = best[v] = tile.is_first ? q[v] : Kernel::min_32(best[v], q[v]);
  }
  if (tile.is_last) store<Kernel>(task, tile.pixels[0], q);
}

// The same where the four positions of a tile belong to four outputs.
template <typename Kernel>
inline void finish_outputs(const TileTask& task, const Batch<Kernel>& batch, int t, Sums<Kernel>& best) {
  const Tile& tile = batch.tiles[t];
  for (int i = 0; i < kPositions; ++i) {
    typename Kernel::Vector q[kResults<Kernel>];
    finish_position(task, batch, t, i, q);
    if (!tile.is_first || !tile.is_last) {
      for (int v = 0; v < kResults<Kernel>; ++v)
        q[v] = best.at[i][v] = tile.is_first ? q[v] : Kernel::min_32(best.at[i][v], q[v]);
    }
    if (tile.is_last && (i % 2 == 0 || tile.right_exists[i / 2])) {
      store<Kernel>(task, tile.pixels[i / 2] + i % 2, q);
    }
  }
}

template <typename Kernel>
inline void run_batch(const TileTask& task, TileWalk& walk, Batch<Kernel>& batch, Sums<Kernel>& best) {
  batch.wide = false;
  for (int t = 0; t < batch.count; ++t) {
    batch.tiles[t] = walk.next();
    if (batch.tiles[t].rows.begin == batch.tiles[t].rows.end) clear(batch.words[t]);
  }
  add_rows(task, batch);
  for (int t = 0; t < batch.count; ++t) {
    if (task.problem->pool_width > 1) {
      finish_window(task, batch, t, best.at[0]);
    } else {
      finish_outputs(task, batch, t, best);
    }
  }
}

template <typename Kernel>
void run(const ConvolutionCall& call, std::int64_t index) {
  const auto& g = *static_cast<const Geometry*>(call.packed);
  Batch<Kernel> batch;
  Sums<Kernel> best;
  for (std::int32_t i = 0; i < g.blocks_per_task; ++i) {
    const TileTask task = make_tile_task(call, index, i);
    TileWalk walk(task);
    const std::int64_t tiles = (task.last_item - task.first_item) * item_tiles(*call.problem);
    const std::int64_t batches = (tiles + kTiles - 1) / kTiles;
    for (std::int64_t b = 0; b < batches; ++b) {
      batch.count = static_cast<int>(tiles * (b + 1) / batches - tiles * b / batches);
      run_batch(task, walk, batch, best);
    }
  }
}

}  // namespace
}  // namespace bitplace::convolution_b1_b1
