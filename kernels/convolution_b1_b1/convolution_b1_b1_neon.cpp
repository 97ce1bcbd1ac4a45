// 1 x 1-bit convolution for Armv8-A: 4 positions x 4 outputs, one CNT per 128 products.
//
//   accumulator = depth - 2 * popcount(window xor weights) - (zero padding: weights of the outside taps)
//
// Windows are gathered into dense rows of `steps` 16-byte vectors, bit 0 where a tap lies outside: that reads
// +1, which `one` padding wants; `zero` padding takes those taps back, position by position, with the sums of
// weights per tap.
//
// Packed: convolution_b1_b1_neon_pack.h.
//
// Registers: 16 byte accumulators, 4 windows, 4 weights, 8 left for products. A byte grows by at most 8 per
// step, so after 31 steps the accumulators are widened and summed across (4 x 8 instructions for 31 x 48),
// and any depth is exact. A product takes EOR, CNT and ADD, which every Armv8-A core can issue on both SIMD
// pipes (UADALP could not), and no broadcast or horizontal sum.
//
// Inner loop, counted in g++ 12's assembly: 59 instructions per 2048 products, 48 of them SIMD arithmetic
// and none a spill: 0.029 per product. llvm-mca 14 for Cortex-A72, which it schedules as a Cortex-A57: 24.1
// cycles, where two SIMD pipes allow 24 (85 products per cycle). Not measured on a device.
//
// Preconditions: groups == 1; 15 readable bytes behind the input.
#include <arm_neon.h>

#include "kernels/common/neon_convolution.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_neon_pack.h"

namespace bitplace {
namespace {

using namespace convolution_b1_b1::window_vectors;

constexpr std::int64_t kStepsInBytes = 255 / 8;

// Sums of 4 vectors of bytes, as the 4 lanes of the result.
inline uint32x4_t sum_across(const uint8x16_t (&bytes)[kOutputs]) {
  const uint16x8_t low = vpaddq_u16(vpaddlq_u8(bytes[0]), vpaddlq_u8(bytes[1]));
  const uint16x8_t high = vpaddq_u16(vpaddlq_u8(bytes[2]), vpaddlq_u8(bytes[3]));
  return vpaddlq_u16(vpaddq_u16(low, high));
}

struct Counts {
  uint32x4_t at[kPositions];  // lane = output
};

// Differing bits of 4 windows (`stride` bytes apart) and 4 rows of weights.
inline Counts count_differences(const std::uint8_t* windows, std::int64_t stride, const std::uint8_t* weights,
                                std::int64_t steps) {
  const std::uint8_t* const w0 = windows;
  const std::uint8_t* const w1 = w0 + stride;
  const std::uint8_t* const w2 = w1 + stride;
  const std::uint8_t* const w3 = w2 + stride;
  Counts counts;
  for (int m = 0; m < kPositions; ++m)
    counts.at[m] = vdupq_n_u32(0);
  const std::int64_t bytes = steps * kStepBytes;
  for (std::int64_t begin = 0; begin < bytes; begin += kStepsInBytes * kStepBytes) {
    const std::int64_t left = bytes - begin;
    const std::int64_t end = begin + (left < kStepsInBytes * kStepBytes ? left : kStepsInBytes * kStepBytes);
    uint8x16_t sums[kPositions][kOutputs];
    for (int m = 0; m < kPositions; ++m)
      for (int n = 0; n < kOutputs; ++n)
        sums[m][n] = vdupq_n_u8(0);
    for (std::int64_t i = begin; i < end; i += kStepBytes) {
      const uint8x16_t window[kPositions] = {vld1q_u8(w0 + i), vld1q_u8(w1 + i), vld1q_u8(w2 + i),
                                             vld1q_u8(w3 + i)};
      for (int n = 0; n < kOutputs; ++n) {
        const uint8x16_t weight = vld1q_u8(weights);
        for (int m = 0; m < kPositions; ++m)
          sums[m][n] = vaddq_u8(sums[m][n], vcntq_u8(veorq_u8(window[m], weight)));
        weights += kStepBytes;
        __asm__("" : "+r"(weights));  // keeps g++ 12 from loading all weights first, which spills a sum
      }
    }
    for (int m = 0; m < kPositions; ++m)
      counts.at[m] = vaddq_u32(counts.at[m], sum_across(sums[m]));
  }
  return counts;
}

// Takes the taps outside the input back out of the sums.
void remove_outside_taps(const ConvolutionProblem& p, const WindowTaps& taps, const std::int32_t* tap_sums,
                         BlockSums& sums) {
  const std::int64_t outputs = output_blocks(p) * kBlockOutputs;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    const bool row_inside = ky >= taps.rows.begin && ky < taps.rows.end;
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      if (row_inside && kx >= taps.columns.begin && kx < taps.columns.end) continue;
      const std::int32_t* outside = tap_sums + (ky * p.kernel_width + kx) * outputs;
      for (std::int64_t v = 0; v < kBlockVectors; ++v)
        sums.at[v] = vsubq_s32(sums.at[v], vld1q_s32(outside + v * 4));
    }
  }
}

