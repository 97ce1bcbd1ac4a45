// s8 depthwise convolution, 3 x 3 taps, for Armv8.2-A with dot product: 16 channels along a row by SDOT.
//
//   accumulator = sum over taps of x * w, exactly, in s32
//
// The three pixels of a column under a row of windows are interleaved by ZIP, channel by channel, into quads
// of (upper, middle, lower, anything); 4 SDOT multiply the quads of 16 channels with a column of weights (w,
// w, w, 0). A column is interleaved once, by 8 ZIP, and serves every window that it lies under: 3 at
// stride 1. A position then takes 20 SIMD instructions, where SMULL, SMLAL and SADDW would take 38, and 26 to
// requantize.
//
// Registers: 12 weights, 2 x 4 accumulators, 4 quads, the rest for pixels and what is written.
//
// Packed, and scratch: s8_quads in kernels/common/neon_depthwise.h.
//
// Preconditions: 15 readable bytes behind the input. Exact wherever the accumulator fits.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_depthwise_run.h"
#include "kernels/depthwise_s8_s8/depthwise_s8_s8.h"

namespace bitplace {
namespace {

using neon::DepthwiseElements;
using Row = neon::DepthwiseRow<DepthwiseElements::s8_quads>;

constexpr std::int64_t kChannels = 16;
constexpr std::int64_t kSide = 3;

struct Quads {
  int8x16_t at[4];  // of 4 channels each
};

struct Accumulators {
  int32x4_t at[2][2];
};

// What a row of one block of channels needs.
struct RowBlock {
  Quads weights[kSide];
  const std::int32_t* start;
  const float* scale;
  const float* bias;
  std::int64_t channel, channels;  // the first, and how many there are
  std::int64_t pixel_elements;     // of the output
};

// kShift: pixels are u8 and become x - 128.
template <bool kShift>
inline int8x16_t load_pixel(PixelPointer from) {
  const uint8x16_t bytes = vld1q_u8(from);
  return vreinterpretq_s8_u8(kShift ? veorq_u8(bytes, vdupq_n_u8(0x80)) : bytes);
}

template <bool kShift>
inline Quads load_column(const PixelPointer* pixels, std::int64_t offset) {
  const int8x16_t upper = load_pixel<kShift>(pixels[0] + offset);
  const int8x16_t middle = load_pixel<kShift>(pixels[1] + offset);
  const int8x16_t lower = load_pixel<kShift>(pixels[2] + offset);
  const int16x8_t first[2] = {vreinterpretq_s16_s8(vzip1q_s8(upper, middle)),
                              vreinterpretq_s16_s8(vzip2q_s8(upper, middle))};
  const int16x8_t second[2] = {vreinterpretq_s16_s8(vzip1q_s8(lower, lower)),
                               vreinterpretq_s16_s8(vzip2q_s8(lower, lower))};
  return {{vreinterpretq_s8_s16(vzip1q_s16(first[0], second[0])),
           vreinterpretq_s8_s16(vzip2q_s16(first[0], second[0])),
           vreinterpretq_s8_s16(vzip1q_s16(first[1], second[1])),
           vreinterpretq_s8_s16(vzip2q_s16(first[1], second[1]))}};
}

inline void add_products(Accumulators& sums, const Quads& pixels, const Quads& weights) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < 4; ++v)
    sums.at[v / 2][v % 2] = vdotq_s32(sums.at[v / 2][v % 2], pixels.at[v], weights.at[v]);
}

inline void begin(Accumulators& sums, const std::int32_t* start, const Quads& pixels, const Quads& weights) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < 4; ++v)
    sums.at[v / 2][v % 2] = vdotq_s32(vld1q_s32(start + v * 4), pixels.at[v], weights.at[v]);
}

template <bool kWhole, typename Writer>
inline void write_position(const RowBlock& block, const Accumulators& sums, std::int64_t position,
                           Writer write) {
  const std::int64_t index = position * block.pixel_elements + block.channel;
  write(load_constants(block.scale, block.bias), sums.at[0], index, kWhole ? 8 : block.channels);
  if (kWhole || block.channels > 8)
    write(load_constants(block.scale + 8, block.bias + 8), sums.at[1], index + 8,
          kWhole ? 8 : block.channels - 8);
}

