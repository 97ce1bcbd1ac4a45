#include "plan/head_layer.h"

#include "plan/layer_support.h"

namespace bitplace {
namespace {

class HeadPlanner {
 public:
  HeadPlanner(const Graph& graph, PlannedLayer& layer, IsaFeatures features)
      : graph_(graph),
        layer_(layer),
        features_(features),
        input_(input_of(graph, *layer.node)),
        output_(output_of(graph, *layer.node)) {}

  void gem_pool() {
    const auto& a = attributes<GemPoolAttributes>();
    const GemPoolKernel* kernel = choose(layer_, gem_pool_kernels(), features_);
    const GemPoolCall call = {nullptr, nullptr, pixels(), channels(), a.p, a.epsilon};
    push(GemPoolStep{kernel->run, call, channels()}, "generalized-mean pool", elements());
  }

  void l2_normalize_channels() {
    const L2NormalizeChannelsKernel* kernel = choose(layer_, l2_normalize_channels_kernels(), features_);
    push(L2NormalizeChannelsStep{kernel->run, {nullptr, nullptr, channels()}, pixels()},
         "L2 normalisation of channels", elements());
  }

  void softmax() {
    const SoftmaxKernel* kernel = choose(layer_, softmax_kernels(), features_);
    push(SoftmaxStep{kernel->run, {nullptr, nullptr, channels()}, pixels()}, "softmax", elements());
  }

  void layer_norm() {
    const auto& a = attributes<LayerNormAttributes>();
    const LayerNormKernel* kernel = choose(layer_, layer_norm_kernels(), features_);
    layer_.packed_bytes = 2 * layer_norm_constant_bytes(channels());
    const LayerNormCall call = {nullptr, nullptr, nullptr, nullptr, channels(), a.epsilon};
    push(LayerNormStep{kernel->run, call, pixels()}, "layer normalisation", elements());
  }

  void vlad() {
    const bool dimension_major = attributes<VladAttributes>().dimension_major != 0;
    const VladKernel* kernel = choose(layer_, vlad_kernels(), features_);
    const std::int64_t dimensions = second_input().shape[3];
    const std::size_t bytes = static_cast<std::size_t>(output_.shape.elements()) * sizeof(float);
    layer_.packed_bytes = bytes;
    if (dimension_major) layer_.scratch_bytes = bytes;
    layer_.info.multiply_accumulates = elements() * dimensions;
    const VladCall call = {nullptr,  nullptr,    nullptr,    nullptr,        nullptr,
                           pixels(), channels(), dimensions, dimension_major};
    push(VladStep{kernel->run, call, channels()}, "residuals per cluster", elements() * dimensions);
  }

  void transpose() {
    const TransposeKernel* kernel = choose(layer_, transpose_kernels(), features_);
    const int bits = bits_per_element(input_.type);
    const auto run = bits == 8 ? kernel->run_8 : bits == 16 ? kernel->run_16 : kernel->run_32;
    push(TransposeStep{run, {nullptr, nullptr, pixels(), channels()}, channels()}, "transpose", elements());
  }

  void concatenate() {
    const ConcatenateKernel* kernel = choose(layer_, concatenate_kernels(), features_);
    const std::int64_t bytes = bits_per_element(input_.type) / 8;
    const ConcatenateCall call = {nullptr, nullptr, nullptr, channels() * bytes,
                                  second_input().shape[3] * bytes};
    push(ConcatenateStep{kernel->run, call, pixels()}, "concatenate", output_.shape.elements());
  }

 private:
  template <typename Attributes>
  const Attributes& attributes() const {
    return std::get<Attributes>(layer_.node->attributes);
  }

  std::int64_t pixels() const { return pixels_of(input_); }
  std::int64_t channels() const { return input_.shape[3]; }
  std::int64_t elements() const { return input_.shape.elements(); }
  const Value& second_input() const {
    return graph_.values[static_cast<std::size_t>(layer_.node->inputs[1])];
  }

  // `work`: elements that are read, or products that are summed.
  template <typename HeadStep>
  void push(const HeadStep& parameters, const char* operation, std::int64_t work) {
    layer_.info.operation = std::string(operation) + " " + data_type_name(input_.type);
    Step step;
    step.parameters = parameters;
    step.tasks = parts_for(work, parameters.count);
    layer_.steps.push_back(step);
  }

  const Graph& graph_;
  PlannedLayer& layer_;
  IsaFeatures features_;
  const Value& input_;
  const Value& output_;
};

}  // namespace

bool plan_head(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  HeadPlanner planner(graph, layer, features);
  switch (layer.node->op) {
    case Op::gem_pool:
      planner.gem_pool();
      return true;
    case Op::l2_normalize_channels:
      planner.l2_normalize_channels();
      return true;
    case Op::softmax:
      planner.softmax();
      return true;
    case Op::vlad:
      planner.vlad();
      return true;
    case Op::layer_norm:
      planner.layer_norm();
      return true;
    case Op::transpose:
      planner.transpose();
      return true;
    case Op::concatenate:
      planner.concatenate();
      return true;
    default:
      return false;
  }
}

}  // namespace bitplace
