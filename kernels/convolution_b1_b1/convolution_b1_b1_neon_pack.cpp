#include "kernels/convolution_b1_b1/convolution_b1_b1_neon_pack.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/common/neon_blocks.h"

namespace bitplace::convolution_b1_b1::window_vectors {
namespace {

bool has_outside_zeros(const ConvolutionProblem& p) {
  const bool padded = p.pad_top > 0 || p.pad_left > 0 || p.pad_bottom > 0 || p.pad_right > 0;
  return padded && p.padding == ConvolutionPadding::zero;
}

// `count` <= 32 bits of a dense bit row.
std::uint32_t extract_bits(const std::uint8_t* row, std::int64_t first, std::int64_t count) {
  std::uint64_t bits = 0;
  for (std::int64_t byte = first / 8; byte <= (first + count - 1) / 8; ++byte)
    bits |= std::uint64_t{row[byte]} << (8 * (byte - first / 8));
  return static_cast<std::uint32_t>((bits >> (first % 8)) & ((std::uint64_t{1} << count) - 1));
}

}  // namespace

Layout layout_of(const ConvolutionProblem& p) {
  const std::int64_t taps = std::int64_t{p.kernel_height} * p.kernel_width;
  const std::int64_t outputs = output_blocks(p) * kBlockOutputs;
  Layout layout{};
  layout.pixel_bytes = (std::int64_t{p.input_channels} + 31) / 32 * 4;
  layout.window_bytes = taps * layout.pixel_bytes;
  layout.steps = (layout.window_bytes + kStepBytes - 1) / kStepBytes;
  layout.task_scratch = kPositions * window_stride(layout.window_bytes);
  layout.has_tap_sums = has_outside_zeros(p);
  layout.epilogue_offset = outputs * layout.steps * kStepBytes;
  layout.tap_sums_offset = layout.epilogue_offset + epilogue_bytes(p);
  layout.packed_bytes = layout.tap_sums_offset + (layout.has_tap_sums ? taps * outputs * 4 : 0);
  return layout;
}

bool accepts(const ConvolutionProblem& p) {
  return p.groups == 1;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(layout_of(p).packed_bytes);
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Layout layout = layout_of(p);
  auto* tap_sums = reinterpret_cast<std::int32_t*>(bytes + layout.tap_sums_offset);
  const std::int64_t row_bytes = (convolution_depth(p) + 7) / 8;
  const std::int64_t taps = std::int64_t{p.kernel_height} * p.kernel_width;
  for (std::int64_t o = 0; o < p.output_channels; ++o) {
    const std::uint8_t* row = constants.weight_rows + o * row_bytes;
    std::int64_t word_index = 0;
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      std::int32_t negative = 0;
      for (std::int64_t c = 0; c < p.input_channels; c += 32, ++word_index) {
        const std::int64_t count = std::min<std::int64_t>(32, p.input_channels - c);
        const std::uint32_t word = extract_bits(row, tap * p.input_channels + c, count);
        negative += std::popcount(word);
        const std::int64_t step = (o / kOutputs * layout.steps + word_index / 4) * kOutputs + o % kOutputs;
        std::memcpy(bytes + step * kStepBytes + word_index % 4 * 4, &word, sizeof word);
      }
      if (layout.has_tap_sums)
        tap_sums[tap * output_blocks(p) * kBlockOutputs + o] = p.input_channels - 2 * negative;
    }
  }
  pack_epilogue(p, constants, bytes + layout.epilogue_offset);
}

std::size_t scratch_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(run_tasks(p) * layout_of(p).task_scratch);
}

std::int64_t prepare_tasks(const ConvolutionProblem&) {
  return 0;
}

std::int64_t run_tasks(const ConvolutionProblem& p) {
  return (output_blocks(p) + kTaskBlocks - 1) / kTaskBlocks * p.output_height;
}

}  // namespace bitplace::convolution_b1_b1::window_vectors
