// The definition of average pooling: one output element at a time.

#include <algorithm>

#include "kernels/average_pool/average_pool.h"
#include "kernels/common/half.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace {
namespace {

// The taps of one window that lie inside the input.
struct Window {
  std::int64_t top, bottom, left, right;
};

Window window_at(const AveragePoolProblem& p, std::int64_t row, std::int64_t column) {
  const std::int64_t top = row * p.stride_height - p.pad_top;
  const std::int64_t left = column * p.stride_width - p.pad_left;
  return {std::max<std::int64_t>(top, 0), std::min<std::int64_t>(top + p.window_height, p.input_height),
          std::max<std::int64_t>(left, 0), std::min<std::int64_t>(left + p.window_width, p.input_width)};
}

float taps_of(const AveragePoolProblem& p, const Window& window) {
  const std::int64_t inside = (window.bottom - window.top) * (window.right - window.left);
  return static_cast<float>(p.count_padding ? std::int64_t{p.window_height} * p.window_width : inside);
}

// Calls visit(element index) for every tap of channel c, in row-major order.
template <typename Visit>
void for_each_tap(const AveragePoolProblem& p, const Window& window, std::int64_t c, Visit visit) {
  for (std::int64_t y = window.top; y < window.bottom; ++y) {
    for (std::int64_t x = window.left; x < window.right; ++x)
      visit((y * p.input_width + x) * p.channels + c);
  }
}

// Calls write(output index, window, channel) for every output element of a task.
template <typename Write>
void for_each_output(const AveragePoolProblem& p, std::int64_t task, Write write) {
  const bool one_pixel = p.output_height == 1 && p.output_width == 1;
  const std::int64_t row = one_pixel ? 0 : task;
  const std::int64_t first = one_pixel ? task * kAveragePoolChannels : 0;
  const std::int64_t last =
      one_pixel ? std::min<std::int64_t>(first + kAveragePoolChannels, p.channels) : std::int64_t{p.channels};
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    const Window window = window_at(p, row, column);
    for (std::int64_t c = first; c < last; ++c)
      write((row * p.output_width + column) * p.channels + c, window, c);
  }
}

void run_s8(const AveragePoolCall& call, std::int64_t task) {
  const AveragePoolProblem& p = *call.problem;
  const auto* input = static_cast<const std::int8_t*>(call.input);
  auto* output = static_cast<std::int8_t*>(call.output);
  for_each_output(p, task, [&](std::int64_t to, const Window& window, std::int64_t c) {
    std::int32_t sum = 0;
    for_each_tap(p, window, c, [&](std::int64_t from) { sum += input[from]; });
    const float scale = p.factor / taps_of(p, window);
    output[to] = round_half_even_s8(clamp_number(static_cast<float>(sum) * scale, -127.0f, 127.0f));
  });
}

template <typename Load>
float mean(const AveragePoolProblem& p, const Window& window, std::int64_t c, Load load) {
  float sum = -0.0f;  // of which the first addition leaves nothing
  for_each_tap(p, window, c, [&](std::int64_t from) { sum = sum + load(from); });
  return sum / taps_of(p, window);
}

void run_f32(const AveragePoolCall& call, std::int64_t task) {
  const auto* input = static_cast<const float*>(call.input);
  auto* output = static_cast<float*>(call.output);
  for_each_output(*call.problem, task, [&](std::int64_t to, const Window& window, std::int64_t c) {
    output[to] = mean(*call.problem, window, c, [&](std::int64_t from) { return input[from]; });
  });
}

void run_f16(const AveragePoolCall& call, std::int64_t task) {
  const auto* input = static_cast<const std::uint16_t*>(call.input);
  auto* output = static_cast<std::uint16_t*>(call.output);
  for_each_output(*call.problem, task, [&](std::int64_t to, const Window& window, std::int64_t c) {
    output[to] = float_to_half(
        mean(*call.problem, window, c, [&](std::int64_t from) { return half_to_float(input[from]); }));
  });
}

}  // namespace

extern const AveragePoolKernel average_pool__ref = {"average_pool__ref", 0, run_s8, run_f32, run_f16};

}  // namespace bitplace
