// u8 x 1-bit convolution for Armv8-A: tables of subset sums, 2 positions x 32 outputs by TBL.
//
//   accumulator = (sum of the window's pixels) - 2 * (sum of the pixels under negative weights)
//
// A gathered window is cut into groups of 4 pixels. The 16 sums of a group's subsets make one table, and 4
// weights of an output (1: negative) are the index into it, so one lookup stands for 4 products. A sum is at
// most 1020: its low 5 bits and the rest, both at most 31, are tables of bytes of their own, and bytes hold 8
// such values (248). Widening calculates low + 32 * high in 16 bits, where 64 groups fit (65280), and those
// go to 32 bits: exact for 255 * depth < 2^31. Padding is zero pixels.
//
// Packed, and scratch: subset_indices in convolution_u8_b1_neon_pack.h.
//
// Registers: 8 byte and 8 halfword accumulators, 2 indices, 4 tables, the rest for products.
//
// Inner loop with widening, counted in g++ 12's assembly: 207 instructions per 2048 products, 137 of them
// SIMD arithmetic: 0.101 per product, where UMLAL, or AND with UADALP, would take 0.125 in SIMD arithmetic
// alone and all of UMLAL on one pipe. A table costs 13.5 instructions per group and position, once for all
// outputs: at 96 outputs 0.035 per product. Two SIMD pipes that run a 16-byte TBL as one operation need 69
// cycles per 2048 products; llvm-mca 14's Cortex-A57 splits it into three and needs 133, which AND with
// UADALP would about reach too. Not measured on a device.
//
// Preconditions: groups == 1; 15 readable bytes behind the input.
#include <arm_neon.h>

#include "kernels/common/neon_convolution.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1_neon_pack.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1::subset_indices;

constexpr int kHalves = 2;  // of a block: 16 outputs each
constexpr int kLowBits = 5;
constexpr std::int64_t kGroupsInBytes = 8;
constexpr std::int64_t kGroupsInHalfwords = 64;

// Which subsets (index 0 to 7) hold pixel 0, 1 and 2; pixel 3 makes the difference to subsets 8 to 15.
struct Subsets {
  uint16x8_t of_pixel[3];
};

inline Subsets subsets() {
  static constexpr std::uint16_t kOfPixel[3][8] = {
      {0, 1, 0, 1, 0, 1, 0, 1}, {0, 0, 1, 1, 0, 0, 1, 1}, {0, 0, 0, 0, 1, 1, 1, 1}};
  Subsets of = {{vld1q_u16(kOfPixel[0]), vld1q_u16(kOfPixel[1]), vld1q_u16(kOfPixel[2])}};
  // g++ 12 would turn the products by 0 and 1 into a DUP and an AND each.
  __asm__("" : "+w"(of.of_pixel[0]), "+w"(of.of_pixel[1]), "+w"(of.of_pixel[2]));
  return of;
}

// The table of the group in lanes [First, First + 4).
template <int First>
inline void write_table(const Subsets& of, uint16x8_t pixels, std::uint8_t* table) {
  uint16x8_t without = vmulq_laneq_u16(of.of_pixel[0], pixels, First);
  without = vmlaq_laneq_u16(without, of.of_pixel[1], pixels, First + 1);
  without = vmlaq_laneq_u16(without, of.of_pixel[2], pixels, First + 2);
  const uint16x8_t with = vaddq_u16(without, vdupq_laneq_u16(pixels, First + 3));
  const uint8x16_t bytes = vuzp1q_u8(vreinterpretq_u8_u16(without), vreinterpretq_u8_u16(with));
  vst1q_u8(table, vandq_u8(bytes, vdupq_n_u8((1 << kLowBits) - 1)));
  vst1q_u8(table + 16, vshrn_high_n_u16(vshrn_n_u16(without, kLowBits), with, kLowBits));
}

// Tables of one window, and the sum of its pixels.
std::int32_t make_tables(const std::uint8_t* window, std::int64_t depth, std::uint8_t* tables) {
  const Subsets of = subsets();
  uint32x4_t sum = vdupq_n_u32(0);
  for (std::int64_t i = 0; i < depth; i += 8, tables += 2 * kTableBytes) {
    const uint16x8_t pixels = vmovl_u8(vld1_u8(window + i));
    sum = vpadalq_u16(sum, pixels);
    write_table<0>(of, pixels, tables);
    write_table<4>(of, pixels, tables + kTableBytes);
  }
  return static_cast<std::int32_t>(vaddvq_u32(sum));
}

// What a position's lookups add up to, as bytes.
struct ByteSums {
  uint8x16_t low[kHalves], high[kHalves];
};

inline ByteSums look_up(const std::uint8_t* table, const uint8x16_t (&index)[kHalves]) {
  const uint8x16_t low = vld1q_u8(table);
  const uint8x16_t high = vld1q_u8(table + 16);
  return {{vqtbl1q_u8(low, index[0]), vqtbl1q_u8(low, index[1])},
          {vqtbl1q_u8(high, index[0]), vqtbl1q_u8(high, index[1])}};
}

inline void add(ByteSums& sums, const ByteSums& more) {
  for (int h = 0; h < kHalves; ++h) {
    sums.low[h] = vaddq_u8(sums.low[h], more.low[h]);
    sums.high[h] = vaddq_u8(sums.high[h], more.high[h]);
  }
}

// The same as 16-bit values: at[h][0] outputs 0 to 7 of a half, at[h][1] outputs 8 to 15.
struct HalfwordSums {
  uint16x8_t at[kHalves][2];
};

