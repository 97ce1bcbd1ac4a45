// The definition of concatenation.

#include "kernels/concatenate/concatenate.h"

namespace bitplace {
namespace {

void run(const ConcatenateCall& call, std::int64_t begin, std::int64_t end) {
  const auto* a = static_cast<const std::uint8_t*>(call.a);
  const auto* b = static_cast<const std::uint8_t*>(call.b);
  auto* output = static_cast<std::uint8_t*>(call.output);
  const std::int64_t bytes = call.a_bytes + call.b_bytes;
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    for (std::int64_t i = 0; i < call.a_bytes; ++i)
      output[pixel * bytes + i] = a[pixel * call.a_bytes + i];
    for (std::int64_t i = 0; i < call.b_bytes; ++i)
      output[pixel * bytes + call.a_bytes + i] = b[pixel * call.b_bytes + i];
  }
}

}  // namespace

extern const ConcatenateKernel concatenate__ref = {"concatenate__ref", 0, run};

}  // namespace bitplace
