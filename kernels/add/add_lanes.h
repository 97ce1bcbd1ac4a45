// Addition with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/add/add.h"
#include "kernels/common/lanes_transform.h"

namespace bitplace {
namespace {

template <typename L>
void run_s8(const AddCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats scale_a = L::set(call.scale_a);
  const Floats scale_b = L::set(call.scale_b);
  const Floats high = L::set(call.high);
  transform_to_codes<L>(
      static_cast<std::int8_t*>(call.output) + begin, end - begin, call.low,
      [=](Floats a, Floats b) {
        return L::at_most(L::add(L::multiply(a, scale_a), L::multiply(b, scale_b)), high);
      },
      static_cast<const std::int8_t*>(call.a) + begin, static_cast<const std::int8_t*>(call.b) + begin);
}

// T: float, or std::uint16_t for f16.
template <typename L, typename T>
void run_floats(const AddCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats low = L::set(call.low);
  const Floats high = L::set(call.high);
  transform<L>(
      static_cast<T*>(call.output) + begin, end - begin,
      [=](Floats a, Floats b) { return L::at_most(L::at_least(L::add(a, b), low), high); },
      static_cast<const T*>(call.a) + begin, static_cast<const T*>(call.b) + begin);
}

}  // namespace
}  // namespace bitplace
