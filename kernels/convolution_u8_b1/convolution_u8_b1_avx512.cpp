// u8 pixels x 1-bit weights by lookup of subset sums: vpermi2w finds what 6 bytes add to 32 output channels.
//
//   x[o] += table(6 bytes)[6 weight bits of o]: 6 products per 16-bit lane by one lookup and one addition
//   bit = x + q <= H(position), or its inverse      (subset_sums.h)
//
// Layout: subset_sums.h; 16-bit lane = output channel. A block is 4 windows x v <= 4 vectors of 32 channels:
// with 2 x 2 pooling the windows of one output, otherwise those of 4 neighbouring outputs, which step through
// their pooling windows together. A task makes the tables of a strip of columns row by row into a ring on its
// stack, so that all windows that cover 6 bytes share one table.
//
// Registers at v = 4: 16 sums, 4 tables of 2, 1 index, 2 products.
//
// Two lookups go side by side, then their two additions. Zen 4 hands instructions to its two vector
// schedulers in turn: lookup, addition, lookup, addition would leave all lookups to one of them (1.25 cycles
// per pair instead of 1.00).
//
// Measured, AMD EPYC (Zen 4) at 3.69 GHz, one thread: 227 x 227 x 3 -> 27 x 27 x 96, 11 x 11 stride 4, pooled
// 2 x 2: 0.300 ms, 92 of 192 multiply-accumulates per cycle (docs/performance/binary-avx512.md says where
// they go).
//
// Preconditions: accepts_subsets; kTailPad readable bytes behind the input; 80 KiB of stack.
#include <immintrin.h>

#include "kernels/common/avx512_mask.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"
#include "kernels/convolution_u8_b1/subset_sums.h"
#include "kernels/convolution_u8_b1/windows.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

// Where four windows lie: their rows in the ring (two share a row) and their first tables in a row.
struct Place {
  const std::uint8_t* const* rows[2];  // of windows 0 and 1, of windows 2 and 3
  std::int64_t table[kPositions];      // byte offset in a row of the ring
  std::uint32_t sum[kPositions];       // of all bytes of the window
};

template <std::size_t V>
struct Sums {
  __m512i at[kPositions][V];
};

// sum0 += table0[index], sum1 += table1[index].
inline void look_up_two(__m512i index, __m512i low0, __m512i high0, __m512i low1, __m512i high1,
                        __m512i& sum0, __m512i& sum1) {
  __m512i first, second;
  __asm__(
      "vmovdqa64 %4, %0\n\t"
      "vmovdqa64 %4, %1\n\t"
      "vpermi2w %6, %5, %0\n\t"
      "vpermi2w %8, %7, %1\n\t"
      "vpaddw %0, %2, %2\n\t"
      "vpaddw %1, %3, %3"
      : "=&v"(first), "=&v"(second), "+v"(sum0), "+v"(sum1)
      : "v"(index), "v"(low0), "v"(high0), "v"(low1), "v"(high1));
}

inline __m512i load(const void* vector) {
  return _mm512_load_si512(vector);
}

// The sums of four windows under the rarer signs.
template <std::size_t V>
[[gnu::noinline]] void accumulate(const ConvolutionProblem& p, const SubsetGeometry& g, const Place& place,
                                  const std::uint16_t* indices, Sums<V>& result) {
  __m512i sums[kPositions][V];
#pragma GCC unroll 4
  for (int i = 0; i < kPositions; ++i)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      sums[i][v] = _mm512_setzero_si512();
  const std::int64_t group_bytes = kGroupBytes / g.pitch * kSubsetTableBytes;
  const std::int64_t groups = g.groups;
  for (std::int64_t y = 0; y < p.kernel_height; ++y) {
    const std::uint8_t* const upper = place.rows[0][y * p.dilation_height];
    const std::uint8_t* const lower = place.rows[1][y * p.dilation_height];
    const std::uint8_t* const tables[kPositions] = {upper + place.table[0], upper + place.table[1],
                                                    lower + place.table[2], lower + place.table[3]};
    std::int64_t offset = 0;
    for (std::int64_t group = 0; group < groups; ++group) {
      __m512i low[kPositions], high[kPositions];
#pragma GCC unroll 4
      for (int i = 0; i < kPositions; ++i) {
        low[i] = load(tables[i] + offset);
        high[i] = load(tables[i] + offset + 64);
      }
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v) {
        const __m512i index = load(indices + v * kSubsetLanes);
        look_up_two(index, low[0], high[0], low[1], high[1], sums[0][v], sums[1][v]);
        look_up_two(index, low[2], high[2], low[3], high[3], sums[2][v], sums[3][v]);
      }
      indices += V * kSubsetLanes;
      offset += group_bytes;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kPositions; ++i)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      result.at[i][v] = sums[i][v];
}

