#include "cuda/plan/device_step.h"

#include <type_traits>
#include <variant>

#include "core/error.h"
#include "cuda/common/batched_call.h"
#include "cuda/common/convolution.h"
#include "cuda/l2_normalize/l2_normalize.h"
#include "cuda/pool/pool.h"
#include "cuda/threshold/threshold.h"

namespace bitplace::cuda {
namespace {

struct ConstantMover {
  const std::byte* from;
  const std::byte* to;

  template <typename T>
  void move(const T** constants) const {
    if (*constants == nullptr) return;
    *constants = reinterpret_cast<const T*>(to + (reinterpret_cast<const std::byte*>(*constants) - from));
  }

  void operator()(ConvolutionStep& step) const { step.packed = to; }
  void operator()(MaxPoolStep& step) const { move(&step.flip_words); }
  template <typename Number>
  void operator()(ElementwiseStep<ThresholdCall<Number>>& step) const {
    move(&step.call.threshold);
    move(&step.call.flip_words);
  }
  void operator()(LookupStep& step) const { move(&step.call.table); }
  void operator()(DequantizeChannelsStep& step) const {
    move(&step.call.scale);
    move(&step.call.bias);
  }
  void operator()(LayerNormStep& step) const {
    move(&step.call.weight);
    move(&step.call.bias);
  }
  void operator()(VladStep& step) const { move(&step.call.centers); }
  // The other steps have no constants.
  template <typename StepWithout>
  void operator()(StepWithout&) const {}
};

// The parameters that a kernel takes, out of the CPU's step.
struct Issuer {
  const DeviceKernel& kernel;
  const StepMemory& memory;
  Stream& stream;

  template <typename T>
  T* input() const {
    return reinterpret_cast<T*>(memory.input);
  }
  template <typename T>
  T* output() const {
    return reinterpret_cast<T*>(memory.output);
  }

  template <typename Parameters>
  Status launch(const Parameters& parameters) const {
    return stream.launch(kernel, &parameters, sizeof parameters);
  }

  template <typename Call>
  Status launch_batched(const Call& call, std::int64_t count) const {
    return launch(BatchedCall<Call>{call, count, memory.batch});
  }

  Status operator()(const ConvolutionStep& s) const {
    return launch(DeviceConvolutionCall{s.problem, memory.batch, s.packed, memory.input, memory.output,
                                        memory.scratch});
  }

  Status operator()(const MaxPoolStep& s) const {
    PoolParameters<MaxPoolProblem> p{};
    p.problem = s.problem;
    p.input = memory.input;
    p.output = memory.output;
    p.flip_words = s.flip_words;
    p.batch = memory.batch;
    return launch(p);
  }
  Status operator()(const AveragePoolStep& s) const {
    PoolParameters<AveragePoolProblem> p{};
    p.problem = s.problem;
    p.input = memory.input;
    p.output = memory.output;
    p.batch = memory.batch;
    return launch(p);
  }

  Status operator()(const PackBitsStep& s) const {
    return launch(ThresholdParameters<float>{s.pixels * memory.batch, s.channels, input<const float>(),
                                             nullptr, nullptr, output<std::uint32_t>()});
  }
  template <typename Number>
  Status operator()(const ElementwiseStep<ThresholdCall<Number>>& s) const {
    return launch(ThresholdParameters<Number>{s.count * memory.batch, s.call.channels, input<const Number>(),
                                              s.call.threshold, s.call.flip_words, output<std::uint32_t>()});
  }

  Status operator()(const L2NormalizeStep& s) const {
    return s.from_s32 ? normalize<std::int32_t>(s.count) : normalize<float>(s.count);
  }
  template <typename Number>
  Status normalize(std::int64_t count) const {
    return launch(L2NormalizeParameters<Number>{input<const Number>(), output<float>(), count, memory.batch});
  }

  Status operator()(const AddStep& s) const { return launch_with_two_inputs(s); }
  Status operator()(const ConcatenateStep& s) const { return launch_with_two_inputs(s); }
  Status operator()(const MultiplyChannelsStep& s) const {
    MultiplyChannelsCall call = s.call;
    call.input = memory.input;
    call.gate = memory.second_input;
    call.output = memory.output;
    return launch_batched(call, s.count);
  }
  Status operator()(const VladStep& s) const {
    VladCall call = s.call;
    call.assignments = input<const float>();
    call.features = reinterpret_cast<const float*>(memory.second_input);
    call.output = output<float>();
    call.residuals = call.dimension_major ? reinterpret_cast<float*>(memory.scratch) : call.output;
    return launch_batched(call, s.count);
  }

  template <typename Call>
  Status operator()(const ElementwiseStep<Call>& s) const {
    Call call = s.call;
    call.input = input<std::remove_const_t<std::remove_pointer_t<decltype(call.input)>>>();
    call.output = output<std::remove_pointer_t<decltype(call.output)>>();
    return launch_batched(call, s.count);
  }

  template <typename Call>
  Status launch_with_two_inputs(const ElementwiseStep<Call>& s) const {
    Call call = s.call;
    call.a = memory.input;
    call.b = memory.second_input;
    call.output = memory.output;
    return launch_batched(call, s.count);
  }
};

}  // namespace

void move_constants(Step* step, const std::byte* from, const std::byte* to) {
  std::visit(ConstantMover{from, to}, step->parameters);
}

Status issue(const DeviceStep& step, const StepMemory& memory, Stream& stream) {
  return std::visit(Issuer{*step.kernel, memory, stream}, step.step.parameters);
}

}  // namespace bitplace::cuda
