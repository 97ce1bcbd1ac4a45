#include "cuda/plan/device_plan.h"

#include <algorithm>
#include <limits>

#include "core/arena.h"
#include "core/error.h"
#include "cuda/common/architecture.h"
#include "cuda/plan/device_convolution.h"
#include "cuda/plan/device_images.h"
#include "cuda/plan/device_rows.h"
#include "graph/code_range.h"
#include "graph/model_contents.h"
#include "plan/arena_layout.h"
#include "plan/convolution_layer.h"
#include "plan/value_layout.h"

namespace bitplace::cuda {
namespace {

constexpr std::size_t kConstantAlignment = 256;

std::size_t rounded(std::size_t bytes) {
  return (bytes + kConstantAlignment - 1) / kConstantAlignment * kConstantAlignment;
}

const Value& value_of(const Graph& graph, ValueId value) {
  return graph.values[static_cast<std::size_t>(value)];
}

// "layer 'conv1': convolution f32 x f32 3x3/1: no kernel for GPUs runs it on sm_87"
Error no_kernel(const StepInfo& info, int architecture) {
  return make_error(ErrorCode::unsupported, "layer '" + info.layer + "'", info.operation,
                    "no kernel for GPUs runs it on " + architecture_name(architecture));
}

std::int64_t largest_batch_of(const ConvolutionProblem& problem) {
  return kMostOutputPixels / (std::int64_t{problem.output_height} * problem.output_width);
}

void name_kernel(const DeviceKernel& kernel, int architecture, StepInfo* info) {
  info->kernel = kernel.name;
  info->isa = architecture_name(architecture);
  info->reference = false;
  info->instruction = promised_instruction(kernel, architecture);
}

}  // namespace

DevicePlan::DevicePlan(const Model& model, int architecture) : model_(model), architecture_(architecture) {}

std::size_t DevicePlan::descriptor_bytes() const {
  return value_bytes(value_of(graph(), graph().descriptor));
}

const Preprocessing& DevicePlan::preprocessing() const {
  return model_.contents().preprocessing;
}

const Graph& DevicePlan::graph() const {
  return model_.contents().graph;
}

Result<DevicePlan> DevicePlan::create(const Model& model, int architecture) {
  DevicePlan plan(model, architecture);
  BITPLACE_TRY(plan.plan_layers());
  return plan;
}

Result<DevicePlan> DevicePlan::create(const Model& model, std::shared_ptr<Device> device) {
  BITPLACE_ASSIGN(plan, create(model, device->architecture()));
  plan.device_ = std::move(device);
  BITPLACE_TRY(plan.upload());
  return plan;
}

Status DevicePlan::plan_layers() {
  const std::vector<CodeRange> ranges = code_ranges(graph());
  for (const Node& node : graph().nodes) {
    if (node.op == Op::reshape) continue;
    // The CPU's portable plan of a layer says what is to be done: its text, its problem, its constants.
    Result<PlannedLayer> planned =
        plan_layer(graph(), node, ranges[static_cast<std::size_t>(node.inputs[0])], 0);
    if (!planned.ok()) return planned.error();
    BITPLACE_TRY(add_layer(*std::move(planned)));
  }
  BITPLACE_ASSIGN(placed, layout(1));
  fill_info(placed);
  return {};
}

Status DevicePlan::add_layer(PlannedLayer planned) {
  Layer layer;
  StepInfo& info = planned.info;
  info.passed_over.clear();  // the CPU's
  if (const auto* convolution = std::get_if<ConvolutionStep>(&planned.steps.back().parameters)) {
    layer.convolution =
        choose_convolution(graph(), *planned.node, convolution->problem, architecture_, &info.passed_over);
    if (layer.convolution == nullptr) return no_kernel(info, architecture_);
    layer.kernel = &layer.convolution->kernel;
    planned.packed_bytes = layer.convolution->packed_bytes(convolution->problem);
    largest_batch_ = std::min(largest_batch_, largest_batch_of(convolution->problem));
  } else {
    layer.kernel = device_row(graph(), *planned.node);
    if (layer.kernel == nullptr || !runs_on(*layer.kernel, architecture_)) {
      return no_kernel(info, architecture_);
    }
  }
  name_kernel(*layer.kernel, architecture_, &info);
  info.packed_bytes = planned.packed_bytes;
  layer.packed_offset = packed_bytes_;
  packed_bytes_ += rounded(planned.packed_bytes);
  layer.planned = std::move(planned);
  layers_.push_back(std::move(layer));
  return {};
}

std::size_t DevicePlan::scratch_bytes(const Layer& layer, std::int32_t batch) const {
  if (layer.convolution == nullptr) return layer.planned.scratch_bytes * static_cast<std::size_t>(batch);
  const auto& step = std::get<ConvolutionStep>(layer.planned.steps.back().parameters);
  return layer.convolution->scratch_bytes(step.problem, batch);
}

Result<DeviceLayout> DevicePlan::layout(std::int32_t batch) const {
  if (batch > largest_batch_) {
    return make_error(ErrorCode::invalid_argument, "batch",
                      std::to_string(batch) + " images at a time; on a GPU this model takes at most " +
                          std::to_string(largest_batch_));
  }
  ArenaLayout arena(graph(), batch);
  arena.write(graph().input, 0);
  std::vector<std::size_t> scratch;
  int stage = 1;
  for (const Node& node : graph().nodes) {
    if (node.op == Op::reshape) {
      arena.alias(node.output, node.inputs[0]);
      continue;
    }
    for (const ValueId input : node.inputs)
      arena.read(input, stage);
    arena.write(node.output, stage);
    const Layer& layer = layers_[static_cast<std::size_t>(stage) - 1];
    scratch.push_back(arena.add_scratch(scratch_bytes(layer, batch), stage));
    ++stage;
  }
  arena.read(graph().features, stage);
  arena.read(graph().descriptor, stage);
  BITPLACE_TRY(arena.place(std::numeric_limits<std::size_t>::max() / 2));
  DeviceLayout layout;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Node& node = *layers_[i].planned.node;
    layout.steps.push_back({arena.offset(node.inputs[0]), arena.offset(node.inputs.back()),
                            arena.offset(node.output), arena.scratch_offset(scratch[i])});
  }
  layout.input_offset = arena.offset(graph().input);
  layout.features_offset = arena.offset(graph().features);
  layout.descriptor_offset = arena.offset(graph().descriptor);
  layout.total_bytes = arena.total_bytes();
  return layout;
}