// Accumulators of 4 gathered windows and one block of outputs, as if every tap lay inside.
void block_sums(const ConvolutionProblem& p, const Layout& layout, const std::uint8_t* windows,
                const std::uint8_t* weights, BlockSums (&sums)[kPositions]) {
  const std::int64_t stride = window_stride(layout.window_bytes);
  const int32x4_t depth = vdupq_n_s32(static_cast<std::int32_t>(convolution_depth(p)));
  for (std::int64_t v = 0; v < kBlockVectors; ++v, weights += kOutputs * layout.steps * kStepBytes) {
    const Counts counts = count_differences(windows, stride, weights, layout.steps);
    for (int m = 0; m < kPositions; ++m)
      sums[m].at[v] = vsubq_s32(depth, vreinterpretq_s32_u32(vshlq_n_u32(counts.at[m], 1)));
  }
}

// Gathers the windows of 4 positions; beyond the last one of the row, that one again.
void gather_windows(const ConvolutionCall& call, const Layout& layout, std::int64_t row, std::int64_t first,
                    std::uint8_t* windows, WindowTaps (&taps)[kPositions]) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t last = row_positions(p) - 1;
  for (int m = 0; m < kPositions; ++m) {
    taps[m] = window_taps(p, position_at(p, row, first + m < last ? first + m : last));
    gather_window(p, static_cast<const std::uint8_t*>(call.input), layout.pixel_bytes, layout.pixel_bytes,
                  taps[m], windows + m * window_stride(layout.window_bytes));
  }
}

void run(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const Layout layout = layout_of(p);
  const std::int64_t row = task % p.output_height;
  const std::int64_t first_block = task / p.output_height * kTaskBlocks;
  const std::int64_t blocks_left = output_blocks(p) - first_block;
  const std::int64_t blocks = blocks_left < kTaskBlocks ? blocks_left : kTaskBlocks;
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const EpilogueConstants epilogue = epilogue_constants(p, packed + layout.epilogue_offset);
  const auto* tap_sums = reinterpret_cast<const std::int32_t*>(packed + layout.tap_sums_offset);
  auto* windows = static_cast<std::uint8_t*>(call.scratch) + task * layout.task_scratch;

  const std::int64_t positions = row_positions(p);
  BlockSums best[kTaskBlocks];
  for (std::int64_t first = 0; first < positions; first += kPositions) {
    WindowTaps taps[kPositions];
    gather_windows(call, layout, row, first, windows, taps);
    for (std::int64_t b = 0; b < blocks; ++b) {
      const std::int64_t first_output = (first_block + b) * kBlockOutputs;
      BlockSums sums[kPositions];
      block_sums(p, layout, windows, packed + first_output * layout.steps * kStepBytes, sums);
      for (int m = 0; m < kPositions && first + m < positions; ++m) {
        if (layout.has_tap_sums) remove_outside_taps(p, taps[m], tap_sums + first_output, sums[m]);
        pool_position(call, epilogue, row, first + m, first_block + b, sums[m], best[b]);
      }
    }
  }
}

void prepare(const ConvolutionCall&, std::int64_t) {}

}  // namespace

extern const ConvolutionKernel convolution_b1_b1__neon_4x4 = {"convolution_b1_b1__neon_4x4",
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
