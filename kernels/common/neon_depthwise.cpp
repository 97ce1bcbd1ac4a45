#include "kernels/common/neon_depthwise.h"

#include <algorithm>
#include <cstring>

#include "kernels/common/half.h"

namespace bitplace::neon {
namespace {

// Enough for the cores of such machines to share evenly; every task needs a list of pointers.
constexpr std::int64_t kMostTasks = 24;

std::int64_t divide_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

// Of a dot product, and of the windows that it serves.
constexpr std::int64_t kQuad = 4;
constexpr std::int64_t kQuadSide = 3;

bool is_integer(DepthwiseElements elements) {
  return elements == DepthwiseElements::s8 || elements == DepthwiseElements::s8_quads;
}

struct ElementBytes {
  std::int64_t input, canonical_weight, packed_weight;
};

ElementBytes element_bytes(DepthwiseElements elements) {
  switch (elements) {
    case DepthwiseElements::f32:
      return {4, 4, 4};
    case DepthwiseElements::f16:
      return {2, 2, 2};
    case DepthwiseElements::f16_widened:
      return {2, 2, 4};
    case DepthwiseElements::s8:
    case DepthwiseElements::s8_quads:
      break;
  }
  return {1, 1, 1};
}

// Copies one weight; an integer is also returned, for the sum.
std::int32_t copy_weight(DepthwiseElements elements, const std::uint8_t* from, std::uint8_t* to) {
  if (elements == DepthwiseElements::f16_widened) {
    std::uint16_t half = 0;
    std::memcpy(&half, from, sizeof(half));
    const float value = half_to_float(half);
    std::memcpy(to, &value, sizeof(value));
    return 0;
  }
  std::memcpy(to, from, static_cast<std::size_t>(element_bytes(elements).packed_weight));
  return is_integer(elements) ? static_cast<std::int8_t>(*from) : 0;
}

// Where the weight of channel c and tap t lies.
std::int64_t weight_index(const DepthwiseLayout& layout, DepthwiseElements elements, std::int64_t c,
                          std::int64_t t) {
  const std::int64_t channels = layout.block_channels;
  if (elements == DepthwiseElements::s8_quads)
    return ((c / channels * kQuadSide + t / kQuadSide) * channels + c % channels) * kQuad + t % kQuadSide;
  return (c / channels * layout.taps + t) * channels + c % channels;
}

void pack_depthwise(const ConvolutionProblem& p, const ConvolutionConstants& constants,
                    DepthwiseElements elements, std::uint8_t* packed) {
  const DepthwiseLayout layout = depthwise_layout(p, elements);
  const ElementBytes size = element_bytes(elements);
  auto* start = reinterpret_cast<std::int32_t*>(packed + layout.start_offset);
  auto* scale = reinterpret_cast<float*>(packed + layout.scale_offset);
  auto* bias = reinterpret_cast<float*>(packed + layout.bias_offset);
  for (std::int64_t c = 0; c < p.output_channels; ++c) {
    std::int32_t sum = 0;
    for (std::int64_t t = 0; t < layout.taps; ++t) {
      const std::int64_t canonical = t % p.kernel_height * p.kernel_width + t / p.kernel_height;
      const std::int64_t index = weight_index(layout, elements, c, t);
      sum +=
          copy_weight(elements, constants.weight_rows + (c * layout.taps + canonical) * size.canonical_weight,
                      packed + index * size.packed_weight);
    }
    start[c] = layout.shift_bytes ? sum * 128 : 0;
    if (constants.scale != nullptr) scale[c] = constants.scale[c];
    if (constants.bias != nullptr) bias[c] = constants.bias[c];
  }
}

}  // namespace

DepthwiseLayout depthwise_layout(const ConvolutionProblem& p, DepthwiseElements elements) {
  DepthwiseLayout layout{};
  const ElementBytes size = element_bytes(elements);
  layout.taps = std::int64_t{p.kernel_height} * p.kernel_width;
  layout.block_channels = is_integer(elements) ? 16 : 8;
  layout.blocks = divide_up(p.output_channels, layout.block_channels);
  layout.pixel_bytes = p.input_channels * size.input;
  const std::int64_t block_taps = elements == DepthwiseElements::s8_quads ? kQuad * kQuadSide : layout.taps;
  layout.block_bytes = block_taps * layout.block_channels * size.packed_weight;
  const std::int64_t constants_bytes = layout.blocks * layout.block_channels * 4;
  layout.start_offset = layout.blocks * layout.block_bytes;
  layout.scale_offset = layout.start_offset + constants_bytes;
  layout.bias_offset = layout.scale_offset + constants_bytes;
  layout.zeros_offset = layout.bias_offset + constants_bytes;
  layout.bytes = layout.zeros_offset + layout.blocks * layout.block_channels * size.input;
  if (p.dilation_width == 1) {
    layout.pointer_step = std::int64_t{p.stride_width} * p.kernel_height;
    layout.pointers = (p.output_width - 1) * layout.pointer_step + layout.taps;
  } else {
    layout.pointer_step = layout.taps;
    layout.pointers = p.output_width * layout.taps;
  }
  layout.task_rows = divide_up(p.output_height, std::min<std::int64_t>(p.output_height, kMostTasks));
  layout.tasks = divide_up(p.output_height, layout.task_rows);
  layout.shift_bytes = is_integer(elements) && p.input_low >= 0 && p.input_high > 127;
  return layout;
}

template <DepthwiseElements kElements>
bool DepthwiseRow<kElements>::accepts([[maybe_unused]] const ConvolutionProblem& p) {
  if constexpr (kElements == DepthwiseElements::s8_quads)
    return p.kernel_height == kQuadSide && p.kernel_width == kQuadSide && p.dilation_width == 1 &&
           p.stride_width <= 2;
  return true;
}
template <DepthwiseElements kElements>
std::size_t DepthwiseRow<kElements>::packed_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(depthwise_layout(p, kElements).bytes);
}
template <DepthwiseElements kElements>
void DepthwiseRow<kElements>::pack(const ConvolutionProblem& p, const ConvolutionConstants& constants,
                                   void* packed) {
  pack_depthwise(p, constants, kElements, static_cast<std::uint8_t*>(packed));
}
template <DepthwiseElements kElements>
std::size_t DepthwiseRow<kElements>::scratch_bytes(const ConvolutionProblem& p) {
  const DepthwiseLayout layout = depthwise_layout(p, kElements);
  return static_cast<std::size_t>(layout.tasks * layout.pointers) * sizeof(void*);
}
template <DepthwiseElements kElements>
std::int64_t DepthwiseRow<kElements>::prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
template <DepthwiseElements kElements>
void DepthwiseRow<kElements>::prepare(const ConvolutionCall&, std::int64_t) {}
template <DepthwiseElements kElements>
std::int64_t DepthwiseRow<kElements>::run_tasks(const ConvolutionProblem& p) {
  return depthwise_layout(p, kElements).tasks;
}

template struct DepthwiseRow<DepthwiseElements::s8>;
template struct DepthwiseRow<DepthwiseElements::s8_quads>;
template struct DepthwiseRow<DepthwiseElements::f32>;
template struct DepthwiseRow<DepthwiseElements::f16>;
template struct DepthwiseRow<DepthwiseElements::f16_widened>;

}  // namespace bitplace::neon
