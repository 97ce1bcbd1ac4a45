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
// A block is 2 pairs of positions x 64 outputs: with pooling at least 2 wide pairs lie inside one pooling
// window (2 x 2 is one block), otherwise they are 4 neighbouring outputs that step through their windows
// together. Every 63 lookups bytes widen to 16 bits, every 16 380 to 32.
//
// Registers: 4 low, 4 high, 3 table rows, 1 mask, 3 temporaries; weights are memory operands.
// Preconditions: groups == 1, depth <= 2^28 (2 * depth must fit in 32 bits).
#include <immintrin.h>

#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_windows.h"

namespace bitplace {
namespace {

using namespace convolution_b1_b1;

constexpr int kPairs = 2;
constexpr int kVectors = 2;                  // of 32 outputs
constexpr int kResults = 8;                  // vectors of 8 outputs
constexpr std::int64_t kGroup = 3;           // lookups summed in half bytes
constexpr std::int64_t kGroupsToBytes = 21;  // 21 * 3 * 4 <= 255
constexpr int kWideningsTo16 = 260;          // 260 * 63 * 4 <= 65535

struct PopcountTable {
  alignas(64) std::uint8_t rows[256][16];
};

constexpr PopcountTable make_table() {
  PopcountTable table{};
  for (unsigned pair = 0; pair < 256; ++pair) {
    for (unsigned m = 0; m < 16; ++m) {
      unsigned counts = 0;
      for (unsigned bit = 0; bit < 4; ++bit) {
        counts += ((pair ^ m) >> bit & 1u) + 16u * (((pair >> 4) ^ m) >> bit & 1u);
      }
      table.rows[pair][m] = static_cast<std::uint8_t>(counts);
    }
  }
  return table;
}

constexpr PopcountTable kTable = make_table();

// Sums since the last widening, for 2 pairs of positions.
struct HalfBytes {
  __m256i low[kPairs][kVectors];
  __m256i high[kPairs][kVectors];
};

// 16-bit sums: all bytes weighted 1 or 256, and the odd bytes alone.
struct Words {
  __m256i both[kPositions][kVectors];
  __m256i odd[kPositions][kVectors];
};

// 32-bit sums, outputs in order.
struct Sums {
  __m256i at[kPositions][kResults];
};

inline __m256i load(const void* vector) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(vector));
}

inline std::uint32_t load_word(const void* from) {
  std::uint32_t word;
  __builtin_memcpy(&word, from, sizeof word);
  return word;
}

// The row that an activation chose: it is stored as the row's offset in bytes.
inline __m256i table_row(const std::uint8_t* activation) {
  std::uint16_t offset;
  __builtin_memcpy(&offset, activation, sizeof offset);
  const auto* row = reinterpret_cast<const std::uint8_t*>(kTable.rows) + offset;
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(row)));
}

// An empty statement that holds a value in one register: g++ 12 otherwise copies sums after each addition.
inline void pin(__m256i& value) {
  __asm__("" : "+x"(value));
}

inline void add_split(__m256i sum, __m256i& low, __m256i& high) {
  low = _mm256_add_epi8(low, _mm256_and_si256(sum, _mm256_set1_epi8(0x0f)));
  high = _mm256_add_epi16(high, _mm256_srli_epi16(sum, 4));
  pin(low);
  pin(high);
}

// `groups` times three lookups.
inline void add_groups(const std::uint8_t* const* activations, const std::uint8_t* weights,
                       std::int64_t groups, HalfBytes& sums) {
  const std::uint8_t* first = activations[0];
  const std::uint8_t* second = activations[1];
  for (std::int64_t group = 0; group < groups; ++group) {
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
        add_split(sum, sums.low[i][v], sums.high[i][v]);
      }
    }
    first += 2 * kGroup;
    second += 2 * kGroup;
    weights += 64 * kGroup;
  }
}

// The one or two lookups that are left of a segment.
inline void add_rest(const std::uint8_t* const* activations, const std::uint8_t* weights, std::int64_t steps,
                     HalfBytes& sums) {
  for (std::int64_t step = 0; step < steps; ++step) {
    for (int i = 0; i < kPairs; ++i) {
      const __m256i row = table_row(activations[i] + 2 * step);
      for (int v = 0; v < kVectors; ++v) {
        add_split(_mm256_shuffle_epi8(row, load(weights + 64 * step + 32 * v)), sums.low[i][v],
                  sums.high[i][v]);
      }
    }
  }
}

