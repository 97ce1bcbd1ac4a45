// The definition of a lookup: one element at a time.

#include "kernels/lookup/lookup.h"

namespace bitplace {
namespace {

void run_s8(const LookupCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::int8_t*>(call.input);
  for (std::int64_t i = begin; i < end; ++i)
    call.output[i] = call.table[input[i] + 128];
}

void run_u8(const LookupCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::uint8_t*>(call.input);
  for (std::int64_t i = begin; i < end; ++i)
    call.output[i] = call.table[input[i]];
}

}  // namespace

extern const LookupKernel lookup__ref = {"lookup__ref", 0, run_s8, run_u8};

}  // namespace bitplace
