// Dequantization with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_transform.h"
#include "kernels/dequantize/dequantize.h"

namespace bitplace {
namespace {

// Out: float, or std::uint16_t for f16.
template <typename L, typename Out>
void run_s8(const DequantizeCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats scale = L::set(call.scale);
  transform<L>(
      static_cast<Out*>(call.output) + begin, end - begin, [=](Floats x) { return L::multiply(x, scale); },
      call.input + begin);
}

template <typename L>
void run_s32(const DequantizeChannelsCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const RepeatedChannels<float> scale(call.scale, call.channels, end - begin);
  const RepeatedChannels<float> bias(call.bias, call.channels, end - begin);
  for_each_pixel_run(begin, end, call.channels, scale.pixels(), [&](std::int64_t first, std::int64_t count) {
    if (call.bias == nullptr) {
      transform<L>(
          call.output + first, count, [](Floats x, Floats s) { return L::multiply(x, s); },
          call.input + first, scale.values());
    } else {
      transform<L>(
          call.output + first, count,
          [](Floats x, Floats s, Floats b) { return L::add(L::multiply(x, s), b); }, call.input + first,
          scale.values(), bias.values());
    }
  });
}

}  // namespace
}  // namespace bitplace
