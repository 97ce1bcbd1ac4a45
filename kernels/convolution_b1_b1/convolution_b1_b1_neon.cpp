// 1 x 1-bit convolution for Armv8-A: 4 positions x 4 outputs, one CNT per 128 products.
//
//   accumulator = depth - 2 * popcount(window xor weights) - (zero padding: weights of the outside taps)
//
// Windows are gathered into dense rows of `steps` 16-byte vectors, bit 0 where a tap lies outside: that reads
// +1, which `one` padding wants; `zero` padding takes those taps back, position by position, with the sums of
// weights per tap.
//
// Packed:  weights    [output / 4][step][output % 4][16 bytes]   words in window order, then 0
//          thresholds s32 [blocks * 32], flips u32 [blocks]
//          tap sums   s32 [kernel_height * kernel_width][blocks * 32]   only for `zero` padding
//
// Registers: 16 byte accumulators, 4 windows, 4 weights, 8 left for products. A byte grows by at most 8 per
// step, so after 31 steps the accumulators are widened and summed across (4 x 8 instructions for 31 x 48),
// and any depth is exact. A product takes EOR, CNT and ADD, which every Armv8-A core can issue on both SIMD
// pipes (UADALP could not), and no broadcast or horizontal sum.
//
// Inner loop, counted in g++ 12's assembly: 58 instructions per 2048 products, 48 of them SIMD arithmetic
// and none a spill: 0.028 per product. llvm-mca 14 for Cortex-A72, which it schedules as a Cortex-A57: 24.1
// cycles, where two SIMD pipes allow 24 (85 products per cycle). Not measured on a device.
//
// Preconditions: groups == 1; 15 readable bytes behind the input.
#include <arm_neon.h>

#include "kernels/common/neon_convolution.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"

namespace bitplace {
namespace {

constexpr int kPositions = 4;
constexpr int kOutputs = 4;
constexpr std::int64_t kStepBytes = 16;
constexpr std::int64_t kStepsInBytes = 255 / 8;
constexpr std::int64_t kTaskBlocks = 2;  // 64 outputs: their weights stay in a first-level cache of 32 KiB

std::int64_t pixel_words(const ConvolutionProblem& p) {
  return (std::int64_t{p.input_channels} + 31) / 32;
}

std::int64_t window_bytes(const ConvolutionProblem& p) {
  return std::int64_t{4} * p.kernel_height * p.kernel_width * pixel_words(p);
}

std::int64_t window_steps(const ConvolutionProblem& p) {
  return (window_bytes(p) + kStepBytes - 1) / kStepBytes;
}

bool has_outside_zeros(const ConvolutionProblem& p) {
  const bool padded = p.pad_top > 0 || p.pad_left > 0 || p.pad_bottom > 0 || p.pad_right > 0;
  return padded && p.padding == ConvolutionPadding::zero;
}

// Where the parts of packed memory lie.
struct Offsets {
  std::int64_t epilogue, tap_sums, end;
};

Offsets offsets(const ConvolutionProblem& p) {
  const std::int64_t outputs = output_blocks(p) * kBlockOutputs;
  const std::int64_t taps = has_outside_zeros(p) ? std::int64_t{p.kernel_height} * p.kernel_width : 0;
  const std::int64_t epilogue = outputs * window_steps(p) * kStepBytes;
  const std::int64_t tap_sums = epilogue + epilogue_bytes(p);
  return {epilogue, tap_sums, tap_sums + taps * outputs * 4};
}

bool accepts(const ConvolutionProblem& p) {
  return p.groups == 1;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(offsets(p).end);
}

// `count` <= 32 bits of a dense bit row.
std::uint32_t extract_bits(const std::uint8_t* row, std::int64_t first, std::int64_t count) {
  std::uint64_t bits = 0;
  for (std::int64_t byte = first / 8; byte <= (first + count - 1) / 8; ++byte)
    bits |= std::uint64_t{row[byte]} << (8 * (byte - first / 8));
  return static_cast<std::uint32_t>((bits >> (first % 8)) & ((std::uint64_t{1} << count) - 1));
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Offsets at = offsets(p);
  auto* tap_sums = reinterpret_cast<std::int32_t*>(bytes + at.tap_sums);
  const std::int64_t row_bytes = (convolution_depth(p) + 7) / 8;
  const std::int64_t taps = std::int64_t{p.kernel_height} * p.kernel_width;
  const std::int64_t steps = window_steps(p);
  for (std::int64_t o = 0; o < p.output_channels; ++o) {
    const std::uint8_t* row = constants.weight_rows + o * row_bytes;
    std::int64_t word_index = 0;
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      std::int32_t negative = 0;
      for (std::int64_t c = 0; c < p.input_channels; c += 32, ++word_index) {
        const std::int64_t left = p.input_channels - c;
        const std::uint32_t word = extract_bits(row, tap * p.input_channels + c, left < 32 ? left : 32);
        negative += __builtin_popcount(word);
        const std::int64_t step = (o / kOutputs * steps + word_index / 4) * kOutputs + o % kOutputs;
        __builtin_memcpy(bytes + step * kStepBytes + word_index % 4 * 4, &word, 4);
      }
      if (has_outside_zeros(p))
        tap_sums[tap * output_blocks(p) * kBlockOutputs + o] = p.input_channels - 2 * negative;
    }
  }
  pack_epilogue(p, constants, bytes + at.epilogue);
}

std::int64_t output_chunks(const ConvolutionProblem& p) {
  return (output_blocks(p) + kTaskBlocks - 1) / kTaskBlocks;
}

// A task: one row of pooled outputs, up to 64 channels; neighbouring tasks share weights.
std::int64_t run_tasks(const ConvolutionProblem& p) {
  return output_chunks(p) * p.output_height;
}

std::size_t task_scratch(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(kPositions * window_stride(window_bytes(p)));
}

std::size_t scratch_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(run_tasks(p)) * task_scratch(p);
}