inline void clear(HalfBytes& sums) {
  for (int i = 0; i < kPairs; ++i) {
    for (int v = 0; v < kVectors; ++v)
      sums.low[i][v] = sums.high[i][v] = _mm256_setzero_si256();
  }
}

inline void clear(Words& words) {
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kVectors; ++v)
      words.both[i][v] = words.odd[i][v] = _mm256_setzero_si256();
  }
}

inline void add_words(__m256i bytes, __m256i odd, int position, int v, Words& words) {
  words.both[position][v] = _mm256_add_epi16(words.both[position][v], bytes);
  words.odd[position][v] = _mm256_add_epi16(words.odd[position][v], odd);
}

// Bytes to 16 bits.
inline void widen(HalfBytes& sums, Words& words) {
  for (int i = 0; i < kPairs; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      const __m256i low_odd = _mm256_srli_epi16(sums.low[i][v], 8);
      const __m256i high = _mm256_sub_epi16(sums.high[i][v], _mm256_slli_epi16(low_odd, 4));
      add_words(sums.low[i][v], low_odd, 2 * i, v, words);
      add_words(high, _mm256_srli_epi16(high, 8), 2 * i + 1, v, words);
    }
  }
  clear(sums);
}

// 16 bits to 32. Byte b of a vector is output b % 4 * 8 + b / 4 (docs/packing.md), so that shifts alone put
// the outputs in order.
inline void widen(Words& words, Sums& sums) {
  const __m256i mask = _mm256_set1_epi32(0xffff);
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      const __m256i odd = words.odd[i][v];
      const __m256i even = _mm256_sub_epi16(words.both[i][v], _mm256_slli_epi16(odd, 8));
      __m256i* out = &sums.at[i][4 * v];
      out[0] = _mm256_add_epi32(out[0], _mm256_and_si256(even, mask));
      out[1] = _mm256_add_epi32(out[1], _mm256_and_si256(odd, mask));
      out[2] = _mm256_add_epi32(out[2], _mm256_srli_epi32(even, 16));
      out[3] = _mm256_add_epi32(out[3], _mm256_srli_epi32(odd, 16));
    }
  }
  clear(words);
}

// Counts lookups and widens in time.
class Accumulator {
 public:
  explicit Accumulator(Sums& sums) : sums_(sums) {
    clear(bytes_);
    clear(words_);
  }

  void add_segment(const std::uint8_t* const* windows, std::int64_t offset, const std::uint8_t* weights,
                   std::int64_t steps) {
    const std::uint8_t* activations[kPairs] = {windows[0] + offset, windows[1] + offset};
    for (std::int64_t left = steps / kGroup; left > 0;) {
      const std::int64_t groups = left < room_ ? left : room_;
      add_groups(activations, weights, groups, bytes_);
      activations[0] += 2 * kGroup * groups;
      activations[1] += 2 * kGroup * groups;
      weights += 64 * kGroup * groups;
      left -= groups;
      use(groups);
    }
    if (steps % kGroup == 0) return;
    add_rest(activations, weights, steps % kGroup, bytes_);
    use(1);
  }

  void finish() {
    widen(bytes_, words_);
    widen(words_, sums_);
  }

 private:
  void use(std::int64_t groups) {
    room_ -= groups;
    if (room_ > 0) return;
    room_ = kGroupsToBytes;
    widen(bytes_, words_);
    if (++widenings_ < kWideningsTo16 - 1) return;  // finish() adds one more
    widenings_ = 0;
    widen(words_, sums_);
  }

  HalfBytes bytes_;
  Words words_;
  Sums& sums_;
  std::int64_t room_ = kGroupsToBytes;
  int widenings_ = 0;
};

