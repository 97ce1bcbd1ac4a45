#include "kernels/convolution_s8_s8/winograd_plan.h"

#include <algorithm>
#include <cstdlib>

#include "kernels/convolution_s8_s8/quad_plan.h"

namespace bitplace::winograd {
namespace {

constexpr std::int64_t kMostPackedBytes = std::int64_t{5} << 20;
constexpr std::int64_t kFewPackedBytes = std::int64_t{2} << 20;
constexpr std::int64_t kMostTasks = 8;
constexpr std::int64_t kFewestPartBlocks = 8;  // each part of the channels transforms the input again

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::size_t up_to_alignment(std::int64_t bytes) {
  return (static_cast<std::size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
}

std::int64_t largest_input(const ConvolutionProblem& p) {
  return std::max<std::int64_t>({1, std::abs(p.input_low), std::abs(p.input_high)});
}

std::int64_t tile_bytes(const ConvolutionProblem& p) {
  return kElements * p.input_channels * 2;
}

std::int64_t padded_channels(const ConvolutionProblem& p) {
  return divide_up(p.output_channels, kBlockChannels) * kBlockChannels;
}

std::int64_t weight_bytes(const ConvolutionProblem& p) {
  return kElements * 2 * p.input_channels * padded_channels(p);
}

struct Places {
  std::size_t scale, bias, weights, end;
};

Places places_of(const ConvolutionProblem& p) {
  Places places{};
  places.scale = kAlignment;
  places.bias = places.scale + up_to_alignment(4 * padded_channels(p));
  places.weights = places.bias + up_to_alignment(4 * padded_channels(p));
  places.end = places.weights + up_to_alignment(weight_bytes(p));
  return places;
}

// (24 G) w (24 G)^T.
void transform_weights(const std::int32_t (&w)[3][3], std::int32_t (&u)[6][6]) {
  constexpr std::int32_t kG[6][3] = {{6, 0, 0}, {-4, -4, -4}, {-4, 4, -4}, {1, 2, 4}, {1, -2, 4}, {0, 0, 6}};
  std::int32_t half[6][3];
  for (int i = 0; i < 6; ++i) {
    for (int x = 0; x < 3; ++x)
      half[i][x] = kG[i][0] * w[0][x] + kG[i][1] * w[1][x] + kG[i][2] * w[2][x];
  }
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 6; ++j)
      u[i][j] = half[i][0] * kG[j][0] + half[i][1] * kG[j][1] + half[i][2] * kG[j][2];
  }
}

// Where a channel lies within its block: vector * 8 + lane (quad_plan.h).
std::int64_t lane_of(std::int64_t channel) {
  return channel / 4 % 2 * 8 + channel / 8 * 4 + channel % 4;
}

// One channel's weights; `to` is its lane in the first pair of the first element. Returns the sum of the
// weights' magnitudes.
std::int64_t pack_channel(const ConvolutionProblem& p, const std::uint8_t* row, int weight_bits,
                          std::int16_t* to) {
  const std::int64_t inputs = p.input_channels;
  std::int64_t magnitudes = 0;
  for (std::int64_t c = 0; c < inputs; ++c) {
    std::int32_t w[3][3], u[6][6];
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      w[tap / 3][tap % 3] = quad_plan::weight_at(row, tap * inputs + c, weight_bits);
      magnitudes += std::abs(w[tap / 3][tap % 3]);
    }
    transform_weights(w, u);
    for (std::int64_t e = 0; e < kElements; ++e) {
      const std::int64_t pair = e * (inputs / 2) + c / 2;
      to[pair * 2 * kBlockChannels + c % 2] = static_cast<std::int16_t>(u[e / 6][e % 6]);
    }
  }
  return magnitudes;
}

// Two tiles at least, and half of their outputs inside the output.
bool fills_tiles(const ConvolutionProblem& p) {
  const std::int64_t tiles = winograd_plan(p).tiles;
  return tiles >= 2 && tiles * 16 <= std::int64_t{2} * p.output_height * p.output_width;
}

}  // namespace

