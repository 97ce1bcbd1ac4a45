// A map times one value per channel, with the lanes L of an instruction set. Included by instruction-set
// files only.
#pragma once

#include "kernels/common/lanes_transform.h"
#include "kernels/multiply_channels/multiply_channels.h"

namespace bitplace {
namespace {

// body(x, gate) for every element of pixels [begin, end).
template <typename L, typename T, typename Body>
inline void for_each_pixel(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end,
                           Body body) {
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    transform<L>(static_cast<T*>(call.output) + pixel * call.channels, call.channels, body,
                 static_cast<const T*>(call.input) + pixel * call.channels, static_cast<const T*>(call.gate));
  }
}

template <typename L>
void run_s8(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats scale = L::set(call.scale);
  const Floats low = L::set(call.low);
  const Floats high = L::set(call.high);
  for_each_pixel<L, std::int8_t>(call, begin, end, [=](Floats x, Floats gate) {
    return L::at_most(L::at_least(L::multiply(L::multiply(x, gate), scale), low), high);
  });
}

// T: float, or std::uint16_t for f16.
template <typename L, typename T>
void run_floats(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats low = L::set(call.low);
  const Floats high = L::set(call.high);
  for_each_pixel<L, T>(call, begin, end, [=](Floats x, Floats gate) {
    return L::at_most(L::at_least(L::multiply(x, gate), low), high);
  });
}

}  // namespace
}  // namespace bitplace
