// A map times one value per channel, with the lanes L of an instruction set. Included by instruction-set
// files only.
#pragma once

#include "kernels/common/lanes_transform.h"
#include "kernels/multiply_channels/multiply_channels.h"

namespace bitplace {
namespace {

// Calls run(output, number of elements, input, gate) for pixels [begin, end), some of them together.
template <typename T, typename Run>
inline void for_each_run(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end, Run run) {
  const RepeatedChannels<T> gate(static_cast<const T*>(call.gate), call.channels, end - begin);
  for_each_pixel_run(begin, end, call.channels, gate.pixels(), [&](std::int64_t first, std::int64_t count) {
    run(static_cast<T*>(call.output) + first, count, static_cast<const T*>(call.input) + first,
        gate.values());
  });
}

// The product of two codes is exact in 16 bits.
template <typename L>
void run_s8(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  using Shorts = typename L::Shorts;
  constexpr std::int64_t k = L::kFloats;
  const Floats scale = L::set(call.scale);
  const Floats high = L::set(call.high);
  const typename L::Bytes low = bound_of_codes<L>(call.low);
  const auto scaled = [=](typename L::Ints products) {
    return L::at_most(L::multiply(L::floats_of(products), scale), high);
  };
  const auto step = [&](std::int8_t* to, const std::int8_t* x, const std::int8_t* gate) {
    const Shorts first = L::multiply_shorts(L::load_shorts(x), L::load_shorts(gate));
    const Shorts last = L::multiply_shorts(L::load_shorts(x + 2 * k), L::load_shorts(gate + 2 * k));
    L::store4(to, scaled(L::first_ints(first)), scaled(L::last_ints(first)), scaled(L::first_ints(last)),
              scaled(L::last_ints(last)), low);
  };
  for_each_run<std::int8_t>(
      call, begin, end,
      [&](std::int8_t* output, std::int64_t count, const std::int8_t* input, const std::int8_t* gate) {
        for_each_step<4 * k>(output, count, step, input, gate);
      });
}

// T: float, or std::uint16_t for f16.
template <typename L, typename T>
void run_floats(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats low = L::set(call.low);
  const Floats high = L::set(call.high);
  for_each_run<T>(call, begin, end, [&](T* output, std::int64_t count, const T* input, const T* gate) {
    transform<L>(
        output, count,
        [=](Floats x, Floats g) { return L::at_most(L::at_least(L::multiply(x, g), low), high); }, input,
        gate);
  });
}

}  // namespace
}  // namespace bitplace
