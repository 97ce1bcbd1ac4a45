// The definition of the activations: one element at a time.

#include "kernels/activation/activate.h"
#include "kernels/common/half.h"

namespace bitplace {
namespace {

void run_f32(const ActivationCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const float*>(call.input);
  auto* output = static_cast<float*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = activate(call.kind, call.alpha, input[i]);
}

void run_f16(const ActivationCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::uint16_t*>(call.input);
  auto* output = static_cast<std::uint16_t*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = float_to_half(activate(call.kind, call.alpha, half_to_float(input[i])));
}

}  // namespace

extern const ActivationKernel activation__ref = {"activation__ref", 0, run_f32, run_f16};

}  // namespace bitplace