inline void widen(HalfwordSums& sums, const ByteSums& bytes) {
  const uint8x16_t weight = vdupq_n_u8(1 << kLowBits);
  for (int h = 0; h < kHalves; ++h) {
    sums.at[h][0] = vaddw_u8(sums.at[h][0], vget_low_u8(bytes.low[h]));
    sums.at[h][1] = vaddw_high_u8(sums.at[h][1], bytes.low[h]);
    sums.at[h][0] = vmlal_u8(sums.at[h][0], vget_low_u8(bytes.high[h]), vget_low_u8(weight));
    sums.at[h][1] = vmlal_high_u8(sums.at[h][1], bytes.high[h], weight);
  }
}

// Adds up to kGroupsInHalfwords groups to `sums`, which starts at 0. The second position's tables lie
// `second` bytes behind the first one's.
inline void look_up_groups(const std::uint8_t* tables, std::int64_t second, const std::uint8_t* indices,
                           std::int64_t groups, HalfwordSums (&sums)[kPositions]) {
  for (std::int64_t begin = 0; begin < groups; begin += kGroupsInBytes) {
    const std::int64_t left = groups - begin;
    const std::int64_t now = left < kGroupsInBytes ? left : kGroupsInBytes;
    ByteSums bytes[kPositions];
    for (std::int64_t g = 0; g < now; ++g, indices += kBlockOutputs, tables += kTableBytes) {
      const uint8x16_t index[kHalves] = {vld1q_u8(indices), vld1q_u8(indices + 16)};
      const ByteSums found[kPositions] = {look_up(tables, index), look_up(tables + second, index)};
      for (int m = 0; m < kPositions; ++m) {
        if (g == 0) {
          bytes[m] = found[m];
        } else {
          add(bytes[m], found[m]);
        }
      }
    }
    for (int m = 0; m < kPositions; ++m)
      widen(sums[m], bytes[m]);
  }
}

// Takes twice the halfword sums from the accumulators.
inline void subtract_twice(BlockSums& sums, const HalfwordSums& halfwords) {
  for (int i = 0; i < 4; ++i) {
    const uint16x8_t values = halfwords.at[i / 2][i % 2];
    const uint32x4_t low = vshll_n_u16(vget_low_u16(values), 1);
    const uint32x4_t high = vshll_high_n_u16(values, 1);
    sums.at[2 * i] = vsubq_s32(sums.at[2 * i], vreinterpretq_s32_u32(low));
    sums.at[2 * i + 1] = vsubq_s32(sums.at[2 * i + 1], vreinterpretq_s32_u32(high));
  }
}

void block_sums(const Layout& layout, const std::uint8_t* tables, const std::uint8_t* indices,
                const std::int32_t (&totals)[kPositions], BlockSums (&sums)[kPositions]) {
  for (int m = 0; m < kPositions; ++m)
    for (std::int64_t v = 0; v < kBlockVectors; ++v)
      sums[m].at[v] = vdupq_n_s32(totals[m]);
  for (std::int64_t begin = 0; begin < layout.groups; begin += kGroupsInHalfwords) {
    const std::int64_t left = layout.groups - begin;
    HalfwordSums halfwords[kPositions];
    for (int m = 0; m < kPositions; ++m)
      for (int i = 0; i < 4; ++i)
        halfwords[m].at[i / 2][i % 2] = vdupq_n_u16(0);
    look_up_groups(tables + begin * kTableBytes, layout.position_tables_bytes,
                   indices + begin * kBlockOutputs, left < kGroupsInHalfwords ? left : kGroupsInHalfwords,
                   halfwords);
    for (int m = 0; m < kPositions; ++m)
      subtract_twice(sums[m], halfwords[m]);
  }
}

void run(const ConvolutionCall& call, std::int64_t row) {
  const ConvolutionProblem& p = *call.problem;
  const Layout layout = layout_of(p);
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const EpilogueConstants epilogue = epilogue_constants(p, packed + layout.epilogue_offset);
  auto* best =
      reinterpret_cast<BlockSums*>(static_cast<std::uint8_t*>(call.scratch) + row * layout.task_scratch);
  auto* const window = reinterpret_cast<std::uint8_t*>(best + output_blocks(p));
  std::uint8_t* const tables = window + window_stride(convolution_depth(p));

  const std::int64_t positions = row_positions(p);
  for (std::int64_t first = 0; first < positions; first += kPositions) {
    std::int32_t totals[kPositions];
    for (int m = 0; m < kPositions; ++m) {
      const std::int64_t index = first + m < positions ? first + m : positions - 1;
      gather_window(p, static_cast<const std::uint8_t*>(call.input), p.input_channels, p.input_channels,
                    window_taps(p, position_at(p, row, index)), window);
      totals[m] = make_tables(window, convolution_depth(p), tables + m * layout.position_tables_bytes);
    }
    for (std::int64_t block = 0; block < output_blocks(p); ++block) {
      BlockSums sums[kPositions];
      block_sums(layout, tables, packed + block * kBlockOutputs * layout.groups, totals, sums);
      for (int m = 0; m < kPositions && first + m < positions; ++m)
        pool_position(call, epilogue, row, first + m, block, sums[m], best[block]);
    }
  }
}

void prepare(const ConvolutionCall&, std::int64_t) {}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__neon_2x32 = {"convolution_u8_b1__neon_2x32",
                                                               isa_feature::neon,
                                                               accepts,
                                                               packed_bytes,
                                                               pack,
                                                               scratch_bytes,
                                                               prepare_tasks,
                                                               prepare,
                                                               run_tasks,
                                                               run};

}  // namespace bitplace
