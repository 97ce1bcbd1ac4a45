// Quantization with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_transform.h"
#include "kernels/quantize/quantize.h"

namespace bitplace {
namespace {

// T: std::int32_t, float, or std::uint16_t for f16.
template <typename L, typename T>
void run_quantize(const QuantizeCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats scale = L::set(call.scale);
  const Floats high = L::set(call.high);
  transform_to_codes<L>(
      call.output + begin, end - begin, call.low,
      [=](Floats x) { return L::at_most(L::zero_for_nan(L::multiply(x, scale)), high); },
      static_cast<const T*>(call.input) + begin);
}

template <typename L>
void run_quantize_unsigned(const UnsignedQuantizeCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats scale = L::set(call.scale);
  const Floats high = L::set(call.high);
  transform_to_unsigned_codes<L>(
      call.output + begin, end - begin,
      [=](Floats x) { return L::at_most(L::zero_for_nan(L::multiply(x, scale)), high); }, call.input + begin);
}

}  // namespace
}  // namespace bitplace
