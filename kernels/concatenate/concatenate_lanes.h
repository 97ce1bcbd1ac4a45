// Concatenation with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_transform.h"
#include "kernels/concatenate/concatenate.h"

namespace bitplace {
namespace {

template <typename L>
inline void copy(const std::uint8_t* from, std::int64_t bytes, std::uint8_t* to) {
  for_each_step<L::kBytes>(
      to, bytes,
      [](std::uint8_t* output, const std::uint8_t* input) { L::store_bytes(output, L::load_bytes(input)); },
      from);
}

template <typename L>
void run(const ConcatenateCall& call, std::int64_t begin, std::int64_t end) {
  const std::int64_t bytes = call.a_bytes + call.b_bytes;
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    auto* output = static_cast<std::uint8_t*>(call.output) + pixel * bytes;
    copy<L>(static_cast<const std::uint8_t*>(call.a) + pixel * call.a_bytes, call.a_bytes, output);
    copy<L>(static_cast<const std::uint8_t*>(call.b) + pixel * call.b_bytes, call.b_bytes,
            output + call.a_bytes);
  }
}

}  // namespace
}  // namespace bitplace
