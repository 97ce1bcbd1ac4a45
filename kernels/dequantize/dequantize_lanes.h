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
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    const std::int32_t* input = call.input + pixel * call.channels;
    float* output = call.output + pixel * call.channels;
    if (call.bias == nullptr) {
      transform<L>(
          output, call.channels, [](Floats x, Floats scale) { return L::multiply(x, scale); }, input,
          call.scale);
    } else {
      transform<L>(
          output, call.channels,
          [](Floats x, Floats scale, Floats bias) { return L::add(L::multiply(x, scale), bias); }, input,
          call.scale, call.bias);
    }
  }
}

}  // namespace
}  // namespace bitplace