// What one task works on.
struct Task {
  const ConvolutionProblem* problem;
  const SubsetGeometry* geometry;
  const SubsetVector* vectors;
  const std::uint16_t* indices;
  Source source;
  void* output;
  std::int32_t first_column, columns;  // of the output
  std::int32_t first_row, last_row;
};

Task make_task(const ConvolutionCall& call, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const auto* g = reinterpret_cast<const SubsetGeometry*>(packed);
  const std::int64_t chunk = index / g->strips;
  const auto strip = static_cast<std::int32_t>(index % g->strips);
  Task task;
  task.problem = call.problem;
  task.geometry = g;
  task.vectors = reinterpret_cast<const SubsetVector*>(packed + kSubsetGeometryBytes);
  task.indices = reinterpret_cast<const std::uint16_t*>(packed + g->indices_offset);
  task.source = source_of(call);
  task.output = call.output;
  task.first_column = strip * g->strip_columns;
  const std::int32_t left = p.output_width - task.first_column;
  task.columns = left < g->strip_columns ? left : g->strip_columns;
  task.first_row = static_cast<std::int32_t>(p.output_height * chunk / g->row_chunks);
  task.last_row = static_cast<std::int32_t>(p.output_height * (chunk + 1) / g->row_chunks);
  return task;
}

// x + q <= H, a bit per channel.
inline std::uint32_t at_most_half(__m512i sum, std::uint32_t total, const SubsetVector& vector) {
  const __m512i shifted = _mm512_subs_epu16(_mm512_adds_epu16(sum, load(vector.add)), load(vector.subtract));
  const __m512i half = _mm512_mask_set1_epi16(_mm512_set1_epi16(static_cast<short>(total / 2)), vector.parity,
                                              static_cast<short>((total + 1) / 2));
  return mask_bits32(_mm512_cmple_epu16_mask(shifted, half));
}

// The thresholds of V vectors: which positions of a pooling window have x + q <= H, all and any.
template <std::size_t V>
class Bits {
 public:
  Bits(const Task& task, std::int64_t first) : task_(task), first_(first) {}

  void clear() {
    for (int i = 0; i < kPositions; ++i) {
      for (std::size_t v = 0; v < V; ++v) {
        all_[i][v] = 0xffffffffu;
        any_[i][v] = 0;
      }
    }
  }

  // The position counts for output `i`.
  void add(const Sums<V>& sums, int position, std::uint32_t total, int i) {
    for (std::size_t v = 0; v < V; ++v) {
      const std::uint32_t bits = at_most_half(sums.at[position][v], total, vector(v));
      all_[i][v] &= bits;
      any_[i][v] |= bits;
    }
  }

  void write(std::int64_t pixel, int i) const {
    auto* words = static_cast<std::uint32_t*>(task_.output) + pixel * task_.geometry->vectors + first_;
    for (std::size_t v = 0; v < V; ++v) {
      const std::uint32_t positive = vector(v).positive;
      words[v] = ((all_[i][v] & positive) | (~any_[i][v] & ~positive)) ^ vector(v).flip;
    }
  }

 private:
  const SubsetVector& vector(std::size_t v) const {
    return task_.vectors[first_ + static_cast<std::int64_t>(v)];
  }

  const Task& task_;
  std::int64_t first_;
  std::uint32_t all_[kPositions][V], any_[kPositions][V];
};

// Accumulators of V vectors, the largest of each pooling window.
template <std::size_t V>
class Accumulators {
 public:
  Accumulators(const Task& task, std::int64_t first) : task_(task), first_(first) {}

