#include "quantize/float_runner.h"

#include "core/error.h"
#include "format/model_file.h"
#include "image/preprocess.h"
#include "kernels/common/half.h"
#include "plan/plan_implementation.h"
#include "plan/value_layout.h"

namespace bitplace {
namespace {

template <typename T>
void scale_codes(const std::byte* stored, float scale, std::vector<float>& floats) {
  const auto* codes = reinterpret_cast<const T*>(stored);
  for (std::size_t i = 0; i < floats.size(); ++i)
    floats[i] = static_cast<float>(codes[i]) * scale;
}

void widen_halves(const std::byte* stored, std::vector<float>& floats) {
  const auto* halves = reinterpret_cast<const std::uint16_t*>(stored);
  for (std::size_t i = 0; i < floats.size(); ++i)
    floats[i] = half_to_float(halves[i]);
}

void widen_signs(const std::byte* stored, std::int64_t channels, std::vector<float>& floats) {
  const auto* words = reinterpret_cast<const std::uint32_t*>(stored);
  const std::int64_t row = words_per_pixel(channels);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const std::int64_t pixel = static_cast<std::int64_t>(i) / channels;
    const std::int64_t channel = static_cast<std::int64_t>(i) % channels;
    const std::uint32_t word = words[pixel * row + channel / 32];
    floats[i] = (word >> (channel % 32) & 1u) != 0 ? -1.0f : 1.0f;
  }
}

// By value: what reshapes of it, and of these, are called.
std::vector<std::vector<ValueId>> reshaped_values(const Graph& graph) {
  std::vector<ValueId> source(graph.values.size());
  for (std::size_t i = 0; i < source.size(); ++i)
    source[i] = static_cast<ValueId>(i);
  std::vector<std::vector<ValueId>> reshaped(graph.values.size());
  for (const Node& node : graph.nodes) {
    if (node.op != Op::reshape) continue;
    const ValueId stored = source[static_cast<std::size_t>(node.inputs[0])];
    source[static_cast<std::size_t>(node.output)] = stored;
    reshaped[static_cast<std::size_t>(stored)].push_back(node.output);
  }
  return reshaped;
}

}  // namespace

Result<FloatRunner> FloatRunner::create(const ModelContents& contents, std::vector<float> scales) {
  BITPLACE_ASSIGN(bytes, encode_model(contents));
  BITPLACE_ASSIGN(model, Model::from_memory(bytes.data(), bytes.size(), "model"));
  FloatRunner runner;
  BITPLACE_ASSIGN(plan, Plan::create(model));
  runner.plan_ = std::move(plan);
  BITPLACE_ASSIGN(arena, AlignedBuffer::allocate(runner.plan_.arena_bytes()));
  runner.arena_ = std::move(arena);
  runner.scales_ = std::move(scales);
  runner.scales_.resize(contents.graph.values.size(), 1.0f);
  runner.reshaped_ = reshaped_values(contents.graph);
  return runner;
}

const Graph& FloatRunner::graph() const {
  return plan_.model().contents().graph;
}

Status FloatRunner::run(const ImageView& image, const ValueObserver& observe, ValueId last) {
  BITPLACE_TRY(check_image(image));
  const Plan::Implementation& plan = *plan_.implementation();
  plan.preprocessor.run(image, arena_.data() + plan.input_offset,
                        arena_.data() + plan.preprocessing_scratch_offset);
  bool done = false;
  BITPLACE_TRY(show(graph().input, plan.input_offset, observe, last, &done));
  for (std::size_t i = 0; i < plan.steps.size() && !done; ++i) {
    const Step& step = plan.steps[i];
    for (std::int64_t task = 0; task < step.tasks; ++task)
      run_task(step, arena_.data(), task);
    const bool complete = i + 1 == plan.steps.size() || plan.steps[i + 1].layer != step.layer;
    if (complete) BITPLACE_TRY(show(plan.layer_values[step.layer], step.output_offset, observe, last, &done));
  }
  return {};
}

Status FloatRunner::show(ValueId written, std::size_t offset, const ValueObserver& observe, ValueId last,
                         bool* done) {
  const float* numbers = as_floats(written, arena_.data() + offset);
  const std::int64_t count = graph().values[static_cast<std::size_t>(written)].shape.elements();
  BITPLACE_TRY(observe(written, numbers, count));
  *done = written == last;
  for (const ValueId reshaped : reshaped_[static_cast<std::size_t>(written)]) {
    BITPLACE_TRY(observe(reshaped, numbers, count));
    *done = *done || reshaped == last;
  }
  return {};
}

const float* FloatRunner::as_floats(ValueId value, const std::byte* stored) {
  const Value& shown = graph().values[static_cast<std::size_t>(value)];
  if (shown.type == DataType::f32) return reinterpret_cast<const float*>(stored);
  floats_.resize(static_cast<std::size_t>(shown.shape.elements()));
  const float scale = scales_[static_cast<std::size_t>(value)];
  switch (shown.type) {
    case DataType::s32:
      scale_codes<std::int32_t>(stored, scale, floats_);
      break;
    case DataType::s8:
      scale_codes<std::int8_t>(stored, scale, floats_);
      break;
    case DataType::u8:
      scale_codes<std::uint8_t>(stored, scale, floats_);
      break;
    case DataType::f16:
      widen_halves(stored, floats_);
      break;
    default:  // values of a deployable graph have no other type than these and b1
      widen_signs(stored, shown.shape[3], floats_);
  }
  return floats_.data();
}

}  // namespace bitplace
