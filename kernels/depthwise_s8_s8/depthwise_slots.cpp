#include "kernels/depthwise_s8_s8/depthwise_slots.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace bitplace::depthwise_slots {
namespace {

constexpr std::int64_t kTaskChunks = 8;
constexpr std::size_t kHeader = kAlignment;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// Which lane of a chunk holds a channel: vector * 8 + lane.
std::int64_t lane_of(std::int64_t channel) {
  return channel % 16 / 4 * 8 + channel / 16 * 4 + channel % 4;
}

void store_weight(std::int64_t slots, std::int32_t weight, std::uint8_t* to) {
  to[0] = static_cast<std::uint8_t>(weight & 0xff);
  if (slots == 2) to[1] = static_cast<std::uint8_t>(weight >> 8 & 0xff);
}

struct WeightSums {
  std::int64_t sum = 0, magnitudes = 0;
};

// One channel's weights; `lane` is its first byte in the chunk's weights.
WeightSums pack_channel(const ConvolutionProblem& p, const SlotLayout& layout, const std::uint8_t* row,
                        std::uint8_t* lane) {
  const std::int64_t slots = layout.form.slots;
  WeightSums sums;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const std::int32_t weight = static_cast<std::int8_t>(row[ky * p.kernel_width + kx]);
      sums.sum += weight;
      sums.magnitudes += std::abs(weight);
      for (std::int64_t r = 0; r < layout.rows; ++r) {
        const std::int64_t slot = ky + r;
        const std::int64_t tap = (slot / slots * p.kernel_width + kx) * layout.rows + r;
        store_weight(slots, weight, lane + tap * kChunkBytes + slot % slots * (4 / slots));
      }
    }
  }
  return sums;
}

bool stays_in_range(const ConvolutionProblem& p, std::int64_t magnitudes, float scale, float bias) {
  constexpr double kLimit = 2147483000.0;  // clear of 2^31 by more than the roundings
  const std::int64_t largest = std::max(std::abs(p.input_low), std::abs(p.input_high));
  return static_cast<double>(magnitudes * largest) * static_cast<double>(scale) +
             std::abs(static_cast<double>(bias)) <
         kLimit;
}

}  // namespace

SlotLayout slot_layout(const ConvolutionProblem& p, const SlotForm& form) {
  SlotLayout layout{};
  layout.form = form;
  const bool free_slot = p.kernel_height % form.slots != 0;
  layout.rows = free_slot && p.stride_height == 1 && p.dilation_height == 1 ? 2 : 1;
  layout.groups = divide_up(p.kernel_height, form.slots);
  layout.chunks = divide_up(p.input_channels, kChunkChannels);
  layout.weight_bytes = layout.groups * p.kernel_width * layout.rows * kChunkBytes;
  layout.chunk_bytes = layout.weight_bytes + 3 * kChunkBytes;
  return layout;
}

std::int64_t chunk_channel(const ConvolutionProblem& p, std::int64_t chunk) {
  const std::int64_t last = std::max<std::int64_t>(p.input_channels - kChunkChannels, 0);
  return std::min(chunk * kChunkChannels, last);
}

ChunkConstants chunk_constants(const SlotLayout& layout, const void* packed, std::int64_t chunk) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  const std::uint8_t* weights = bytes + kHeader + chunk * layout.chunk_bytes;
  const std::uint8_t* start = weights + layout.weight_bytes;
  return {*reinterpret_cast<const std::int32_t*>(bytes) != 0, weights,
          reinterpret_cast<const std::int32_t*>(start), reinterpret_cast<const float*>(start + kChunkBytes),
          reinterpret_cast<const float*>(start + 2 * kChunkBytes)};
}

std::size_t packed_bytes(const ConvolutionProblem& p, const SlotForm& form) {
  const SlotLayout layout = slot_layout(p, form);
  return kHeader + static_cast<std::size_t>(layout.chunks * layout.chunk_bytes);
}

void pack(const ConvolutionProblem& p, const SlotForm& form, const ConvolutionConstants& constants,
          void* packed) {
  const SlotLayout layout = slot_layout(p, form);
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const std::int64_t taps = std::int64_t{p.kernel_height} * p.kernel_width;
  bool clamp_first = false;
  for (std::int64_t chunk = 0; chunk < layout.chunks; ++chunk) {
    std::uint8_t* weights = bytes + kHeader + chunk * layout.chunk_bytes;
    auto* start = reinterpret_cast<std::int32_t*>(weights + layout.weight_bytes);
    auto* scale = reinterpret_cast<float*>(weights + layout.weight_bytes + kChunkBytes);
    auto* bias = reinterpret_cast<float*>(weights + layout.weight_bytes + 2 * kChunkBytes);
    const std::int64_t first = chunk_channel(p, chunk);
    const std::int64_t count = std::min<std::int64_t>(kChunkChannels, p.input_channels - first);
    for (std::int64_t c = 0; c < count; ++c) {
      const std::int64_t lane = lane_of(c);
      const WeightSums sums =
          pack_channel(p, layout, constants.weight_rows + (first + c) * taps, weights + lane * 4);
      start[lane] = static_cast<std::int32_t>(form.low * sums.sum);
      if (constants.scale == nullptr) continue;
      scale[lane] = constants.scale[first + c];
      bias[lane] = constants.bias[first + c];
      clamp_first |= !stays_in_range(p, sums.magnitudes, scale[lane], bias[lane]);
    }
  }
  *reinterpret_cast<std::int32_t*>(bytes) = clamp_first ? 1 : 0;
}

std::int64_t task_count(const ConvolutionProblem& p, const SlotForm& form) {
  const SlotLayout layout = slot_layout(p, form);
  return divide_up(p.output_height, layout.rows) * divide_up(layout.chunks, kTaskChunks);
}

SlotTask slot_task(const ConvolutionProblem& p, const SlotLayout& layout, std::int64_t task) {
  const std::int64_t parts = divide_up(layout.chunks, kTaskChunks);
  SlotTask t{};
  t.row = task / parts * layout.rows;
  t.rows = std::min(layout.rows, p.output_height - t.row);
  t.first_chunk = task % parts * kTaskChunks;
  t.chunks = std::min(kTaskChunks, layout.chunks - t.first_chunk);
  return t;
}

}  // namespace bitplace::depthwise_slots
