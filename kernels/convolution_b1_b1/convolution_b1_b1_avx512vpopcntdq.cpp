// 1 x 1-bit convolution with VPOPCNTDQ.
//
//   Q[o] = 2 * popcount(x xor w) + corrections  (convolution_b1_b1_pack.h);  bit = Q >= limit, xor flip
//
// Layout: word_pairs; 32-bit lane = output channel. A block is 4 positions x 2 vectors of 16 outputs: with
// pooling at least 2 wide the positions are those of one pooling window (2 x 2 is one block), otherwise 4
// neighbouring outputs that step through their windows together; either way the minimum of Q stays in
// registers.
//
// Two words at a time through a carry-save adder. With v = x xor w for two words, and `ones` the running
// sum's low bit: next = ones ^ v0 ^ v1, carry = majority(ones, v0, v1), and 2 * popcount(carry) is what the
// pair adds beyond `next`. The xors of the pairs are made beforehand on both sides (x01 = x0 ^ x1, w01), so
//   next  = ones ^ x01 ^ w01             one vpternlogd
//   v0    = x0 ^ w0                      one vpxord
//   carry = ones ^ next ? ones : v0      one vpternlogd
//   sum  += popcount(carry)              vpopcntd, vpaddd
// is 5 instructions for 2 x 512 bits, where xor, vpopcntd and vpaddd on each word are 6.
//
// Registers: 8 sums, 8 ones, 4 weights, 2 broadcast activations, 4 temporaries.
// Preconditions: groups == 1, depth <= 2^28 (2 * depth must fit in 32 bits).
//
// Measured, one thread, with prepare, pooling and threshold, ms and multiply-accumulates per cycle, of 410
// that 5 instructions per 1024 bits at 2 a cycle allow (xor, vpopcntd and vpaddd: 341):
//                                                           AMD EPYC (Zen 4)      Intel Xeon (Emerald Rapids)
//                                                           at 3.69 GHz           at 3.0 GHz, an earlier form
//   27 x 27 x 96, 5 x 5, pad 2, pooled 2 x 2, 256 outputs   0.339, 332            0.392, 353
//   13 x 13 x 256, 3 x 3, pad 1, pooled 2 x 2, 256 outputs  0.069, 334            0.079, 357
// What is left: the last odd word of each kernel row (4 instructions), and the ends of the tiles; trials are
// in docs/performance/binary-avx512.md.
#include <immintrin.h>

#include "kernels/common/avx512_mask.h"
#include "kernels/common/integer_epilogues_avx512.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_windows.h"