// Ends the window in `ending`, which has seen all columns before the next, writes it, and begins another
// there. At stride 1 the column also lies in the middle of the window in `other`; at stride 2 a column in the
// middle of `ending` comes first.
template <std::int64_t kStride, bool kShift, bool kWhole, typename Writer>
inline void step(const RowBlock& block, const PixelPointer*& column, Accumulators& ending,
                 Accumulators& other, std::int64_t position, Writer write) {
  if constexpr (kStride == 2) {
    add_products(ending, load_column<kShift>(column, block.channel), block.weights[1]);
    column += kSide;
  }
  const Quads pixels = load_column<kShift>(column, block.channel);
  column += kSide;
  add_products(ending, pixels, block.weights[2]);
  if constexpr (kStride == 1) add_products(other, pixels, block.weights[1]);
  write_position<kWhole>(block, ending, position, write);
  begin(kStride == 1 ? ending : other, block.start, pixels, block.weights[0]);
}

// One row of outputs, one block of channels. Two sets of accumulators take turns.
template <std::int64_t kStride, bool kShift, bool kWhole, typename Writer>
[[gnu::noinline]] void quads_row(const DepthwiseTask& t, const RowBlock& in_memory, std::int64_t position,
                                 Writer write) {
  const RowBlock block = in_memory;
  const PixelPointer* column = t.pointers;
  Accumulators even, odd;
  Quads pixels = load_column<kShift>(column, block.channel);
  column += kSide;
  begin(even, block.start, pixels, block.weights[0]);
  if constexpr (kStride == 1) {
    pixels = load_column<kShift>(column, block.channel);
    column += kSide;
    add_products(even, pixels, block.weights[1]);
    begin(odd, block.start, pixels, block.weights[0]);
  }
  const std::int64_t end = position + t.call->problem->output_width;
  for (; position + 2 <= end; position += 2) {
    step<kStride, kShift, kWhole>(block, column, even, odd, position, write);
    step<kStride, kShift, kWhole>(block, column, odd, even, position + 1, write);
  }
  if (position < end) step<kStride, kShift, kWhole>(block, column, even, odd, position, write);
}

inline RowBlock row_block(const DepthwiseTask& t, std::int64_t channel) {
  RowBlock block{};
  const auto* weights =
      reinterpret_cast<const std::int8_t*>(t.packed) + channel / kChannels * t.layout.block_bytes;
  for (std::int64_t kx = 0; kx < kSide; ++kx)
    for (std::int64_t v = 0; v < 4; ++v)
      block.weights[kx].at[v] = vld1q_s8(weights + (kx * 4 + v) * 16);
  block.start = reinterpret_cast<const std::int32_t*>(t.packed + t.layout.start_offset) + channel;
  block.scale = reinterpret_cast<const float*>(t.packed + t.layout.scale_offset) + channel;
  block.bias = reinterpret_cast<const float*>(t.packed + t.layout.bias_offset) + channel;
  block.channel = channel;
  block.channels = t.call->problem->output_channels - channel;
  block.pixel_elements = t.call->problem->output_channels;
  return block;
}

template <std::int64_t kStride, bool kShift, typename Writer>
inline void run_row(const DepthwiseTask& t, std::int64_t row, Writer write) {
  const std::int64_t position = row * t.call->problem->output_width;
  const std::int64_t channels = t.call->problem->output_channels;
  std::int64_t c = 0;
  for (; c + kChannels <= channels; c += kChannels)
    quads_row<kStride, kShift, true>(t, row_block(t, c), position, write);
  if (c < channels) quads_row<kStride, kShift, false>(t, row_block(t, c), position, write);
}

template <std::int64_t kStride>
inline void run_stride(const ConvolutionCall& call, std::int64_t task) {
  for_each_row(call, DepthwiseElements::s8_quads, task, [&](const DepthwiseTask& t, std::int64_t row) {
    with_writer(call, int32x4_t{}, [&](auto write) {
      if (t.layout.shift_bytes) {
        run_row<kStride, true>(t, row, write);
      } else {
        run_row<kStride, false>(t, row, write);
      }
    });
  });
}

void run(const ConvolutionCall& call, std::int64_t task) {
  if (call.problem->stride_width == 1) {
    run_stride<1>(call, task);
  } else {
    run_stride<2>(call, task);
  }
}

}  // namespace

extern const ConvolutionKernel depthwise_s8_s8__neondot_row16 = convolution_row<Row>(
    "depthwise_s8_s8__neondot_row16", isa_feature::neon | isa_feature::neondot, Row::prepare, run);

}  // namespace bitplace
