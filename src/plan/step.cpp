#include "plan/step.h"

#include <algorithm>

namespace bitplace {
namespace {

// Where the task's part of a range begins.
std::int64_t part_begin(const Step& step, std::int64_t count, std::int64_t task) {
  return count * task / step.tasks;
}

struct TaskRunner {
  const Step& step;
  std::byte* arena;
  std::int64_t task;

  template <typename T>
  T* input() const {
    return reinterpret_cast<T*>(arena + step.input_offset);
  }
  template <typename T>
  T* output() const {
    return reinterpret_cast<T*>(arena + step.output_offset);
  }

  void operator()(const ConvolutionStep& s) const {
    const ConvolutionCall call = {&s.problem, s.packed, arena + step.input_offset, arena + step.output_offset,
                                  arena + step.scratch_offset};
    if (s.prepares) {
      s.kernel->prepare(call, task);
    } else {
      s.kernel->run(call, task);
    }
  }

  void operator()(const MaxPoolStep& s) const {
    s.kernel->run({&s.problem, arena + step.input_offset, arena + step.output_offset, s.flip_words}, task);
  }

  void operator()(const PackBitsStep& s) const {
    s.kernel->run({s.pixels, s.channels, input<const float>(), output<std::uint32_t>()},
                  part_begin(step, s.pixels, task), part_begin(step, s.pixels, task + 1));
  }

  void operator()(const L2NormalizeStep& s) const {
    if (s.from_s32) {
      s.kernel->run_s32(input<const std::int32_t>(), output<float>(), s.count);
    } else {
      s.kernel->run_f32(input<const float>(), output<float>(), s.count);
    }
  }

  void operator()(const ThresholdStep& s) const { run_elementwise(s); }
  void operator()(const ThresholdFloatsStep& s) const { run_elementwise(s); }
  void operator()(const QuantizeStep& s) const { run_elementwise(s); }
  void operator()(const UnsignedQuantizeStep& s) const { run_elementwise(s); }
  void operator()(const ActivationStep& s) const { run_elementwise(s); }
  void operator()(const LookupStep& s) const { run_elementwise(s); }
  void operator()(const DequantizeStep& s) const { run_elementwise(s); }
  void operator()(const DequantizeChannelsStep& s) const { run_elementwise(s); }
  void operator()(const CastStep& s) const { run_elementwise(s); }
  void operator()(const GemPoolStep& s) const { run_elementwise(s); }
  void operator()(const L2NormalizeChannelsStep& s) const { run_elementwise(s); }
  void operator()(const SoftmaxStep& s) const { run_elementwise(s); }
  void operator()(const LayerNormStep& s) const { run_elementwise(s); }
  void operator()(const TransposeStep& s) const { run_elementwise(s); }

  void operator()(const AddStep& s) const { run_with_two_inputs(s); }
  void operator()(const ConcatenateStep& s) const { run_with_two_inputs(s); }

  void operator()(const MultiplyChannelsStep& s) const {
    MultiplyChannelsCall call = s.call;
    call.input = arena + step.input_offset;
    call.gate = arena + step.second_input_offset;
    call.output = arena + step.output_offset;
    run_part(s, call);
  }

  // Residuals are made where they are to lie, unless their order changes on the way.
  void operator()(const VladStep& s) const {
    VladCall call = s.call;
    call.assignments = input<const float>();
    call.features = reinterpret_cast<const float*>(arena + step.second_input_offset);
    call.output = output<float>();
    call.residuals =
        call.dimension_major ? reinterpret_cast<float*>(arena + step.scratch_offset) : call.output;
    run_part(s, call);
  }

  void operator()(const AveragePoolStep& s) const {
    s.run({&s.problem, arena + step.input_offset, arena + step.output_offset}, task);
  }

  template <typename Call>
  void run_elementwise(const ElementwiseStep<Call>& s) const {
    Call call = s.call;
    call.input = input<std::remove_const_t<std::remove_pointer_t<decltype(call.input)>>>();
    call.output = output<std::remove_pointer_t<decltype(call.output)>>();
    run_part(s, call);
  }

  template <typename Call>
  void run_with_two_inputs(const ElementwiseStep<Call>& s) const {
    Call call = s.call;
    call.a = arena + step.input_offset;
    call.b = arena + step.second_input_offset;
    call.output = arena + step.output_offset;
    run_part(s, call);
  }

  template <typename Call>
  void run_part(const ElementwiseStep<Call>& s, const Call& call) const {
    s.run(call, part_begin(step, s.count, task), part_begin(step, s.count, task + 1));
  }
};

}  // namespace

void run_task(const Step& step, std::byte* arena, std::int64_t task) noexcept {
  std::visit(TaskRunner{step, arena, task}, step.parameters);
}

}  // namespace bitplace
