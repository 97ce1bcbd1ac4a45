#include "plan/layer.h"

#include <cstring>

#include "core/error.h"
#include "plan/convolution_layer.h"
#include "plan/elementwise_layer.h"
#include "plan/head_layer.h"
#include "plan/layer_support.h"
#include "plan/value_layout.h"

namespace bitplace {
namespace {

void plan_convolution(const Graph& graph, PlannedLayer& layer, const CodeRange& input_range,
                      IsaFeatures features) {
  const Node& node = *layer.node;
  const ConvolutionTable* table = convolution_table(graph, node);
  const ConvolutionProblem problem = convolution_problem(graph, node, input_range);
  const ConvolutionKernel* kernel = choose(
      layer, table->rows(), features, [&](const ConvolutionKernel& row) { return row.accepts(problem); });
  layer.packed_bytes = kernel->packed_bytes(problem);
  layer.scratch_bytes = kernel->scratch_bytes(problem);
  layer.info.operation = convolution_text(graph, node);
  layer.info.multiply_accumulates = multiply_accumulates(problem);
  Step step;
  step.parameters = ConvolutionStep{kernel, problem, table->weight, nullptr, true};
  step.tasks = kernel->prepare_tasks(problem);
  if (step.tasks > 0) layer.steps.push_back(step);
  std::get<ConvolutionStep>(step.parameters).prepares = false;
  step.tasks = kernel->run_tasks(problem);
  layer.steps.push_back(step);
}

KernelTable<MaxPoolKernel> max_pool_kernels(DataType type) {
  switch (type) {
    case DataType::b1:
      return max_pool_b1_kernels();
    case DataType::s8:
      return max_pool_s8_kernels();
    case DataType::u8:
      return max_pool_u8_kernels();
    case DataType::s32:
      return max_pool_s32_kernels();
    case DataType::f16:
      return max_pool_f16_kernels();
    default:
      return max_pool_f32_kernels();
  }
}

void plan_max_pool(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Node& node = *layer.node;
  const auto& a = std::get<MaxPoolAttributes>(node.attributes);
  const Value& input = input_of(graph, node);
  const Value& output = output_of(graph, node);
  MaxPoolStep parameters{};
  parameters.kernel = choose(layer, max_pool_kernels(input.type), features);
  parameters.problem = {static_cast<std::int32_t>(input.shape[1]),
                        static_cast<std::int32_t>(input.shape[2]),
                        channels_of(input),
                        static_cast<std::int32_t>(output.shape[1]),
                        static_cast<std::int32_t>(output.shape[2]),
                        a.window_height,
                        a.window_width,
                        a.stride_height,
                        a.stride_width,
                        a.pad_top,
                        a.pad_left};
  if (graph.parameter(node, "flip") != nullptr) {
    layer.packed_bytes = static_cast<std::size_t>(words_per_pixel(input.shape[3]) * 4);
  }
  layer.info.operation = std::string("max-pool ") + data_type_name(input.type) + " " +
                         window_text(a.window_height, a.window_width) + "/" + std::to_string(a.stride_height);
  Step step;
  step.parameters = parameters;
  step.tasks = output.shape[1];
  layer.steps.push_back(step);
}

// Threshold constants: s32 or f32 per channel, then the flip words.
std::size_t threshold_words_offset(std::int64_t channels) {
  return static_cast<std::size_t>(channels) * 4;
}

void plan_threshold(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Value& input = input_of(graph, *layer.node);
  const ThresholdKernel* kernel = choose(layer, threshold_kernels(), features);
  layer.packed_bytes =
      threshold_words_offset(input.shape[3]) + static_cast<std::size_t>(words_per_pixel(input.shape[3]) * 4);
  layer.info.operation = std::string("threshold ") + data_type_name(input.type) + " -> b1";
  const auto call = [&](auto number) {
    return ThresholdCall<decltype(number)>{channels_of(input), nullptr, nullptr, nullptr, nullptr};
  };
  Step step;
  if (input.type == DataType::f32) {
    step.parameters = ThresholdFloatsStep{kernel->run_f32, call(0.0f), pixels_of(input)};
  } else {
    step.parameters = ThresholdStep{kernel->run_s32, call(0), pixels_of(input)};
  }
  step.tasks = parts_for(input.shape.elements(), pixels_of(input));
  layer.steps.push_back(step);
}

void plan_sign(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Value& input = input_of(graph, *layer.node);
  const PackBitsKernel* kernel = choose(layer, pack_bits_kernels(), features);
  layer.info.operation = "sign f32 -> b1";
  Step step;
  step.parameters = PackBitsStep{kernel, pixels_of(input), channels_of(input)};
  step.tasks = parts_for(input.shape.elements(), pixels_of(input));
  layer.steps.push_back(step);
}

void plan_l2_normalize(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Value& input = input_of(graph, *layer.node);
  const L2NormalizeKernel* kernel = choose(layer, l2_normalize_kernels(), features);
  layer.info.operation = std::string("L2 normalisation ") + data_type_name(input.type) + " -> f32";
  Step step;
  step.parameters = L2NormalizeStep{kernel, input.shape.elements(), input.type == DataType::s32};
  layer.steps.push_back(step);
}

void flip_to_words(const Tensor& flip, std::uint32_t* words) {
  for (std::size_t c = 0; c < flip.data.size(); ++c) {
    if (flip.data[c] != std::byte{0}) words[c / 32] |= 1u << (c % 32);
  }
}

struct ConstantPacker {
  const Graph& graph;
  const Node& node;
  std::byte* packed;

