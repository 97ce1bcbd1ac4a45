// The launch that max-pooling and average pooling share: a thread makes one output pixel's packet of
// neighbouring channels, tap by tap in row-major order, threads that lie side by side neighbouring packets.
//
// A pooling is
//
//   using Parameters = PoolParameters<...>;
//   using Element;
//   static constexpr int kStep;                                   // elements of a packet
//   static std::int32_t pixel_elements(const Parameters&);        // channels, or words of bits
//   template <int kCount> struct State {
//     State(const Parameters&, std::int32_t element);             // of the packet's first
//     void add(const Packet<Element, kCount>& taps);
//     Packet<Element, kCount> result(const Parameters&, const PoolWindow&);
//   };
#pragma once

#include "cuda/common/launch.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"

namespace bitplace::cuda {

// MaxPoolProblem or AveragePoolProblem. Images lie one behind another.
template <class PoolProblem>
struct PoolParameters {
  using Problem = PoolProblem;
  Problem problem;
  std::int32_t batch;
  const void* input;
  void* output;
  const std::uint32_t* flip_words = nullptr;  // max-pooling of bits: as in MaxPoolCall
};

// The taps of one window that lie inside the input.
struct PoolWindow {
  std::int32_t top, bottom, left, right;
};

template <class Problem>
BITPLACE_DEVICE PoolWindow window_at(const Problem& p, std::int32_t row, std::int32_t column) {
  const std::int32_t top = row * p.stride_height - p.pad_top;
  const std::int32_t left = column * p.stride_width - p.pad_left;
  return {larger(top, 0), smaller(top + p.window_height, p.input_height), larger(left, 0),
          smaller(left + p.window_width, p.input_width)};
}

template <class Pooling>
struct PoolKernel {
  using Parameters = typename Pooling::Parameters;
  using Element = typename Pooling::Element;
  using Shared = Nothing;
  using Registers = Nothing;
  static constexpr int kThreads = 128;
  static constexpr int kLeastBlocks = 8;

  static BITPLACE_DEVICE int step(const Parameters& p) {
    const bool fits = Pooling::pixel_elements(p) % Pooling::kStep == 0 &&
                      fits_packets<Element, Pooling::kStep>(p.input) &&
                      fits_packets<Element, Pooling::kStep>(p.output);
    return fits ? Pooling::kStep : 1;
  }
  static BITPLACE_DEVICE std::int64_t packets(const Parameters& p) {
    const std::int64_t rows = std::int64_t{p.batch} * p.problem.output_height;
    return rows * p.problem.output_width * (Pooling::pixel_elements(p) / step(p));
  }
  static Grid grid(const Parameters& p) { return {divide_up<std::int64_t>(packets(p), kThreads)}; }

  // One packet, counted over the whole batch.
  template <int kCount>
  static BITPLACE_DEVICE void pool(const Parameters& p, std::int64_t packet) {
    const auto& problem = p.problem;
    const std::int32_t elements = Pooling::pixel_elements(p);
    const std::int32_t packets_of_pixel = elements / kCount;
    const std::int64_t pixel = quotient(packet, packets_of_pixel);
    const auto element = static_cast<std::int32_t>(packet - pixel * packets_of_pixel) * kCount;
    const std::int64_t rows = quotient(pixel, problem.output_width);
    const auto column = static_cast<std::int32_t>(pixel - rows * problem.output_width);
    const std::int64_t image = quotient(rows, problem.output_height);
    const auto row = static_cast<std::int32_t>(rows - image * problem.output_height);
    const PoolWindow window = window_at(problem, row, column);
    const Element* input = static_cast<const Element*>(p.input) +
                           image * problem.input_height * problem.input_width * elements + element;
    typename Pooling::template State<kCount> state(p, element);
    for (std::int32_t y = window.top; y < window.bottom; ++y) {
      const Element* taps = input + (std::int64_t{y} * problem.input_width + window.left) * elements;
      for (std::int32_t x = window.left; x < window.right; ++x, taps += elements)
        state.add(load<kCount>(taps));
    }
    store(static_cast<Element*>(p.output) + pixel * elements + element, state.result(p, window));
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Nothing&) {
      const std::int64_t packet = std::int64_t{at.block_x} * kThreads + at.thread;
      if (packet >= packets(p)) return;
      if (step(p) == Pooling::kStep) {
        pool<Pooling::kStep>(p, packet);
      } else {
        pool<1>(p, packet);
      }
    });
  }
};

}  // namespace bitplace::cuda