  void clear() {
    for (int i = 0; i < kPositions; ++i) {
      for (std::size_t half = 0; half < 2 * V; ++half)
        best_[i][half] = _mm512_set1_epi32(INT32_MIN);
    }
  }

  void add(const Sums<V>& sums, int position, std::uint32_t total, int i) {
    const __m512i all = _mm512_set1_epi32(static_cast<int>(total));
    for (std::size_t v = 0; v < V; ++v) {
      const std::uint32_t positive = task_.vectors[first_ + static_cast<std::int64_t>(v)].positive;
      const __m512i sum = sums.at[position][v];
      add_half(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(sum)), all, positive & 0xffffu, best_[i][2 * v]);
      add_half(_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(sum, 1)), all, positive >> 16,
               best_[i][2 * v + 1]);
    }
  }

  void write(std::int64_t pixel, int i) const {
    const std::int64_t channels = task_.problem->output_channels;
    auto* to = static_cast<std::int32_t*>(task_.output) + pixel * channels;
    for (std::size_t half = 0; half < 2 * V; ++half) {
      const std::int64_t channel = first_ * kSubsetLanes + static_cast<std::int64_t>(half) * 16;
      const std::int64_t left = channels - channel;
      if (left <= 0) return;
      const auto exists = static_cast<__mmask16>(left >= 16 ? 0xffffu : (1u << left) - 1);
      _mm512_mask_storeu_epi32(to + channel, exists, best_[i][half]);
    }
  }

 private:
  // S - 2 x, or its negative where +1 is the rarer weight.
  static void add_half(__m512i sum, __m512i all, std::uint32_t positive, __m512i& best) {
    const __m512i value = _mm512_sub_epi32(all, _mm512_add_epi32(sum, sum));
    const __m512i signed_value =
        _mm512_mask_sub_epi32(value, static_cast<__mmask16>(positive), _mm512_setzero_si512(), value);
    best = _mm512_max_epi32(best, signed_value);
  }

  const Task& task_;
  std::int64_t first_;
  __m512i best_[kPositions][2 * V];
};

// Bytes of a strip's row, rounded up to whole vectors of 32.
constexpr std::int64_t kMostColumns = kMostRingTables * kGroupBytes + 64;

// The tables of the rows that one row of outputs reads, and the sums of its windows.
struct Ring {
  alignas(64) std::uint8_t tables[kRingBytes];
  const std::uint8_t* rows[kMostRingTables];
  std::uint32_t sums[kMostRingTables];  // [row of windows][column of windows]
  std::uint16_t columns[kMostColumns];  // sums of the bytes below each other
};

std::int64_t step_bytes(const ConvolutionProblem& p) {
  return std::int64_t{p.stride_width} * p.input_channels;
}

// Windows of the strip side by side.
std::int64_t window_columns(const Task& task) {
  return std::int64_t{task.columns} * task.problem->pool_width;
}

// The first byte of the strip in a row of the image.
const std::uint8_t* strip_row(const Task& task, std::int64_t row) {
  return task.source.data + row * task.source.row_bytes +
         std::int64_t{task.first_column} * task.problem->pool_width * step_bytes(*task.problem);
}

// 64 sums of 6 bytes each: pairs of bytes times pairs of bits of the entry's number.
void make_tables(const std::uint8_t* bytes, std::int64_t pitch, std::int64_t count, std::uint8_t* tables) {
  // Byte 2 e of a multiplier is one bit of e, byte 2 e + 1 the next one.
  const __m512i bits01 = _mm512_maskz_set1_epi8(0xe4e4e4e4e4e4e4e4, 1);
  const __m512i bits23 = _mm512_maskz_set1_epi8(0xffaa5500ffaa5500, 1);
  const __m512i bit4 = _mm512_maskz_set1_epi8(0x5555555500000000, 1);
  const __m512i bit4_and_byte5 = _mm512_maskz_set1_epi8(0xffffffffaaaaaaaa, 1);
  for (std::int64_t i = 0; i < count; ++i, bytes += pitch, tables += kSubsetTableBytes) {
    short pairs[3];
    __builtin_memcpy(pairs, bytes, sizeof pairs);
    const __m512i last = _mm512_set1_epi16(pairs[2]);
    const __m512i first4 = _mm512_add_epi16(_mm512_maddubs_epi16(_mm512_set1_epi16(pairs[0]), bits01),
                                            _mm512_maddubs_epi16(_mm512_set1_epi16(pairs[1]), bits23));
    _mm512_store_si512(tables, _mm512_add_epi16(first4, _mm512_maddubs_epi16(last, bit4)));
    _mm512_store_si512(tables + 64, _mm512_add_epi16(first4, _mm512_maddubs_epi16(last, bit4_and_byte5)));
  }
}