bool accepts(const ConvolutionProblem& p) {
  return p.kernel_height == 3 && p.kernel_width == 3 && p.stride_height == 1 && p.stride_width == 1 &&
         p.dilation_height == 1 && p.dilation_width == 1 && p.groups == 1 && p.input_channels % 16 == 0 &&
         p.output_channels >= kBlockChannels && p.padding != ConvolutionPadding::one &&
         p.epilogue != ConvolutionEpilogue::threshold_b1 && weight_bytes(p) <= kMostPackedBytes &&
         fills_tiles(p);
}

bool accepts_few(const ConvolutionProblem& p) {
  return weight_bytes(p) <= kFewPackedBytes && accepts(p);
}

WinogradPlan winograd_plan(const ConvolutionProblem& p) {
  WinogradPlan plan{};
  plan.tiles_across = divide_up(p.output_width, kTileOutputs);
  plan.tiles = plan.tiles_across * divide_up(p.output_height, kTileOutputs);
  // Few tiles keep the tasks' V together in the second-level cache; weights that do not fit there are read
  // once for each strip.
  const std::int64_t most = p.input_channels <= 128 ? 12 : 24;
  plan.strips = divide_up(plan.tiles, most);
  plan.strip_tiles = divide_up(plan.tiles, plan.strips);
  plan.strip_tasks = std::min(plan.strips, kMostTasks);
  plan.blocks = padded_channels(p) / kBlockChannels;
  const std::int64_t wanted = plan.strip_tasks >= kMostTasks / 2 ? 1 : kMostTasks / plan.strip_tasks;
  plan.part_blocks =
      std::max<std::int64_t>(divide_up(plan.blocks, wanted), std::min(kFewestPartBlocks, plan.blocks));
  plan.parts = divide_up(plan.blocks, plan.part_blocks);
  const std::int64_t longest =
      ((1 << 25) - 1) / (9 * largest_input(p) * std::max(p.largest_weight, 1)) / 16 * 16;
  const std::int64_t sections = divide_up(p.input_channels, longest);
  plan.section = divide_up(divide_up(p.input_channels, sections), 16) * 16;
  plan.task_scratch_bytes = up_to_alignment(plan.strip_tiles * tile_bytes(p));
  return plan;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return places_of(p).end;
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, int weight_bits, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Places places = places_of(p);
  auto* scale = reinterpret_cast<float*>(bytes + places.scale);
  auto* bias = reinterpret_cast<float*>(bytes + places.bias);
  auto* weights = reinterpret_cast<std::int16_t*>(bytes + places.weights);
  const std::int64_t row_bytes = (convolution_depth(p) * weight_bits + 7) / 8;
  bool clamp_first = false;
  for (std::int64_t channel = 0; channel < p.output_channels; ++channel) {
    const std::int64_t block = channel / kBlockChannels;
    const std::int64_t lane = lane_of(channel % kBlockChannels);
    std::int16_t* to = weights + block * kElements * p.input_channels * kBlockChannels + 2 * lane;
    const std::int64_t magnitudes =
        pack_channel(p, constants.weight_rows + channel * row_bytes, weight_bits, to);
    if (constants.scale == nullptr) continue;
    const std::int64_t at = block * kBlockChannels + lane;
    scale[at] = constants.scale[channel];
    bias[at] = constants.bias[channel];
    clamp_first |= !quad_plan::stays_in_range(p, magnitudes, scale[at], bias[at]);
  }
  *reinterpret_cast<std::int32_t*>(bytes) = clamp_first ? 1 : 0;
}

WinogradConstants winograd_constants(const ConvolutionProblem& p, const void* packed) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  const Places places = places_of(p);
  return {*reinterpret_cast<const std::int32_t*>(bytes) != 0,
          reinterpret_cast<const float*>(bytes + places.scale),
          reinterpret_cast<const float*>(bytes + places.bias),
          reinterpret_cast<const std::int16_t*>(bytes + places.weights)};
}

std::size_t scratch_bytes(const ConvolutionProblem& p) {
  return static_cast<std::size_t>(run_tasks(p)) * winograd_plan(p).task_scratch_bytes;
}

std::int64_t run_tasks(const ConvolutionProblem& p) {
  const WinogradPlan plan = winograd_plan(p);
  return plan.strip_tasks * plan.parts;
}

}  // namespace bitplace::winograd
