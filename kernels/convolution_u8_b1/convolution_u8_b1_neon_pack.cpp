#include "kernels/convolution_u8_b1/convolution_u8_b1_neon_pack.h"

#include "kernels/common/neon_blocks.h"

namespace bitplace::convolution_u8_b1 {

namespace subset_indices {

Layout layout_of(const ConvolutionProblem& p) {
  const std::int64_t depth = convolution_depth(p);
  Layout layout{};
  layout.groups = (depth + kGroupPixels - 1) / kGroupPixels;
  layout.epilogue_offset = output_blocks(p) * kBlockOutputs * layout.groups;
  layout.best_bytes = output_blocks(p) * kBlockOutputs * 4;
  layout.position_tables_bytes = round_up(depth, kCopyBytes) / kGroupPixels * kTableBytes;
  layout.task_scratch = layout.best_bytes + window_stride(depth) + kPositions * layout.position_tables_bytes;
  return layout;
}

bool accepts(const ConvolutionProblem& p) {
  return p.groups == 1;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(layout_of(p).epilogue_offset + epilogue_bytes(p));
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Layout layout = layout_of(p);
  const std::int64_t row_bytes = (convolution_depth(p) + 7) / 8;
  for (std::int64_t o = 0; o < p.output_channels; ++o) {
    const std::uint8_t* row = constants.weight_rows + o * row_bytes;
    std::uint8_t* indices = bytes + o / kBlockOutputs * kBlockOutputs * layout.groups + o % kBlockOutputs;
    // Four weights are half a byte of the row; bits beyond its depth are 0.
    for (std::int64_t g = 0; g < layout.groups; ++g)
      indices[g * kBlockOutputs] = static_cast<std::uint8_t>(row[g / 2] >> (g % 2 * 4) & 15);
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
  return p.output_height;
}

}  // namespace subset_indices

namespace negative_quads {

Layout layout_of(const ConvolutionProblem& p) {
  const std::int64_t depth = convolution_depth(p);
  Layout layout{};
  layout.steps = (depth + kStepBytes - 1) / kStepBytes;
  layout.epilogue_offset = output_blocks(p) * kBlockOutputs * layout.steps * kStepBytes;
  layout.window_stride = bitplace::window_stride(depth);
  layout.task_scratch = kPositions * layout.window_stride;
  return layout;
}

bool accepts(const ConvolutionProblem& p) {
  return p.groups == 1;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(layout_of(p).epilogue_offset + epilogue_bytes(p));
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Layout layout = layout_of(p);
  const std::int64_t depth = convolution_depth(p);
  const std::int64_t row_bytes = (depth + 7) / 8;
  for (std::int64_t o = 0; o < p.output_channels; ++o) {
    const std::uint8_t* row = constants.weight_rows + o * row_bytes;
    std::uint8_t* tile = bytes + o / kTileOutputs * layout.steps * kStepWeights + o % kTileOutputs * 4;
    for (std::int64_t k = 0; k < depth; ++k)
      tile[k / 4 * 4 * kTileOutputs + k % 4] = static_cast<std::uint8_t>(row[k / 8] >> (k % 8) & 1);
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

}  // namespace negative_quads

}  // namespace bitplace::convolution_u8_b1
