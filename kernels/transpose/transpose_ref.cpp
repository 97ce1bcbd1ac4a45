// The definition of transposition.

#include "kernels/transpose/transpose.h"

namespace bitplace {
namespace {

template <typename Element>
void run(const TransposeCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const Element*>(call.input);
  auto* output = static_cast<Element*>(call.output);
  for (std::int64_t c = begin; c < end; ++c) {
    for (std::int64_t i = 0; i < call.pixels; ++i)
      output[c * call.pixels + i] = input[i * call.channels + c];
  }
}

}  // namespace

extern const TransposeKernel transpose__ref = {"transpose__ref", 0, run<std::uint8_t>, run<std::uint16_t>,
                                               run<std::uint32_t>};

}  // namespace bitplace
