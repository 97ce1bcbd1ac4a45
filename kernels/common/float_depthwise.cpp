#include "kernels/common/float_depthwise.h"

#include <algorithm>
#include <cstring>

#include "kernels/common/half.h"

namespace bitplace::float_depthwise {
namespace {

// Input rows that a task reads, with all their channels, in the second-level cache.
constexpr std::int64_t kTaskElements = 64 * 1024;
constexpr std::int64_t kTasksWanted = 8;

std::int64_t blocks(const ConvolutionProblem& p, int lanes) {
  return (p.input_channels + lanes - 1) / lanes;
}

float to_float(float weight) {
  return weight;
}
float to_float(std::uint16_t weight) {
  return half_to_float(weight);
}

}  // namespace

template <typename Weight, int lanes>
bool Row<Weight, lanes>::accepts(const ConvolutionProblem& p) {
  return p.groups == p.input_channels && p.groups == p.output_channels &&
         p.padding != ConvolutionPadding::one && p.pool_height == 1 && p.pool_width == 1;
}

template <typename Weight, int lanes>
std::size_t Row<Weight, lanes>::packed_bytes(const ConvolutionProblem& p) {
  const std::int64_t elements = blocks(p, lanes) * lanes * (convolution_depth(p) + 1);
  return static_cast<std::size_t>(elements) * sizeof(float);
}

template <typename Weight, int lanes>
void Row<Weight, lanes>::pack(const ConvolutionProblem& p, const ConvolutionConstants& constants,
                              void* packed) {
  const std::int64_t taps = convolution_depth(p);
  const auto* rows = reinterpret_cast<const Weight*>(constants.weight_rows);
  auto* weights = static_cast<float*>(packed);
  for (std::int64_t c = 0; c < p.input_channels; ++c) {
    for (std::int64_t tap = 0; tap < taps; ++tap)
      weights[(c / lanes * taps + tap) * lanes + c % lanes] = to_float(rows[c * taps + tap]);
  }
  if (constants.bias == nullptr) return;
  std::memcpy(weights + blocks(p, lanes) * taps * lanes, constants.bias,
              static_cast<std::size_t>(p.input_channels) * sizeof(float));
}

template <typename Weight, int lanes>
std::size_t Row<Weight, lanes>::scratch_bytes(const ConvolutionProblem&) {
  return 0;
}
template <typename Weight, int lanes>
std::int64_t Row<Weight, lanes>::prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
template <typename Weight, int lanes>
void Row<Weight, lanes>::prepare(const ConvolutionCall&, std::int64_t) {}

template <typename Weight, int lanes>
std::int64_t Row<Weight, lanes>::run_tasks(const ConvolutionProblem& p) {
  const std::int64_t elements =
      std::int64_t{p.output_height} * p.stride_height * p.input_width * p.input_channels;
  return std::min<std::int64_t>(p.output_height, std::max(elements / kTaskElements, kTasksWanted));
}

template struct Row<float, 4>;
template struct Row<float, 8>;
template struct Row<float, 16>;
template struct Row<std::uint16_t, 8>;
template struct Row<std::uint16_t, 16>;

}  // namespace bitplace::float_depthwise