namespace bitplace {
namespace {

using namespace convolution_b1_b1;

constexpr int kVectors = 2;
constexpr int kLanes = 16;

struct Sums {
  __m512i at[kPositions][kVectors];
};

inline __m512i broadcast_word(const std::uint8_t* word) {
  int value;
  __builtin_memcpy(&value, word, sizeof value);
  return _mm512_set1_epi32(value);
}

inline __m512i load(const void* vector) {
  return _mm512_loadu_si512(vector);
}

inline std::uint32_t load_word(const void* from) {
  std::uint32_t word;
  __builtin_memcpy(&word, from, sizeof word);
  return word;
}

// Two vectors of outputs of one position, one instruction of each in turn: Zen 4 hands instructions to its
// two vector schedulers alternately, and one vector after the other takes 2.9 cycles instead of 2.5. Written
// as instructions because g++ 12 needs 35 moves in the loop of 40 instructions that the intrinsics make; here
// one per vector (which the CPU resolves by renaming) keeps the old low bits.
inline void add_pair(__m512i x, const __m512i* weight, __m512i x_xor, const __m512i* weight_xor,
                     __m512i* ones, __m512i* sums) {
  __m512i carry0, carry1, old0, old1;
  __asm__(
      "vpxord %[weight0], %[x], %[carry0]\n\t"
      "vpxord %[weight1], %[x], %[carry1]\n\t"
      "vmovdqa64 %[ones0], %[old0]\n\t"
      "vmovdqa64 %[ones1], %[old1]\n\t"
      "vpternlogd $0x96, %[weight_xor0], %[x_xor], %[ones0]\n\t"  // ones ^= x_xor ^ weight_xor
      "vpternlogd $0x96, %[weight_xor1], %[x_xor], %[ones1]\n\t"
      "vpternlogd $0xb2, %[old0], %[ones0], %[carry0]\n\t"  // carry = old ^ ones ? old : carry
      "vpternlogd $0xb2, %[old1], %[ones1], %[carry1]\n\t"
      "vpopcntd %[carry0], %[carry0]\n\t"
      "vpopcntd %[carry1], %[carry1]\n\t"
      "vpaddd %[carry0], %[sum0], %[sum0]\n\t"
      "vpaddd %[carry1], %[sum1], %[sum1]"
      : [ones0] "+v"(ones[0]), [ones1] "+v"(ones[1]), [sum0] "+v"(sums[0]), [sum1] "+v"(sums[1]),
        [carry0] "=&v"(carry0), [carry1] "=&v"(carry1), [old0] "=&v"(old0), [old1] "=&v"(old1)
      : [x] "v"(x), [x_xor] "v"(x_xor), [weight0] "v"(weight[0]), [weight1] "v"(weight[1]),
        [weight_xor0] "v"(weight_xor[0]), [weight_xor1] "v"(weight_xor[1]));
}

// The last word of a segment with an odd number of them.
inline void add_single(__m512i x, const __m512i* weight, __m512i* ones, __m512i* sums) {
  __m512i carry0 = ones[0];
  __m512i carry1 = ones[1];
  __asm__(
      "vpternlogd $0x60, %[weight0], %[x], %[carry0]\n\t"  // carry &= x ^ weight
      "vpternlogd $0x60, %[weight1], %[x], %[carry1]\n\t"
      "vpternlogd $0x96, %[weight0], %[x], %[ones0]\n\t"  // ones ^= x ^ weight
      "vpternlogd $0x96, %[weight1], %[x], %[ones1]\n\t"
      "vpopcntd %[carry0], %[carry0]\n\t"
      "vpopcntd %[carry1], %[carry1]\n\t"
      "vpaddd %[carry0], %[sum0], %[sum0]\n\t"
      "vpaddd %[carry1], %[sum1], %[sum1]"
      : [ones0] "+v"(ones[0]), [ones1] "+v"(ones[1]), [sum0] "+v"(sums[0]), [sum1] "+v"(sums[1]),
        [carry0] "+v"(carry0), [carry1] "+v"(carry1)
      : [x] "v"(x), [weight0] "v"(weight[0]), [weight1] "v"(weight[1]));
}

// One pair of words of the four windows.
inline void add_pairs(const std::uint8_t* const* windows, std::int64_t offset, const std::uint8_t* weights,
                      Sums& sums, Sums& ones) {
  const __m512i weight[kVectors] = {load(weights), load(weights + 64)};
  const __m512i weight_xor[kVectors] = {load(weights + 128), load(weights + 192)};
#pragma GCC unroll 4
  for (int i = 0; i < kPositions; ++i) {
    const __m512i x = broadcast_word(windows[i] + offset);
    const __m512i x_xor = broadcast_word(windows[i] + offset + 4);
    add_pair(x, weight, x_xor, weight_xor, ones.at[i], sums.at[i]);
  }
}

// Adds one segment of the four windows; weights and activations advance in step.
inline void add_segment(const std::uint8_t* const* windows, std::int64_t offset, std::int64_t pair_bytes,
                        std::int64_t words, const std::uint8_t* weights, Sums& sums, Sums& ones) {
  for (std::int64_t pair = 0; pair < words / 2; ++pair) {
    add_pairs(windows, offset, weights, sums, ones);
    weights += 256;
    offset += pair_bytes;
  }
  if (words % 2 == 0) return;
  const __m512i weight[kVectors] = {load(weights), load(weights + 64)};
#pragma GCC unroll 4
  for (int i = 0; i < kPositions; ++i)
    add_single(broadcast_word(windows[i] + offset), weight, ones.at[i], sums.at[i]);
}

// Adds `count` segments of whole pairs that are `distance` bytes apart, whose weights follow each other. One
// loop, because the end of a loop per segment is often mispredicted.
inline void add_even_segments(const std::uint8_t* const* windows, std::int64_t offset, std::int64_t count,
                              std::int64_t distance, std::int64_t pairs, const std::uint8_t* weights,
                              Sums& sums, Sums& ones) {
  constexpr std::int64_t kPairBytes = 8;
  std::int64_t left = pairs;
  for (std::int64_t pair = pairs * count; pair > 0; --pair) {
    add_pairs(windows, offset, weights, sums, ones);
    weights += 256;
    --left;
    const std::int64_t last = -static_cast<std::int64_t>(left == 0);  // a mask
    offset += kPairBytes + (last & (distance - pairs * kPairBytes));
    left += last & pairs;
  }
}

// 2 * popcount(x xor w) over kernel rows [rows.begin, rows.end) of four windows.
inline void add_rows(const Task& task, const Position* positions, TapRange rows, Sums& doubled) {
  const Geometry& g = *task.geometry;
  const std::int64_t words = g.segment_steps;
  const std::int64_t pair_bytes = (task.problem->input_channels + 31) / 32 % 2 == 0 ? 8 : 16;
  const std::int64_t row_bytes = g.bordered_row_bytes * task.problem->dilation_height;
  const std::uint8_t* windows[kPositions];
  Sums sums, ones;
#pragma GCC unroll 4
  for (int i = 0; i < kPositions; ++i) {
    windows[i] = window_start(task, positions[i]);
    for (int v = 0; v < kVectors; ++v)
      sums.at[i][v] = ones.at[i][v] = _mm512_setzero_si512();
  }
  const std::uint8_t* weights = task.block + rows.begin * g.weight_row_bytes;
  // With an odd number of words per pixel, pairs begin at any word and a segment's last word may be single.
  const bool even = g.segments == 1 && pair_bytes == 8;
  if (even) {
    add_even_segments(windows, rows.begin * row_bytes, rows.end - rows.begin, row_bytes, words / 2, weights,
                      sums, ones);
  }
  for (std::int64_t row = rows.begin; !even && row < rows.end; ++row) {
    for (std::int64_t segment = 0; segment < g.segments; ++segment) {
      add_segment(windows, row * row_bytes + segment * g.segment_distance, pair_bytes, words, weights, sums,
                  ones);
      weights += words * kVectors * 64;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kPositions; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const __m512i low = _mm512_popcnt_epi32(ones.at[i][v]);
      const __m512i popcount = _mm512_add_epi32(_mm512_add_epi32(sums.at[i][v], sums.at[i][v]), low);
      doubled.at[i][v] = _mm512_add_epi32(popcount, popcount);
    }
  }
}

// The kernel rows that no window of the four has inside the image.
inline void add_skipped_rows(const Task& task, TapRange rows, Sums& q) {
  const std::uint8_t* skipped = task.block + task.geometry->skipped_offset;
  const std::int64_t kernel_rows = task.problem->kernel_height;
  for (int v = 0; v < kVectors; ++v) {
    const std::uint8_t* lane = skipped + 64 * v;
    const __m512i above = load(lane + 128 * rows.begin);
    const __m512i below = _mm512_sub_epi32(load(lane + 128 * kernel_rows), load(lane + 128 * rows.end));
    const __m512i both = _mm512_add_epi32(above, below);
#pragma GCC unroll 4
    for (int i = 0; i < kPositions; ++i)
      q.at[i][v] = _mm512_add_epi32(q.at[i][v], both);
  }
}

// Padding zero: what padded taps must not have added.
inline void add_padded_taps(const Task& task, const Position* positions, Sums& q) {
  for (int i = 0; i < kPositions; ++i) {
    const TapRange rows = rows_inside(*task.problem, positions[i].row);
    const TapRange columns = columns_inside(*task.problem, positions[i].column);
    if (is_whole(*task.problem, rows, columns)) continue;
    const PaddedCorners c = padded_corners(task, rows, columns);
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t lane = kLanes * v;
      const __m512i right = _mm512_sub_epi32(load(c.below_right + lane), load(c.above_right + lane));
      const __m512i left = _mm512_sub_epi32(load(c.below_left + lane), load(c.above_left + lane));
      const __m512i inside = _mm512_sub_epi32(right, left);
      q.at[i][v] = _mm512_add_epi32(q.at[i][v], _mm512_sub_epi32(load(c.all + lane), inside));
    }
  }
}

// Q of four positions, rows rising.
[[gnu::always_inline]] inline void compute(const Task& task, const Position* positions, Sums& q) {
  const TapRange rows = rows_to_compute(*task.problem, positions);
  add_rows(task, positions, rows, q);
  if (rows.begin != 0 || rows.end != task.problem->kernel_height) add_skipped_rows(task, rows, q);
  if (task.problem->padding == ConvolutionPadding::zero) add_padded_taps(task, positions, q);
}

// Sums of one pooled output of the block, as `Writer` wants them.
template <typename Writer>
inline void store_numbers(const Task& task, std::int64_t pixel, const __m512i* q) {
  const ConvolutionProblem& p = *task.problem;
  const integer_epilogues::EpilogueConstants constants = {
      &p, reinterpret_cast<const float*>(task.block + task.geometry->scale_offset),
      reinterpret_cast<const float*>(task.block + task.geometry->bias_offset),
      integer_epilogues::existing_channels(p.output_channels - task.first_output)};
  const __m512i depth = _mm512_set1_epi32(static_cast<std::int32_t>(convolution_depth(p)));
  const __m512i sums[kVectors] = {_mm512_sub_epi32(depth, q[0]), _mm512_sub_epi32(depth, q[1])};
  auto* output = static_cast<std::uint8_t*>(task.output) +
                 (pixel * p.output_channels + task.first_output) * Writer::kOutputBytes;
  integer_epilogues::write(Writer(constants), sums, integer_epilogues::AffineInMemory(constants), output);
}

// Writes one pooled output of the block.
inline void store(const Task& task, std::int64_t pixel, const __m512i* q) {
  const ConvolutionProblem& p = *task.problem;
  if (p.epilogue == ConvolutionEpilogue::threshold_b1) {
    const std::uint8_t* limits = task.block + task.geometry->limit_offset;
    const std::uint32_t low = mask_bits(_mm512_cmpge_epi32_mask(q[0], load(limits)));
    const std::uint32_t high = mask_bits(_mm512_cmpge_epi32_mask(q[1], load(limits + 64)));
    const std::uint32_t flip = load_word(task.block + task.geometry->flip_offset);
    auto* output = static_cast<std::uint32_t*>(task.output);
    output[pixel * ((p.output_channels + 31) / 32) + task.first_output / 32] = (low | high << 16) ^ flip;
    return;
  }
  if (p.epilogue == ConvolutionEpilogue::affine_f32) {
    store_numbers<integer_epilogues::FloatWriter>(task, pixel, q);
  } else {
    store_numbers<integer_epilogues::SumWriter>(task, pixel, q);
  }
}

// The windows below the positions, of the same pooling windows; the positions move down.
[[gnu::noinline]] void add_row_below(const Task& task, Position* positions, Sums& best) {
  for (int i = 0; i < kPositions; ++i)
    ++positions[i].row;
  Sums q;
  compute(task, positions, q);
  for (int i = 0; i < kPositions; ++i) {
    for (int v = 0; v < kVectors; ++v)
      best.at[i][v] = _mm512_min_epi32(best.at[i][v], q.at[i][v]);
  }
}

// Outputs of one column of windows, four at a time in the order of the image: the last of a row go with the
// first of the next.
void run_columns(const Task& task) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t last = std::int64_t{task.last_row} * p.output_width;
  Position next = {task.first_row, 0};
  for (std::int64_t pixel = std::int64_t{task.first_row} * p.output_width; pixel < last;
       pixel += kPositions) {
    Position outputs[kPositions];
    for (std::int32_t i = 0; i < kPositions; ++i) {
      outputs[i] = {next.row * p.pool_height, next.column};
      if (pixel + i + 1 >= last) continue;  // the last output fills up the last four
      next =
          next.column + 1 < p.output_width ? Position{next.row, next.column + 1} : Position{next.row + 1, 0};
    }
    Sums best;
    compute(task, outputs, best);
    for (std::int32_t dy = 1; dy < p.pool_height; ++dy)
      add_row_below(task, outputs, best);
    for (std::int64_t i = 0; i < kPositions && pixel + i < last; ++i)
      store(task, pixel + i, best.at[i]);
  }
}