std::int64_t prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
void prepare(const ConvolutionCall&, std::int64_t) {}

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
        const uint8x16_t weight = vld1q_u8(weights + n * kStepBytes);
        for (int m = 0; m < kPositions; ++m)
          sums[m][n] = vaddq_u8(sums[m][n], vcntq_u8(veorq_u8(window[m], weight)));
      }
      weights += kOutputs * kStepBytes;
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
void block_sums(const ConvolutionProblem& p, const std::uint8_t* windows, const std::uint8_t* weights,
                BlockSums (&sums)[kPositions]) {
  const std::int64_t steps = window_steps(p);
  const int32x4_t depth = vdupq_n_s32(static_cast<std::int32_t>(convolution_depth(p)));
  for (std::int64_t v = 0; v < kBlockVectors; ++v, weights += kOutputs * steps * kStepBytes) {
    const Counts counts = count_differences(windows, window_stride(window_bytes(p)), weights, steps);
    for (int m = 0; m < kPositions; ++m)
      sums[m].at[v] = vsubq_s32(depth, vreinterpretq_s32_u32(vshlq_n_u32(counts.at[m], 1)));
  }
}

// Gathers the windows of 4 positions; beyond the last one of the row, that one again.
void gather_windows(const ConvolutionCall& call, std::int64_t row, std::int64_t first, std::int64_t positions,
                    std::uint8_t* windows, WindowTaps (&taps)[kPositions]) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t stride = window_stride(window_bytes(p));
  for (int m = 0; m < kPositions; ++m) {
    const std::int64_t index = first + m < positions ? first + m : positions - 1;
    taps[m] = window_taps(p, position_at(p, row, index));
    gather_window(p, static_cast<const std::uint8_t*>(call.input), 4 * pixel_words(p), taps[m],
                  windows + m * stride);
  }
}

void run(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t row = task % p.output_height;
  const std::int64_t first_block = task / p.output_height * kTaskBlocks;
  const std::int64_t blocks_left = output_blocks(p) - first_block;
  const std::int64_t blocks = blocks_left < kTaskBlocks ? blocks_left : kTaskBlocks;
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const EpilogueConstants epilogue = epilogue_constants(p, packed + offsets(p).epilogue);
  const auto* tap_sums = reinterpret_cast<const std::int32_t*>(packed + offsets(p).tap_sums);
  auto* windows = static_cast<std::uint8_t*>(call.scratch) + static_cast<std::size_t>(task) * task_scratch(p);

  const std::int64_t positions = row_positions(p);
  BlockSums best[kTaskBlocks];
  for (std::int64_t first = 0; first < positions; first += kPositions) {
    WindowTaps taps[kPositions];
    gather_windows(call, row, first, positions, windows, taps);
    for (std::int64_t b = 0; b < blocks; ++b) {
      const std::int64_t first_output = (first_block + b) * kBlockOutputs;
      BlockSums sums[kPositions];
      block_sums(p, windows, packed + first_output * window_steps(p) * kStepBytes, sums);
      for (int m = 0; m < kPositions && first + m < positions; ++m) {
        if (has_outside_zeros(p)) remove_outside_taps(p, taps[m], tap_sums + first_output, sums[m]);
        pool_position(call, epilogue, row, first + m, first_block + b, sums[m], best[b]);
      }
    }
  }
}

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