// Rows [first, last) of the image into their places in the ring.
void make_rows(const Task& task, std::int64_t first, std::int64_t last, Ring& ring) {
  const SubsetGeometry& g = *task.geometry;
  const std::int64_t bytes =
      (window_columns(task) - 1) * step_bytes(*task.problem) + (g.groups - 1) * kGroupBytes;
  const std::int64_t count = bytes / g.pitch + 1;
  for (std::int64_t row = first; row < last; ++row) {
    make_tables(strip_row(task, row), g.pitch, count, ring.tables + row % g.ring_rows * g.ring_row_bytes);
  }
  for (std::int64_t row = last - g.ring_rows; row < last; ++row)
    ring.rows[row - (last - g.ring_rows)] = ring.tables + row % g.ring_rows * g.ring_row_bytes;
}

// Sums of the bytes below each other in one row of windows, `bytes` columns of them.
void sum_columns(const Task& task, std::int64_t first_row, std::int64_t bytes, Ring& ring) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t distance = p.dilation_height * task.source.row_bytes;
  const std::uint8_t* const start = strip_row(task, first_row);
  for (std::int64_t x = 0; x < bytes; x += 32) {
    __m512i sum = _mm512_setzero_si512();
    for (std::int64_t y = 0; y < p.kernel_height; ++y) {
      const auto* row = reinterpret_cast<const __m256i*>(start + x + y * distance);
      sum = _mm512_add_epi16(sum, _mm512_cvtepu8_epi16(_mm256_loadu_si256(row)));
    }
    _mm512_store_si512(ring.columns + x, sum);
  }
}

// The sum of all bytes of each window that one row of outputs reads.
void sum_windows(const Task& task, std::int64_t row, Ring& ring) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t row_bytes = std::int64_t{p.kernel_width} * p.input_channels;
  const std::int64_t windows = window_columns(task);
  const __m512i ones = _mm512_set1_epi16(1);
  std::uint32_t* sums = ring.sums;
  for (std::int64_t dy = 0; dy < p.pool_height; ++dy) {
    const std::int64_t first_row = (row * p.pool_height + dy) * p.stride_height;
    sum_columns(task, first_row, (windows - 1) * step_bytes(p) + row_bytes, ring);
    const std::uint16_t* window = ring.columns;
    for (std::int64_t x = 0; x < windows; ++x, window += step_bytes(p)) {
      __m512i pairs = _mm512_setzero_si512();
      for (std::int64_t i = 0; i < row_bytes; i += kSubsetLanes) {
        const std::int64_t left = row_bytes - i;
        const __mmask32 exists = left >= kSubsetLanes ? 0xffffffffu : (1u << left) - 1;
        pairs =
            _mm512_add_epi32(pairs, _mm512_madd_epi16(_mm512_maskz_loadu_epi16(exists, window + i), ones));
      }
      *sums++ = static_cast<std::uint32_t>(_mm512_reduce_add_epi32(pairs));
    }
  }
}

// Four windows of the strip: rows and columns of windows in the ring.
Place make_place(const Task& task, const Ring& ring, const std::int64_t* rows, const std::int64_t* columns) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t step = step_bytes(p) / task.geometry->pitch * kSubsetTableBytes;
  Place place;
  for (int i = 0; i < kPositions; ++i) {
    place.rows[i / 2] = ring.rows + rows[i / 2] * p.stride_height;
    place.table[i] = columns[i] * step;
    place.sum[i] = ring.sums[rows[i / 2] * window_columns(task) + columns[i]];
  }
  return place;
}