  template <typename T>
  const T* data(const char* role) const {
    const Tensor* tensor = graph.parameter(node, role);
    return tensor != nullptr ? tensor->as<T>() : nullptr;
  }

  void operator()(ConvolutionStep& step) const {
    step.packed = packed;
    if (!step.prepares) pack_convolution(graph, node, step, step.kernel->pack, packed);
  }
  void operator()(MaxPoolStep& step) const {
    const Tensor* flip = graph.parameter(node, "flip");
    if (flip == nullptr) return;
    auto* words = reinterpret_cast<std::uint32_t*>(packed);
    flip_to_words(*flip, words);
    step.flip_words = words;
  }
  template <typename Number>
  void operator()(ElementwiseStep<ThresholdCall<Number>>& step) const {
    const std::size_t words_offset = threshold_words_offset(step.call.channels);
    std::memcpy(packed, data<std::byte>("threshold"), words_offset);
    auto* words = reinterpret_cast<std::uint32_t*>(packed + words_offset);
    flip_to_words(*graph.parameter(node, "flip"), words);
    step.call.threshold = reinterpret_cast<const Number*>(packed);
    step.call.flip_words = words;
  }
  void operator()(LookupStep& step) const {
    const Tensor& table = *graph.parameter(node, "table");
    std::memcpy(packed, table.data.data(), table.data.size());
    step.call.table = reinterpret_cast<const std::int8_t*>(packed);
  }
  void operator()(DequantizeChannelsStep& step) const {
    const auto bytes = static_cast<std::size_t>(step.call.channels) * sizeof(float);
    std::memcpy(packed, data<std::byte>("scale"), bytes);
    step.call.scale = reinterpret_cast<const float*>(packed);
    const auto* bias = data<std::byte>("bias");
    if (bias == nullptr) return;
    std::memcpy(packed + bytes, bias, bytes);
    step.call.bias = reinterpret_cast<const float*>(packed + bytes);
  }
  void operator()(LayerNormStep& step) const {
    const auto bytes = static_cast<std::size_t>(step.call.channels) * sizeof(float);
    std::byte* bias = packed + layer_norm_constant_bytes(step.call.channels);
    std::memcpy(packed, data<std::byte>("weight"), bytes);
    std::memcpy(bias, data<std::byte>("bias"), bytes);
    step.call.weight = reinterpret_cast<const float*>(packed);
    step.call.bias = reinterpret_cast<const float*>(bias);
  }
  void operator()(VladStep& step) const {
    const Tensor& centers = *graph.parameter(node, "centers");
    std::memcpy(packed, centers.data.data(), centers.data.size());
    step.call.centers = reinterpret_cast<const float*>(packed);
  }
  // The other steps have no constants.
  template <typename StepWithout>
  void operator()(StepWithout&) const {}
};

}  // namespace

Result<PlannedLayer> plan_layer(const Graph& graph, const Node& node, const CodeRange& input_range,
                                IsaFeatures features) {
  PlannedLayer layer;
  layer.node = &node;
  layer.info.layer = node.name;
  switch (node.op) {
    case Op::convolution:
      plan_convolution(graph, layer, input_range, features);
      break;
    case Op::max_pool:
      plan_max_pool(graph, layer, features);
      break;
    case Op::threshold:
      plan_threshold(graph, layer, features);
      break;
    case Op::sign:
      plan_sign(graph, layer, features);
      break;
    case Op::l2_normalize:
      plan_l2_normalize(graph, layer, features);
      break;
    default:
      if (!plan_elementwise(graph, layer, features) && !plan_head(graph, layer, features))
        return make_error(ErrorCode::internal, "layer '" + node.name + "'", "cannot be planned");
  }
  layer.info.packed_bytes = layer.packed_bytes;
  layer.info.scratch_bytes = layer.scratch_bytes;
  return layer;
}

void pack_layer(const Graph& graph, PlannedLayer& layer, std::byte* packed) {
  for (Step& step : layer.steps)
    std::visit(ConstantPacker{graph, *layer.node, packed}, step.parameters);
}

}  // namespace bitplace