// One output with a pooling window at least two columns wide, four positions at a time.
inline void run_window(const Task& task, std::int32_t row, std::int32_t column) {
  const ConvolutionProblem& p = *task.problem;
  const std::int32_t count = p.pool_height * p.pool_width;
  __m512i best[kVectors] = {_mm512_set1_epi32(INT32_MAX), _mm512_set1_epi32(INT32_MAX)};
  Position next = {row * p.pool_height, column * p.pool_width};
  const std::int32_t last_column = next.column + p.pool_width - 1;
  for (std::int32_t first = 0; first < count; first += kPositions) {
    Position positions[kPositions];
    for (std::int32_t i = 0; i < kPositions; ++i) {
      positions[i] = next;
      if (first + i + 1 >= count) continue;  // the last position fills up the last four
      next = next.column < last_column ? Position{next.row, next.column + 1}
                                       : Position{next.row + 1, last_column - p.pool_width + 1};
    }
    Sums q;
    compute(task, positions, q);
    for (int v = 0; v < kVectors; ++v) {
      const __m512i left = _mm512_min_epi32(q.at[0][v], q.at[1][v]);
      const __m512i right = _mm512_min_epi32(q.at[2][v], q.at[3][v]);
      best[v] = _mm512_min_epi32(best[v], _mm512_min_epi32(left, right));
    }
  }
  store(task, std::int64_t{row} * p.output_width + column, best);
}