// 2 * popcount(x xor w) over kernel rows [rows.begin, rows.end) of two pairs of windows.
inline void add_rows(const Task& task, const Position* positions, TapRange rows, Sums& doubled) {
  const Geometry& g = *task.geometry;
  const std::uint8_t* windows[kPairs] = {window_start(task, positions[0]), window_start(task, positions[2])};
  const std::int64_t row_bytes = g.bordered_row_bytes * task.problem->dilation_height;
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kResults; ++v)
      doubled.at[i][v] = _mm256_setzero_si256();
  }
  Accumulator accumulator(doubled);
  const std::uint8_t* weights = task.block + rows.begin * g.weight_row_bytes;
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    for (std::int64_t segment = 0; segment < g.segments; ++segment) {
      accumulator.add_segment(windows, row * row_bytes + segment * g.segment_distance, weights,
                              g.segment_steps);
      weights += std::int64_t{64} * g.segment_steps;
    }
  }
  accumulator.finish();
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kResults; ++v)
      doubled.at[i][v] = _mm256_add_epi32(doubled.at[i][v], doubled.at[i][v]);
  }
}

// The kernel rows that no window of the four has inside the image.
inline void add_skipped_rows(const Task& task, TapRange rows, Sums& q) {
  const std::uint8_t* skipped = task.block + task.geometry->skipped_offset;
  const std::int64_t kernel_rows = task.problem->kernel_height;
  for (int v = 0; v < kResults; ++v) {
    const std::uint8_t* lane = skipped + 32 * v;
    const __m256i above = load(lane + 256 * rows.begin);
    const __m256i below = _mm256_sub_epi32(load(lane + 256 * kernel_rows), load(lane + 256 * rows.end));
    const __m256i both = _mm256_add_epi32(above, below);
    for (int i = 0; i < kPositions; ++i)
      q.at[i][v] = _mm256_add_epi32(q.at[i][v], both);
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

// Q of two pairs of positions, rows rising.
__attribute__((noinline)) void compute(const Task& task, const Position* positions, Sums& q) {
  const TapRange rows = rows_to_compute(*task.problem, positions);
  add_rows(task, positions, rows, q);
  if (rows.begin != 0 || rows.end != task.problem->kernel_height) add_skipped_rows(task, rows, q);
  if (task.problem->padding == ConvolutionPadding::zero) add_padded_taps(task, positions, q);
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

// Up to four neighbouring outputs whose pooling windows are one column wide.
inline void run_columns(const Task& task, std::int32_t row, std::int32_t column) {
  const ConvolutionProblem& p = *task.problem;
  const std::int32_t second = column + 2 < p.output_width ? column + 2 : p.output_width - 1;
  Sums best, q;
  for (std::int32_t dy = 0; dy < p.pool_height; ++dy) {
    const std::int32_t y = row * p.pool_height + dy;
    // The right one of a pair may lie beyond the last output; its result is not used.
    const Position positions[kPositions] = {{y, column}, {y, column + 1}, {y, second}, {y, second + 1}};
    compute(task, positions, dy == 0 ? best : q);
    if (dy == 0) continue;
    for (int i = 0; i < kPositions; ++i) {
      for (int v = 0; v < kResults; ++v)
        best.at[i][v] = _mm256_min_epi32(best.at[i][v], q.at[i][v]);
    }
  }
  for (std::int32_t i = 0; i < kPositions && column + i < p.output_width; ++i)
    store(task, std::int64_t{row} * p.output_width + column + i, best.at[i]);
}

// One output with a pooling window at least two columns wide, two pairs at a time. Where the width is odd,
// the last pair of a row overlaps the one before.
inline void run_window(const Task& task, std::int32_t row, std::int32_t column) {
  const ConvolutionProblem& p = *task.problem;
  __m256i best[kResults];
  for (int v = 0; v < kResults; ++v)
    best[v] = _mm256_set1_epi32(INT32_MAX);
  std::int32_t dy = 0, dx = 0;
  while (dy < p.pool_height) {
    Position positions[kPositions];
    for (int pair = 0; pair < kPairs; ++pair) {
      if (dy == p.pool_height) {  // the last pair alone: twice
        positions[2] = positions[0];
        positions[3] = positions[1];
        break;
      }
      const std::int32_t x = column * p.pool_width + (dx + 2 <= p.pool_width ? dx : p.pool_width - 2);
      positions[2 * pair] = {row * p.pool_height + dy, x};
      positions[2 * pair + 1] = {row * p.pool_height + dy, x + 1};
      dx += 2;
      if (dx >= p.pool_width) {
        dx = 0;
        ++dy;
      }
    }
    Sums q;
    compute(task, positions, q);
    for (int v = 0; v < kResults; ++v) {
      const __m256i left = _mm256_min_epi32(q.at[0][v], q.at[1][v]);
      const __m256i right = _mm256_min_epi32(q.at[2][v], q.at[3][v]);
      best[v] = _mm256_min_epi32(best[v], _mm256_min_epi32(left, right));
    }
  }
  store(task, std::int64_t{row} * p.output_width + column, best);
}

void run(const ConvolutionCall& call, std::int64_t index) {
  const Task task = make_task(call, index);
  const ConvolutionProblem& p = *call.problem;
  const std::int32_t step = p.pool_width == 1 ? kPositions : 1;
  for (std::int32_t row = task.first_row; row < task.last_row; ++row) {
    for (std::int32_t column = 0; column < p.output_width; column += step) {
      if (p.pool_width == 1) {
        run_columns(task, row, column);
      } else {
        run_window(task, row, column);
      }
    }
  }
}

// Table offsets of 8 nibbles of a pixel (a) and of its right neighbour (b): 16 * (a + 16 * b), 16 bits each.
inline __m128i table_offsets(std::uint32_t a, std::uint32_t b) {
  const __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
  const __m256i nibble = _mm256_set1_epi32(15);
  const __m256i all_a = _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(a)), shifts);
  const __m256i all_b = _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(b)), shifts);
  const __m256i offsets = _mm256_or_si256(_mm256_slli_epi32(_mm256_and_si256(all_a, nibble), 4),
                                          _mm256_slli_epi32(_mm256_and_si256(all_b, nibble), 8));
  return _mm_packus_epi32(_mm256_castsi256_si128(offsets), _mm256_extracti128_si256(offsets, 1));
}

