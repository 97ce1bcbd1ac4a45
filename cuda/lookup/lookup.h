// Functions of one byte by their tables (kernels/lookup/lookup.h) on the GPU. A table is two cache lines,
// which stay in the nearest cache.
#pragma once

#include "cuda/elementwise/elementwise.h"
#include "kernels/lookup/lookup.h"

namespace bitplace::cuda {

// In: std::int8_t or std::uint8_t.
template <typename In>
struct Lookup : UnaryOperation<Lookup<In>, LookupCall, In, std::int8_t> {
  static BITPLACE_DEVICE std::int8_t apply(const LookupCall& call, In x) {
    constexpr int kFirst = In(-1) < In(0) ? -128 : 0;
    return call.table[x - kFirst];
  }
};

}  // namespace bitplace::cuda