void DevicePlan::fill_info(const DeviceLayout& placed) {
  arena_bytes_ = placed.total_bytes;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    StepInfo& info = layers_[i].planned.info;
    info.output_offset = placed.steps[i].output;
    info.output_bytes = value_bytes(value_of(graph(), layers_[i].planned.node->output));
    info.scratch_bytes = scratch_bytes(layers_[i], 1);
    info_.push_back(info);
  }
  preprocessing_info_ = describe_device_images(preprocessing(), architecture_);
  preprocessing_info_.output_offset = placed.input_offset;
  preprocessing_info_.output_bytes = value_bytes(value_of(graph(), graph().input));
}

Status DevicePlan::upload() {
  BITPLACE_ASSIGN(packed, AlignedBuffer::allocate(packed_bytes_ + kTailPad));
  BITPLACE_ASSIGN(constants, device_->allocate(packed.size(), "the plan's constants"));
  for (Layer& layer : layers_) {
    std::byte* from = packed.data() + layer.packed_offset;
    const std::byte* to = constants.get() + layer.packed_offset;
    Step& step = layer.planned.steps.back();
    if (auto* convolution = std::get_if<ConvolutionStep>(&step.parameters)) {
      pack_convolution(graph(), *layer.planned.node, *convolution, layer.convolution->pack, from);
      convolution->packed = to;
    } else {
      pack_layer(graph(), layer.planned, from);
      move_constants(&step, from, to);
    }
    steps_.push_back({layer.kernel, step, steps_.size()});
  }
  BITPLACE_TRY(device_->upload(constants.get(), packed.data(), packed.size()));
  constants_ = std::move(constants);
  return {};
}

}  // namespace bitplace::cuda
