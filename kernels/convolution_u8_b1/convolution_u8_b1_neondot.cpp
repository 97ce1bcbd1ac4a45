// u8 x 1-bit convolution for Armv8.2-A with dot product: 4 positions x 16 outputs by UDOT.
//
//   accumulator = (sum of the window's pixels) - 2 * (sum of the pixels under negative weights)
//
// The weights are 0 and 1 (1: negative), so u8 x u8 products serve and no shift to s8 has to be corrected;
// padding is zero pixels. Windows are gathered into dense rows of `steps` 16-byte vectors.
//
// Packed, and scratch: negative_quads in convolution_u8_b1_neon_pack.h.
//
// Registers: 16 accumulators (32-bit lanes = outputs), 4 windows, 4 weights. UDOT by element takes its 4
// pixels from a lane, so nothing is broadcast.
//
// Inner loop, counted in g++ 12's assembly: 82 instructions per 1024 products, 64 of them UDOT: 0.080 per
// product. llvm-mca 14 for Neoverse N1, which it schedules as a Cortex-A57: 35.1 cycles (29 products
// per cycle), where two SIMD pipes allow 32. Not measured on a device.
//
// Preconditions: groups == 1; 15 readable bytes behind the input. Exact for 255 * depth < 2^31.
#include <arm_neon.h>

#include "kernels/common/neon_convolution.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1_neon_pack.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1::negative_quads;

constexpr int kVectors = kTileOutputs / 4;  // of 4 outputs

// The accumulators of 4 positions x 16 outputs.
struct Tile {
  uint32x4_t at[kPositions][kVectors];
};

// Adds the products of 4 pixels, quad `Quad` of each window vector.
template <int Quad>
inline void add_quad(const uint8x16_t (&window)[kPositions], const std::uint8_t* weights, Tile& tile) {
  for (int v = 0; v < kVectors; ++v) {
    const uint8x16_t weight = vld1q_u8(weights + (Quad * kVectors + v) * 16);
    for (int m = 0; m < kPositions; ++m)
      tile.at[m][v] = vdotq_laneq_u32(tile.at[m][v], weight, window[m], Quad);
  }
  // Keeps g++ 12 from copying accumulators to load all weights of the step first.
  for (int m = 0; m < kPositions; ++m)
    for (int v = 0; v < kVectors; ++v)
      __asm__ volatile("" : "+w"(tile.at[m][v]));
}

// Pixels under negative weights.
inline void sum_negative(const std::uint8_t* windows, std::int64_t stride, const std::uint8_t* weights,
                         std::int64_t steps, Tile& result) {
  const std::uint8_t* const w0 = windows;
  const std::uint8_t* const w1 = w0 + stride;
  const std::uint8_t* const w2 = w1 + stride;
  const std::uint8_t* const w3 = w2 + stride;
  Tile tile;
  for (int m = 0; m < kPositions; ++m)
    for (int v = 0; v < kVectors; ++v)
      tile.at[m][v] = vdupq_n_u32(0);
  for (std::int64_t i = 0; i < steps * kStepBytes; i += kStepBytes) {
    const uint8x16_t window[kPositions] = {vld1q_u8(w0 + i), vld1q_u8(w1 + i), vld1q_u8(w2 + i),
                                           vld1q_u8(w3 + i)};
    add_quad<0>(window, weights, tile);
    add_quad<1>(window, weights, tile);
    add_quad<2>(window, weights, tile);
    add_quad<3>(window, weights, tile);
    weights += kStepWeights;
  }
  result = tile;
}

int32x4_t window_sum(const std::uint8_t* window, std::int64_t steps) {
  uint32x4_t sum = vdupq_n_u32(0);
  for (std::int64_t i = 0; i < steps * kStepBytes; i += kStepBytes)
    sum = vdotq_u32(sum, vld1q_u8(window + i), vdupq_n_u8(1));
  return vreinterpretq_s32_u32(vdupq_n_u32(vaddvq_u32(sum)));
}

// Gathers the windows of up to 4 positions and adds up their pixels; what is left of the tile repeats the
// last.
void gather_windows(const ConvolutionCall& call, const Layout& layout, std::int64_t row, std::int64_t first,
                    std::uint8_t* windows, int32x4_t (&sums)[kPositions]) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t last = row_positions(p) - 1;
  for (int m = 0; m < kPositions; ++m, windows += layout.window_stride) {
    const Position position = position_at(p, row, first + m < last ? first + m : last);
    gather_window(p, static_cast<const std::uint8_t*>(call.input), p.input_channels, p.input_channels,
                  window_taps(p, position), windows);
    sums[m] = window_sum(windows, layout.steps);
  }
}

void block_sums(const Layout& layout, const std::uint8_t* windows, const std::uint8_t* weights,
                const int32x4_t (&totals)[kPositions], BlockSums (&sums)[kPositions]) {
  for (int half = 0; half < 2; ++half, weights += layout.steps * kStepWeights) {
    Tile tile;
    sum_negative(windows, layout.window_stride, weights, layout.steps, tile);
    for (int m = 0; m < kPositions; ++m) {
      for (int v = 0; v < kVectors; ++v) {
        const int32x4_t twice = vreinterpretq_s32_u32(vshlq_n_u32(tile.at[m][v], 1));
        sums[m].at[half * kVectors + v] = vsubq_s32(totals[m], twice);
      }
    }
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
  auto* windows = static_cast<std::uint8_t*>(call.scratch) + task * layout.task_scratch;

  const std::int64_t positions = row_positions(p);
  BlockSums best[kTaskBlocks];
  for (std::int64_t first = 0; first < positions; first += kPositions) {
    int32x4_t totals[kPositions];
    gather_windows(call, layout, row, first, windows, totals);
    for (std::int64_t block = 0; block < blocks; ++block) {
      const std::int64_t output = (first_block + block) * kBlockOutputs;
      BlockSums sums[kPositions];
      block_sums(layout, windows, packed + output * layout.steps * kStepBytes, totals, sums);
      for (int m = 0; m < kPositions && first + m < positions; ++m)
        pool_position(call, epilogue, row, first + m, first_block + block, sums[m], best[block]);
    }
  }
}

void prepare(const ConvolutionCall&, std::int64_t) {}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__neondot_4x16 = {"convolution_u8_b1__neondot_4x16",
                                                                  isa_feature::neon | isa_feature::neondot,
                                                                  accepts,
                                                                  packed_bytes,
                                                                  pack,
                                                                  scratch_bytes,
                                                                  prepare_tasks,
                                                                  prepare,
                                                                  run_tasks,
                                                                  run};

}  // namespace bitplace