void run(const ConvolutionCall& call, std::int64_t index) {
  const Task task = make_task(call, index);
  if (call.problem->pool_width == 1) return run_columns(task);
  for (std::int32_t row = task.first_row; row < task.last_row; ++row) {
    for (std::int32_t column = 0; column < call.problem->output_width; ++column)
      run_window(task, row, column);
  }
}

void fill_zero(std::uint32_t* words, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    words[i] = 0;
}

// One row of the bordered copy. Even words per pixel: (a, a ^ b) in place of every two words (a, b). Odd: (a,
// a ^ b) for every word a and its successor b, because a pair may begin at any word.
void prepare_row(const ConvolutionProblem& p, const Geometry& g, const std::uint32_t* input,
                 std::uint32_t* out) {
  const std::int64_t words = (p.input_channels + 31) / 32;
  const std::int64_t shown =
      g.bordered_width - p.pad_left < p.input_width ? g.bordered_width - p.pad_left : p.input_width;
  const std::int64_t count = shown > 0 ? shown * words : 0;
  const std::int64_t row_words = g.bordered_row_bytes / 4;
  const std::int64_t words_per_word = words % 2 == 0 ? 1 : 2;
  std::int64_t before = words_per_word * words * p.pad_left;
  before = before < row_words ? before : row_words;
  fill_zero(out, before);
  std::uint32_t* first = out + before;
  if (words % 2 == 0) {
    for (std::int64_t i = 0; i < count; i += 2) {
      first[i] = input[i];
      first[i + 1] = input[i] ^ input[i + 1];
    }
  } else if (count > 0) {
    if (before > 0) first[-1] = input[0];
    for (std::int64_t i = 0; i + 1 < count; ++i) {
      first[2 * i] = input[i];
      first[2 * i + 1] = input[i] ^ input[i + 1];
    }
    first[2 * count - 2] = first[2 * count - 1] = input[count - 1];
  }
  fill_zero(first + words_per_word * count, row_words - before - words_per_word * count);
}

