// The channels of two maps behind each other (kernels/concatenate/concatenate.h) on the GPU, in units of 16
// bytes or of one.
#pragma once

#include "cuda/elementwise/elementwise.h"
#include "kernels/concatenate/concatenate.h"

namespace bitplace::cuda {

struct Concatenate {
  using Parameters = BatchedCall<ConcatenateCall>;
  static constexpr int kStep = kPacketBytes;

  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) {
    return (p.call.a_bytes + p.call.b_bytes) * p.count * p.batch;
  }
  static BITPLACE_DEVICE bool fits_packets(const Parameters& p) {
    const auto fits = [](const void* bytes) { return cuda::fits_packets<std::uint8_t, kStep>(bytes); };
    return p.call.a_bytes % kStep == 0 && p.call.b_bytes % kStep == 0 && fits(p.call.a) && fits(p.call.b) &&
           fits(p.call.output);
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t first) {
    const ConcatenateCall& call = p.call;
    const std::int64_t bytes = call.a_bytes + call.b_bytes;
    const std::int64_t pixel = quotient(first, bytes);
    const std::int64_t byte = first - pixel * bytes;
    const auto* a = static_cast<const std::uint8_t*>(call.a) + pixel * call.a_bytes;
    const auto* b = static_cast<const std::uint8_t*>(call.b) + pixel * call.b_bytes;
    const std::uint8_t* from = byte < call.a_bytes ? a + byte : b + (byte - call.a_bytes);
    store(static_cast<std::uint8_t*>(call.output) + first, load<kCount>(from));
  }
};

}  // namespace bitplace::cuda
