#include "kernels/common/neon_product.h"

#include <algorithm>
#include <cstring>

#include "kernels/common/neon_blocks.h"

namespace bitplace::neon {
namespace {

// Enough for the cores of such machines to share evenly; every task needs scratch of its own.
constexpr std::int64_t kMostTasks = 24;

std::int64_t divide_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

std::int64_t element_bytes(ProductWeights weights) {
  switch (weights) {
    case ProductWeights::f32:
      return 4;
    case ProductWeights::f16:
      return 2;
    case ProductWeights::s8:
    case ProductWeights::s4:
      break;
  }
  return 1;
}

bool is_integer(const ProductShape& shape) {
  return shape.weights == ProductWeights::s8 || shape.weights == ProductWeights::s4;
}

bool is_pixel(const ConvolutionProblem& p) {
  return p.kernel_height == 1 && p.kernel_width == 1 && p.pad_top == 0 && p.pad_left == 0 &&
         (p.output_height - 1) * std::int64_t{p.stride_height} < p.input_height &&
         (p.output_width - 1) * std::int64_t{p.stride_width} < p.input_width;
}

// Tasks get whole tiles of positions; few positions are shared by several tasks that take some outputs each.
void cut_into_tasks(const ConvolutionProblem& p, ProductLayout& layout) {
  layout.positions = std::int64_t{p.output_height} * p.output_width;
  const std::int64_t tiles = divide_up(layout.positions, kMostPositions);
  layout.task_positions = divide_up(tiles, std::min(tiles, kMostTasks)) * kMostPositions;
  layout.position_tasks = divide_up(layout.positions, layout.task_positions);
  const std::int64_t shares = std::clamp<std::int64_t>(kMostTasks / layout.position_tasks, 1, layout.blocks);
  layout.task_blocks = divide_up(layout.blocks, shares);
  layout.block_tasks = divide_up(layout.blocks, layout.task_blocks);
}

std::int32_t s4_weight(const std::uint8_t* row, std::int64_t index) {
  const int nibble = row[index / 2] >> (index % 2 * 4) & 15;
  return nibble < 8 ? nibble : nibble - 16;
}

// Copies weight `k` of a canonical row; integers are also returned, for their sum.
std::int32_t copy_weight(ProductWeights weights, const std::uint8_t* row, std::int64_t k, std::uint8_t* to) {
  if (weights == ProductWeights::s8 || weights == ProductWeights::s4) {
    const std::int32_t value =
        weights == ProductWeights::s8 ? static_cast<std::int8_t>(row[k]) : s4_weight(row, k);
    *to = static_cast<std::uint8_t>(value);
    return value;
  }
  const auto bytes = static_cast<std::size_t>(element_bytes(weights));
  std::memcpy(to, row + static_cast<std::size_t>(k) * bytes, bytes);
  return 0;
}

// Where output `channel` lies among the blocks: groups begin with a new block.
std::int64_t slot_of(const ConvolutionProblem& p, const ProductLayout& layout, std::int64_t channel) {
  const std::int64_t group_outputs = p.output_channels / p.groups;
  return channel / group_outputs * layout.group_blocks * kBlock + channel % group_outputs;
}

std::int64_t weight_index(const ProductShape& shape, std::int64_t padded_depth, std::int64_t slot,
                          std::int64_t k) {
  return (slot / shape.outputs * padded_depth + k / shape.unit * shape.unit) * shape.outputs +
         slot % shape.outputs * shape.unit + k % shape.unit;
}

void pack_product(const ConvolutionProblem& p, const ConvolutionConstants& constants,
                  const ProductShape& shape, std::uint8_t* packed) {
  const ProductLayout layout = product_layout(p, shape);
  const std::int64_t depth = convolution_depth(p);
  const std::int64_t bits = shape.weights == ProductWeights::s4 ? 4 : element_bytes(shape.weights) * 8;
  const std::int64_t row_bytes = divide_up(depth * bits, 8);
  auto* start = reinterpret_cast<std::int32_t*>(packed + layout.start_offset);
  auto* scale = reinterpret_cast<float*>(packed + layout.scale_offset);
  auto* bias = reinterpret_cast<float*>(packed + layout.bias_offset);
  for (std::int64_t o = 0; o < p.output_channels; ++o) {
    const std::uint8_t* row = constants.weight_rows + o * row_bytes;
    const std::int64_t slot = slot_of(p, layout, o);
    std::int32_t sum = 0;
    for (std::int64_t k = 0; k < depth; ++k) {
      const std::int64_t index = weight_index(shape, layout.steps * shape.step, slot, k);
      sum += copy_weight(shape.weights, row, k, packed + index * element_bytes(shape.weights));
    }
    start[slot] = layout.shift_bytes ? sum * 128 : 0;
    if (constants.scale != nullptr) scale[slot] = constants.scale[o];
    if (constants.bias != nullptr) bias[slot] = constants.bias[o];
  }
}

}  // namespace

ProductLayout product_layout(const ConvolutionProblem& p, const ProductShape& shape) {
  ProductLayout layout{};
  const std::int64_t depth = convolution_depth(p);
  const std::int64_t input_bytes = element_bytes(shape.weights);
  layout.steps = divide_up(depth, shape.step);
  layout.pixel_bytes = p.input_channels / p.groups * input_bytes;
  layout.input_stride = p.input_channels * input_bytes;
  layout.window_stride = window_stride(depth * (shape.windows_widened ? 4 : input_bytes));
  layout.staging_bytes = shape.windows_widened ? window_stride(depth * input_bytes) : 0;
  layout.group_blocks = divide_up(p.output_channels / p.groups, kBlock);
  layout.blocks = layout.group_blocks * p.groups;
  layout.block_bytes = layout.steps * shape.step * kBlock * element_bytes(shape.weights);
  layout.start_offset = layout.blocks * layout.block_bytes;
  layout.scale_offset = layout.start_offset + layout.blocks * kBlock * 4;
  layout.bias_offset = layout.scale_offset + layout.blocks * kBlock * 4;
  layout.bytes = layout.bias_offset + layout.blocks * kBlock * 4;
  layout.shift_bytes = is_integer(shape) && shape.signed_bytes && p.input_low >= 0 && p.input_high > 127;
  // Steps read past a pixel's end: what lies there must be finite, or no step may.
  const bool steps_fit = is_integer(shape) || depth % shape.step == 0;
  layout.direct = is_pixel(p) && steps_fit && !layout.shift_bytes && !shape.windows_widened;
  cut_into_tasks(p, layout);
  const std::int64_t windows = shape.windows_woven ? 2 : kMostPositions;
  layout.windows_bytes = layout.direct ? 0 : windows * layout.window_stride;
  layout.woven_bytes = shape.windows_woven ? kMostPositions * layout.window_stride : 0;
  layout.task_scratch = layout.windows_bytes + layout.woven_bytes + layout.staging_bytes;
  return layout;
}

template <ProductShape kShape>
bool ProductRow<kShape>::accepts(const ConvolutionProblem&) {
  return true;
}
template <ProductShape kShape>
std::size_t ProductRow<kShape>::packed_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(product_layout(p, kShape).bytes);
}
template <ProductShape kShape>
void ProductRow<kShape>::pack(const ConvolutionProblem& p, const ConvolutionConstants& constants,
                              void* packed) {
  pack_product(p, constants, kShape, static_cast<std::uint8_t*>(packed));
}
template <ProductShape kShape>
std::size_t ProductRow<kShape>::scratch_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(run_tasks(p) * product_layout(p, kShape).task_scratch);
}
template <ProductShape kShape>
std::int64_t ProductRow<kShape>::prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
template <ProductShape kShape>
void ProductRow<kShape>::prepare(const ConvolutionCall&, std::int64_t) {}
template <ProductShape kShape>
std::int64_t ProductRow<kShape>::run_tasks(const ConvolutionProblem& p) {
  const ProductLayout layout = product_layout(p, kShape);
  return layout.position_tasks * layout.block_tasks;
}

template struct ProductRow<kRowsS8>;
template struct ProductRow<kRowsS4>;
template struct ProductRow<kQuadsS8>;
template struct ProductRow<kQuadsS4>;
template struct ProductRow<kOctetsS8>;
template struct ProductRow<kOctetsS4>;
template struct ProductRow<kSinglesF32>;
template struct ProductRow<kSinglesF16>;
template struct ProductRow<kWidenedF16>;

}  // namespace bitplace::neon
