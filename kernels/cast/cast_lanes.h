// Casts with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/cast/cast.h"
#include "kernels/common/lanes_transform.h"

namespace bitplace {
namespace {

// In, Out: float, or std::uint16_t for f16.
template <typename L, typename In, typename Out>
void run_cast(const CastCall& call, std::int64_t begin, std::int64_t end) {
  transform<L>(
      static_cast<Out*>(call.output) + begin, end - begin, [](typename L::Floats x) { return x; },
      static_cast<const In*>(call.input) + begin);
}

}  // namespace
}  // namespace bitplace
