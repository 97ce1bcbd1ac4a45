// Average pooling with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/average_pool/average_pool.h"
#include "kernels/common/lanes_pool.h"
#include "kernels/common/lanes_transform.h"

namespace bitplace {
namespace {

// T: float, or std::uint16_t for f16. The sum starts at -0, of which the first addition leaves nothing.
template <typename L, typename T>
struct MeanOfFloats {
  using Element = T;
  using Vector = typename L::Floats;
  using Extra = NoExtra;
  static constexpr std::int64_t kStep = L::kFloats;
  Vector taps;

  MeanOfFloats(const AveragePoolProblem&, float taps_of_window) : taps(L::set(taps_of_window)) {}
  static Extra extra(std::int64_t, std::int64_t) { return {}; }
  static Vector start() { return L::set(-0.0f); }
  static Vector combine(Vector sum, const T* tap, Extra) { return L::add(sum, L::load(tap)); }
  void store(T* to, Vector sum, Extra) const { L::store(to, L::divide(sum, taps)); }
  void store_first(T* to, Vector sum, Extra extra, std::int64_t count) const {
    store_through_buffer(*this, to, sum, extra, count);
  }
};

// What the two s8 means share: a sum becomes round_half_even(clamp(float(sum) * scale, -127, 127)).
template <typename L>
struct MeanOfCodes {
  using Element = std::int8_t;
  using Extra = NoExtra;
  static constexpr std::int64_t kStep = 2 * L::kFloats;
  typename L::Floats scale;

  MeanOfCodes(const AveragePoolProblem& p, float taps_of_window) : scale(L::set(p.factor / taps_of_window)) {}
  static Extra extra(std::int64_t, std::int64_t) { return {}; }
  typename L::Floats scaled(typename L::Ints sum) const {
    return L::at_most(L::multiply(L::floats_of(sum), scale), L::set(127.0f));
  }
  void store_sums(std::int8_t* to, typename L::Ints first, typename L::Ints last) const {
    L::store2(to, scaled(first), scaled(last), bound_of_codes<L>(-127.0f));
  }
};

// Sums of up to 255 taps fit 16 bits: 255 * -128 = -32640.
constexpr std::int64_t kMostTapsOfShorts = 255;

template <typename L>
struct MeanOfShorts : MeanOfCodes<L> {
  using MeanOfCodes<L>::MeanOfCodes;
  using Vector = typename L::Shorts;

  static Vector start() { return L::no_shorts(); }
  static Vector combine(Vector sum, const std::int8_t* taps, NoExtra) {
    return L::add_shorts(sum, L::load_shorts(taps));
  }
  void store(std::int8_t* to, Vector sum, NoExtra) const {
    this->store_sums(to, L::first_ints(sum), L::last_ints(sum));
  }
  void store_first(std::int8_t* to, Vector sum, NoExtra extra, std::int64_t count) const {
    store_through_buffer(*this, to, sum, extra, count);
  }
};

template <typename L>
struct MeanOfInts : MeanOfCodes<L> {
  using MeanOfCodes<L>::MeanOfCodes;
  struct Vector {
    typename L::Ints first, last;
  };

  static Vector start() { return {L::bits_of(L::set(0.0f)), L::bits_of(L::set(0.0f))}; }
  static Vector combine(Vector sum, const std::int8_t* taps, NoExtra) {
    return {L::add(sum.first, L::load_ints(taps)), L::add(sum.last, L::load_ints(taps + L::kFloats))};
  }
  void store(std::int8_t* to, Vector sum, NoExtra) const { this->store_sums(to, sum.first, sum.last); }
  void store_first(std::int8_t* to, Vector sum, NoExtra extra, std::int64_t count) const {
    store_through_buffer(*this, to, sum, extra, count);
  }
};

// Channels [first, last) of the output pixel at (row, column).
template <typename R>
inline void average(const AveragePoolCall& call, std::int64_t row, std::int64_t column, const Window& window,
                    std::int64_t first, std::int64_t last) {
  using Element = typename R::Element;
  const AveragePoolProblem& p = *call.problem;
  const std::int64_t taps = p.count_padding ? std::int64_t{p.window_height} * p.window_width : window.taps();
  const PoolPixel<Element> pixel = {
      static_cast<const Element*>(call.input),
      static_cast<Element*>(call.output) + (row * p.output_width + column) * p.channels, p.channels,
      p.input_width, window};
  pool_pixel(R(p, static_cast<float>(taps)), pixel, first, last);
}

// Calls visit(row, column, window, first channel, last channel) for every output pixel of a task.
template <typename Visit>
inline void for_each_pixel(const AveragePoolProblem& p, std::int64_t task, Visit visit) {
  if (p.output_height == 1 && p.output_width == 1) {
    const std::int64_t first = task * kAveragePoolChannels;
    const std::int64_t last = first + kAveragePoolChannels;
    visit(0, 0, window_at(p, 0, 0), first, last < p.channels ? last : p.channels);
    return;
  }
  for (std::int64_t column = 0; column < p.output_width; ++column)
    visit(task, column, window_at(p, task, column), 0, p.channels);
}

template <typename R>
void run_pool(const AveragePoolCall& call, std::int64_t task) {
  for_each_pixel(*call.problem, task,
                 [&](std::int64_t row, std::int64_t column, const Window& window, std::int64_t first,
                     std::int64_t last) { average<R>(call, row, column, window, first, last); });
}

template <typename L>
void run_codes(const AveragePoolCall& call, std::int64_t task) {
  const AveragePoolProblem& p = *call.problem;
  if (std::int64_t{p.window_height} * p.window_width <= kMostTapsOfShorts) {
    run_pool<MeanOfShorts<L>>(call, task);
  } else {
    run_pool<MeanOfInts<L>>(call, task);
  }
}

}  // namespace
}  // namespace bitplace
