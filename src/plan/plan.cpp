#include "bitplace/plan.h"

#include "core/error.h"
#include "cuda/plan/device_name.h"
#include "cuda/plan/plan_for_device.h"
#include "graph/validate.h"
#include "plan/arena_layout.h"
#include "plan/layer.h"
#include "plan/plan_implementation.h"
#include "plan/preprocessing_step.h"
#include "plan/value_layout.h"

namespace bitplace {
namespace {

constexpr std::size_t kMostArenaBytes = std::size_t{1} << 32;

class PlanBuilder {
 public:
  PlanBuilder(const Model& model, IsaFeatures features)
      : graph_(model.contents().graph), arena_(graph_), result_(std::make_shared<Plan::Implementation>()) {
    result_->model = model;
    result_->features = features;
  }

  Result<std::shared_ptr<const Plan::Implementation>> build() {
    BITPLACE_TRY(plan_layers());
    BITPLACE_TRY(arena_.place(kMostArenaBytes));
    BITPLACE_TRY(pack());
    fill_offsets();
    return std::shared_ptr<const Plan::Implementation>(std::move(result_));
  }

 private:
  Status plan_layers() {
    arena_.write(graph_.input, 0);
    plan_preprocessing();
    const std::vector<CodeRange> ranges = code_ranges(graph_);
    int stage = 1;
    for (const Node& node : graph_.nodes) {
      if (node.op == Op::reshape) {
        arena_.alias(node.output, node.inputs[0]);
        continue;
      }
      Result<PlannedLayer> layer =
          plan_layer(graph_, node, ranges[static_cast<std::size_t>(node.inputs[0])], result_->features);
      if (!layer.ok()) return layer.error();
      for (const ValueId input : node.inputs)
        arena_.read(input, stage);
      arena_.write(node.output, stage);
      scratch_.push_back(arena_.add_scratch(layer->scratch_bytes, stage));
      layers_.push_back(*std::move(layer));
      ++stage;
    }
    // What the caller reads after the frame lives until its end.
    arena_.read(graph_.features, stage);
    arena_.read(graph_.descriptor, stage);
    return {};
  }

  void plan_preprocessing() {
    result_->preprocessor = Preprocessor(result_->model.contents().preprocessing, result_->features);
    const Preprocessor& preprocessor = result_->preprocessor;
    result_->preprocessing = describe_preprocessing(preprocessor, result_->features);
    preprocessing_scratch_ = arena_.add_scratch(preprocessor.scratch_bytes(preprocessor.useful_parts()), 0);
  }

  Status pack() {
    std::size_t total = 0;
    for (const PlannedLayer& layer : layers_)
      total += rounded(layer.packed_bytes);
    Result<AlignedBuffer> memory = AlignedBuffer::allocate(total + kTailPad);
    if (!memory.ok()) return memory.error();
    result_->packed = *std::move(memory);
    result_->packed_bytes = result_->packed.size();
    std::size_t offset = 0;
    for (PlannedLayer& layer : layers_) {
      pack_layer(graph_, layer, result_->packed.data() + offset);
      offset += rounded(layer.packed_bytes);
    }
    return {};
  }

  void fill_offsets() {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      PlannedLayer& layer = layers_[i];
      result_->layer_values.push_back(layer.node->output);
      layer.info.output_offset = arena_.offset(layer.node->output);
      layer.info.output_bytes = value_bytes(graph_.values[static_cast<std::size_t>(layer.node->output)]);
      for (Step& step : layer.steps) {
        step.layer = i;
        step.input_offset = arena_.offset(layer.node->inputs[0]);
        step.second_input_offset = arena_.offset(layer.node->inputs.back());
        step.output_offset = layer.info.output_offset;
        step.scratch_offset = arena_.scratch_offset(scratch_[i]);
        result_->steps.push_back(step);
      }
      result_->info.push_back(std::move(layer.info));
    }
    const Value& features = graph_.values[static_cast<std::size_t>(graph_.features)];
    result_->arena_bytes = arena_.total_bytes();
    result_->input_offset = arena_.offset(graph_.input);
    result_->preprocessing.output_offset = result_->input_offset;
    result_->preprocessing.output_bytes = value_bytes(graph_.values[static_cast<std::size_t>(graph_.input)]);
    result_->preprocessing_scratch_offset = arena_.scratch_offset(preprocessing_scratch_);
    result_->features_offset = arena_.offset(graph_.features);
    result_->features_type = features.type;
    result_->feature_count = features.shape.elements();
    result_->descriptor_offset = arena_.offset(graph_.descriptor);
  }

  static std::size_t rounded(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

  const Graph& graph_;
  ArenaLayout arena_;
  std::shared_ptr<Plan::Implementation> result_;
  std::vector<PlannedLayer> layers_;
  std::vector<std::size_t> scratch_;  // buffer of each layer's scratch
  std::size_t preprocessing_scratch_ = ArenaLayout::kNoBuffer;
};

}  // namespace

Result<Plan> Plan::create(const Model& model, const PlanOptions& options) noexcept {
  return guarded([&]() -> Result<Plan> {
    const Result<IsaFeatures> features = active_features(options.isa);
    if (!features.ok()) return features.error();
    BITPLACE_ASSIGN(device, cuda::parse_device_name(options.device));
    const bool on_cpu = device.kind == cuda::DeviceName::Kind::cpu;
    BITPLACE_ASSIGN(implementation, on_cpu ? PlanBuilder(model, *features).build()
                                           : cuda::plan_for_device(model, *features, device));
    return Plan(std::move(implementation));
  });
}

const Model& Plan::model() const noexcept {
  return implementation_->model;
}
IsaFeatures Plan::features() const noexcept {
  return implementation_->features;
}
std::size_t Plan::packed_bytes() const noexcept {
  return implementation_->packed_bytes;
}
std::size_t Plan::arena_bytes() const noexcept {
  return implementation_->arena_bytes;
}
const char* Plan::device() const noexcept {
  return implementation_->device.c_str();
}
Result<std::size_t> Plan::arena_bytes(int batch) const noexcept {
  return guarded([&]() -> Result<std::size_t> {
    if (batch < 1) return make_error(ErrorCode::invalid_argument, "batch", "must be at least 1");
    if (implementation_->device_plan == nullptr) return arena_bytes();
    return cuda::arena_bytes(*implementation_->device_plan, batch);
  });
}
const StepInfo& Plan::preprocessing() const noexcept {
  return implementation_->preprocessing;
}
const std::vector<StepInfo>& Plan::steps() const noexcept {
  return implementation_->info;
}

}  // namespace bitplace