// One output of a 2 x 2 pooling window, or up to four neighbouring outputs, from `column` of the strip on.
template <std::size_t V, typename Result>
void run_outputs(const Task& task, const Ring& ring, std::int64_t row, std::int64_t column,
                 std::int64_t first, Result& result) {
  const ConvolutionProblem& p = *task.problem;
  const std::uint16_t* indices =
      task.indices + p.kernel_height * task.geometry->groups * first * kSubsetLanes;
  const std::int64_t pixel = row * p.output_width + task.first_column + column;
  Sums<V> sums;
  result.clear();
  if (pools_2x2(p)) {
    const std::int64_t rows[2] = {0, 1};
    const std::int64_t columns[kPositions] = {2 * column, 2 * column + 1, 2 * column, 2 * column + 1};
    const Place place = make_place(task, ring, rows, columns);
    accumulate<V>(p, *task.geometry, place, indices, sums);
    for (int i = 0; i < kPositions; ++i)
      result.add(sums, i, place.sum[i], 0);
    result.write(pixel, 0);
    return;
  }
  const std::int64_t left = task.columns - column;
  const std::int64_t count = left < kPositions ? left : kPositions;
  for (std::int64_t tap = 0; tap < std::int64_t{p.pool_height} * p.pool_width; ++tap) {
    const std::int64_t rows[2] = {tap / p.pool_width, tap / p.pool_width};
    std::int64_t columns[kPositions];
    for (std::int64_t i = 0; i < kPositions; ++i)
      columns[i] = (column + (i < count ? i : count - 1)) * p.pool_width + tap % p.pool_width;
    const Place place = make_place(task, ring, rows, columns);
    accumulate<V>(p, *task.geometry, place, indices, sums);
    for (int i = 0; i < count; ++i)
      result.add(sums, i, place.sum[i], i);
  }
  for (int i = 0; i < count; ++i)
    result.write(pixel + i, i);
}

template <std::size_t V>
void run_block(const Task& task, const Ring& ring, std::int64_t row, std::int64_t column,
               std::int64_t first) {
  if (task.problem->epilogue == ConvolutionEpilogue::raw_s32) {
    Accumulators<V> result(task, first);
    run_outputs<V>(task, ring, row, column, first, result);
  } else {
    Bits<V> result(task, first);
    run_outputs<V>(task, ring, row, column, first, result);
  }
}

// All channels of a place follow each other: its tables stay in the first cache.
void run_place(const Task& task, const Ring& ring, std::int64_t row, std::int64_t column) {
  const std::int64_t vectors = task.geometry->vectors;
  for (std::int64_t index = 0; index < vector_blocks(vectors, kMostSubsetVectors); ++index) {
    const VectorBlock block = vector_block(vectors, kMostSubsetVectors, index);
    switch (block.count) {
      case 1:
        run_block<1>(task, ring, row, column, block.first);
        break;
      case 2:
        run_block<2>(task, ring, row, column, block.first);
        break;
      case 3:
        run_block<3>(task, ring, row, column, block.first);
        break;
      default:
        run_block<4>(task, ring, row, column, block.first);
    }
  }
}

void run(const ConvolutionCall& call, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  const Task task = make_task(call, index);
  const std::int64_t advance = std::int64_t{p.pool_height} * p.stride_height;
  Ring ring;
  std::int64_t made = 0;  // rows of the image up to this one are in the ring, as far as they are needed
  for (std::int64_t row = task.first_row; row < task.last_row; ++row) {
    const std::int64_t begin = row * advance;
    const std::int64_t end = begin + task.geometry->ring_rows;
    make_rows(task, made > begin ? made : begin, end, ring);
    made = end;
    sum_windows(task, row, ring);
    for (std::int64_t column = 0; column < task.columns; column += outputs_together(p))
      run_place(task, ring, row, column);
  }
}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__avx512_subsets4x128 = {
    "convolution_u8_b1__avx512_subsets4x128",
    isa_feature::avx2 | isa_feature::avx512 | isa_feature::fast_lookup16,
    accepts_subsets,
    subset_packed_bytes,
    pack_subsets,
    border_scratch_bytes,
    border_tasks,
    make_border,
    subset_tasks,
    run};

}  // namespace bitplace