// One pixel of the bordered copy; a null pointer stands for a pixel of the border.
inline void prepare_pixel(const std::uint32_t* a, const std::uint32_t* b, std::int64_t nibbles,
                          std::uint8_t* out) {
  for (std::int64_t first = 0; first < nibbles; first += 8, out += 16) {
    const __m128i offsets = table_offsets(a == nullptr ? 0 : a[first / 8], b == nullptr ? 0 : b[first / 8]);
    if (nibbles - first >= 8) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), offsets);
    } else {
      std::uint8_t bytes[16];
      _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), offsets);
      for (std::int64_t i = 0; i < 2 * (nibbles - first); ++i)
        out[i] = bytes[i];
    }
  }
}

void prepare(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const Geometry& g = *static_cast<const Geometry*>(call.packed);
  const std::int64_t tasks = nibble_pairs::prepare_tasks(p);
  const std::int64_t words = (p.input_channels + 31) / 32;
  const std::int64_t nibbles = (p.input_channels + 3) / 4;
  const auto* input = static_cast<const std::uint32_t*>(call.input);
  for (std::int64_t row = g.bordered_height * task / tasks; row < g.bordered_height * (task + 1) / tasks;
       ++row) {
    const std::int64_t y = row - p.pad_top;
    const bool row_inside = y >= 0 && y < p.input_height;
    const auto pixel = [&](std::int64_t x) -> const std::uint32_t* {
      const bool inside = row_inside && x >= 0 && x < p.input_width;
      return inside ? input + (y * p.input_width + x) * words : nullptr;
    };
    auto* out = static_cast<std::uint8_t*>(call.scratch) + row * g.bordered_row_bytes;
    for (std::int64_t column = 0; column < g.bordered_width; ++column, out += g.pixel_bytes) {
      const std::int64_t x = column - p.pad_left;
      prepare_pixel(pixel(x), pixel(x + p.stride_width), nibbles, out);
    }
  }
}

}  // namespace

extern const ConvolutionKernel convolution_b1_b1__avx2_4x64 = {"convolution_b1_b1__avx2_4x64",
                                                               isa_feature::avx2,
                                                               nibble_pairs::accepts,
                                                               nibble_pairs::packed_bytes,
                                                               nibble_pairs::pack,
                                                               nibble_pairs::scratch_bytes,
                                                               nibble_pairs::prepare_tasks,
                                                               prepare,
                                                               nibble_pairs::run_tasks,
                                                               run};

}  // namespace bitplace