void prepare(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const Geometry& g = *static_cast<const Geometry*>(call.packed);
  const std::int64_t tasks = word_pairs::prepare_tasks(p);
  const std::int64_t words = (p.input_channels + 31) / 32;
  for (std::int64_t row = g.bordered_height * task / tasks; row < g.bordered_height * (task + 1) / tasks;
       ++row) {
    auto* out = static_cast<std::uint32_t*>(call.scratch) + row * (g.bordered_row_bytes / 4);
    const std::int64_t y = row - p.pad_top;
    if (y < 0 || y >= p.input_height) {
      fill_zero(out, g.bordered_row_bytes / 4);
    } else {
      prepare_row(p, g, static_cast<const std::uint32_t*>(call.input) + y * p.input_width * words, out);
    }
  }
}

}  // namespace

extern const ConvolutionKernel convolution_b1_b1__avx512vpopcntdq_4x32 = {
    "convolution_b1_b1__avx512vpopcntdq_4x32",
    isa_feature::avx2 | isa_feature::avx512 | isa_feature::avx512vnni | isa_feature::avx512vpopcntdq,
    word_pairs::accepts,
    word_pairs::packed_bytes,
    word_pairs::pack,
    word_pairs::scratch_bytes,
    word_pairs::prepare_tasks,
    prepare,
    word_pairs::run_tasks,
    run};

}  // namespace bitplace
