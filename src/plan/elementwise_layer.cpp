#include "plan/elementwise_layer.h"

#include "plan/layer_support.h"

namespace bitplace {
namespace {

// The member of a row that runs this type.
template <typename Run>
Run by_type(DataType type, Run s8, Run f16, Run f32) {
  return type == DataType::s8 ? s8 : type == DataType::f16 ? f16 : f32;
}

std::string types_text(const char* operation, DataType from, DataType to) {
  return std::string(operation) + " " + data_type_name(from) +
         (from == to ? "" : std::string(" -> ") + data_type_name(to));
}

class ElementwisePlanner {
 public:
  ElementwisePlanner(const Graph& graph, PlannedLayer& layer, IsaFeatures features)
      : layer_(layer),
        features_(features),
        input_(input_of(graph, *layer.node)),
        output_(output_of(graph, *layer.node)) {}

  void quantize() {
    const auto& a = attributes<QuantizeAttributes>();
    const QuantizeKernel* kernel = choose(layer_, quantize_kernels(), features_);
    if (output_.type == DataType::u8) {
      push(UnsignedQuantizeStep{kernel->run_unsigned, {nullptr, nullptr, a.scale, a.high}, elements()},
           "quantize");
      return;
    }
    const auto run = input_.type == DataType::s32   ? kernel->run_s32
                     : input_.type == DataType::f16 ? kernel->run_f16
                                                    : kernel->run_f32;
    push(QuantizeStep{run, {nullptr, nullptr, a.scale, a.low, a.high}, elements()}, "quantize");
  }

  void add() {
    const auto& a = attributes<AddAttributes>();
    const AddKernel* kernel = choose(layer_, add_kernels(), features_);
    const auto run = by_type(input_.type, kernel->run_s8, kernel->run_f16, kernel->run_f32);
    const auto [low, high] = clamp(a.low, a.high);
    push(AddStep{run, {nullptr, nullptr, nullptr, a.scale_a, a.scale_b, low, high}, elements()}, "add");
  }

  void multiply_channels() {
    const auto& a = attributes<MultiplyChannelsAttributes>();
    const MultiplyChannelsKernel* kernel = choose(layer_, multiply_channels_kernels(), features_);
    const auto run = by_type(input_.type, kernel->run_s8, kernel->run_f16, kernel->run_f32);
    const auto [low, high] = clamp(a.low, a.high);
    push(
        MultiplyChannelsStep{
            run, {nullptr, nullptr, nullptr, input_.shape[3], a.scale, low, high}, pixels_of(input_)},
        "multiply by channel");
  }

  void activation() {
    const auto& a = attributes<ActivationAttributes>();
    const ActivationKernel* kernel = choose(layer_, activation_kernels(), features_);
    const auto run = input_.type == DataType::f16 ? kernel->run_f16 : kernel->run_f32;
    push(ActivationStep{run, {a.kind, a.alpha, nullptr, nullptr}, elements()}, activation_name(a.kind));
  }

  void lookup() {
    const LookupKernel* kernel = choose(layer_, lookup_kernels(), features_);
    layer_.packed_bytes = 256;
    const auto run = input_.type == DataType::u8 ? kernel->run_u8 : kernel->run_s8;
    push(LookupStep{run, {nullptr, nullptr, nullptr}, elements()}, "lookup");
  }

  void dequantize() {
    const auto& a = attributes<DequantizeAttributes>();
    const DequantizeKernel* kernel = choose(layer_, dequantize_kernels(), features_);
    if (input_.type == DataType::s32) {
      layer_.packed_bytes = 2 * sizeof(float) * static_cast<std::size_t>(input_.shape[3]);
      push(
          DequantizeChannelsStep{
              kernel->run_s32_f32, {nullptr, nullptr, nullptr, nullptr, input_.shape[3]}, pixels_of(input_)},
          "dequantize");
    } else {
      const auto run = output_.type == DataType::f16 ? kernel->run_s8_f16 : kernel->run_s8_f32;
      push(DequantizeStep{run, {nullptr, nullptr, a.scale}, elements()}, "dequantize");
    }
  }

  void cast() {
    const CastKernel* kernel = choose(layer_, cast_kernels(), features_);
    const auto run = input_.type == DataType::f16 ? kernel->run_f16_f32 : kernel->run_f32_f16;
    push(CastStep{run, {nullptr, nullptr}, elements()}, "cast");
  }

  void average_pool() {
    const auto& a = attributes<AveragePoolAttributes>();
    const AveragePoolKernel* kernel = choose(layer_, average_pool_kernels(), features_);
    const auto extent = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
    const AveragePoolProblem problem = {extent(input_.shape[1]),
                                        extent(input_.shape[2]),
                                        channels_of(input_),
                                        extent(output_.shape[1]),
                                        extent(output_.shape[2]),
                                        a.window_height,
                                        a.window_width,
                                        a.stride_height,
                                        a.stride_width,
                                        a.pad_top,
                                        a.pad_left,
                                        a.count_padding != 0,
                                        a.factor};
    layer_.info.operation = types_text("average-pool", input_.type, output_.type) + " " +
                            window_text(a.window_height, a.window_width) + "/" +
                            std::to_string(a.stride_height);
    Step step;
    step.parameters =
        AveragePoolStep{by_type(input_.type, kernel->run_s8, kernel->run_f16, kernel->run_f32), problem};
    step.tasks = average_pool_tasks(problem);
    layer_.steps.push_back(step);
  }

 private:
  template <typename Attributes>
  const Attributes& attributes() const {
    return std::get<Attributes>(layer_.node->attributes);
  }

  std::int64_t elements() const { return input_.shape.elements(); }

  // Codes are clamped to what the type holds in any case.
  std::pair<float, float> clamp(float low, float high) const {
    if (input_.type != DataType::s8) return {low, high};
    const CodeRange range = requantized_range(low, high);
    return {static_cast<float>(range.low), static_cast<float>(range.high)};
  }

  template <typename ElementwiseStep>
  void push(const ElementwiseStep& parameters, const char* operation) {
    layer_.info.operation = types_text(operation, input_.type, output_.type);
    Step step;
    step.parameters = parameters;
    step.tasks = parts_for(elements(), parameters.count);
    layer_.steps.push_back(step);
  }

  PlannedLayer& layer_;
  IsaFeatures features_;
  const Value& input_;
  const Value& output_;
};

}  // namespace

bool plan_elementwise(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  ElementwisePlanner planner(graph, layer, features);
  switch (layer.node->op) {
    case Op::quantize:
      planner.quantize();
      return true;
    case Op::add:
      planner.add();
      return true;
    case Op::multiply_channels:
      planner.multiply_channels();
      return true;
    case Op::activation:
      planner.activation();
      return true;
    case Op::lookup:
      planner.lookup();
      return true;
    case Op::dequantize:
      planner.dequantize();
      return true;
    case Op::cast:
      planner.cast();
      return true;
    case Op::average_pool:
      planner.average_pool();
      return true;
    default:
      return false;
  }
}

}  // namespace bitplace
