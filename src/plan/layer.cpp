#include "plan/layer.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "kernels/common/select.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "plan/value_layout.h"

namespace bitplace {
namespace {

const Value& input_of(const Graph& graph, const Node& node) {
  return graph.values[static_cast<std::size_t>(node.inputs[0])];
}
const Value& output_of(const Graph& graph, const Node& node) {
  return graph.values[static_cast<std::size_t>(node.output)];
}

std::int64_t pixels_of(const Value& value) {
  return value.shape[1] * value.shape[2];
}
std::int32_t channels_of(const Value& value) {
  return static_cast<std::int32_t>(value.shape[3]);
}

// Element-wise work is split only where a part outweighs the hand-over between threads.
std::int64_t parts_for(std::int64_t pixels, std::int64_t channels) {
  constexpr std::int64_t kElementsPerPart = 32768;
  return std::clamp<std::int64_t>(pixels * channels / kElementsPerPart, 1, pixels);
}

// The lowest tier that has every feature the kernel needs.
const char* needed_tier(IsaFeatures features) {
  for (const IsaTier& tier : isa_tiers()) {
    if ((features & ~tier.features) == 0) return tier.name;
  }
  return isa_name(features);
}

// Records the kernel; a reference kernel counts as a slow path wherever the CPU offered more.
template <typename Kernel>
void name_kernel(PlannedLayer& layer, const Kernel& kernel, IsaFeatures features) {
  layer.info.kernel = kernel.name;
  layer.info.isa = needed_tier(kernel.features);
  layer.info.reference = kernel.features == 0 && features != 0;
}

template <typename Kernel>
const Kernel* choose(PlannedLayer& layer, KernelTable<Kernel> table, IsaFeatures features) {
  const Kernel* kernel = select_kernel(table, features);
  name_kernel(layer, *kernel, features);
  return kernel;
}

std::string window_text(std::int64_t height, std::int64_t width) {
  return std::to_string(height) + "x" + std::to_string(width);
}

ConvolutionPadding kernel_padding(PaddingValue padding) {
  switch (padding) {
    case PaddingValue::valid:
      return ConvolutionPadding::valid;
    case PaddingValue::zero:
      return ConvolutionPadding::zero;
    case PaddingValue::one:
      return ConvolutionPadding::one;
  }
  return ConvolutionPadding::valid;
}

ConvolutionProblem convolution_problem(const Graph& graph, const Node& node) {
  const auto& a = std::get<ConvolutionAttributes>(node.attributes);
  const Value& input = input_of(graph, node);
  const Value& output = output_of(graph, node);
  ConvolutionProblem p{};
  p.input_height = static_cast<std::int32_t>(input.shape[1]);
  p.input_width = static_cast<std::int32_t>(input.shape[2]);
  p.input_channels = channels_of(input);
  p.output_channels = channels_of(output);
  p.kernel_height = a.kernel_height;
  p.kernel_width = a.kernel_width;
  p.stride_height = a.stride_height;
  p.stride_width = a.stride_width;
  p.dilation_height = a.dilation_height;
  p.dilation_width = a.dilation_width;
  p.groups = a.groups;
  p.pad_top = a.pad_top;
  p.pad_left = a.pad_left;
  p.pad_bottom = a.pad_bottom;
  p.pad_right = a.pad_right;
  p.padding = kernel_padding(a.padding);
  p.pool_height = a.pool_height;
  p.pool_width = a.pool_width;
  p.output_height = static_cast<std::int32_t>(output.shape[1]);
  p.output_width = static_cast<std::int32_t>(output.shape[2]);
  p.epilogue =
      a.epilogue == Epilogue::threshold ? ConvolutionEpilogue::threshold_b1 : ConvolutionEpilogue::raw_s32;
  return p;
}

std::string convolution_text(const Value& input, const ConvolutionAttributes& a) {
  std::string text = std::string("convolution ") + data_type_name(input.type) + " x b1 " +
                     window_text(a.kernel_height, a.kernel_width) + "/" + std::to_string(a.stride_height);
  if (a.padding != PaddingValue::valid) text += std::string(" pad ") + padding_name(a.padding);
  if (a.pool_height * a.pool_width > 1) text += " + max-pool " + window_text(a.pool_height, a.pool_width);
  if (a.epilogue == Epilogue::threshold) text += " + threshold";
  return text;
}

void plan_convolution(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Node& node = *layer.node;
  const Value& input = input_of(graph, node);
  const ConvolutionProblem problem = convolution_problem(graph, node);
  const auto table = input.type == DataType::u8 ? convolution_u8_b1_kernels() : convolution_b1_b1_kernels();
  const ConvolutionKernel* kernel =
      select_kernel(table, features, [&](const ConvolutionKernel& row) { return row.accepts(problem); });
  name_kernel(layer, *kernel, features);
  layer.packed_bytes = kernel->packed_bytes(problem);
  layer.scratch_bytes = kernel->scratch_bytes(problem);
  layer.info.operation = convolution_text(input, std::get<ConvolutionAttributes>(node.attributes));
  layer.info.multiply_accumulates = std::int64_t{problem.output_height} * problem.pool_height *
                                    problem.output_width * problem.pool_width * problem.output_channels *
                                    convolution_depth(problem);
  Step step;
  step.parameters = ConvolutionStep{kernel, problem, nullptr, true};
  step.tasks = kernel->prepare_tasks(problem);
  if (step.tasks > 0) layer.steps.push_back(step);
  step.parameters = ConvolutionStep{kernel, problem, nullptr, false};
  step.tasks = kernel->run_tasks(problem);
  layer.steps.push_back(step);
}

void plan_max_pool(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Node& node = *layer.node;
  const auto& a = std::get<MaxPoolAttributes>(node.attributes);
  const Value& input = input_of(graph, node);
  const Value& output = output_of(graph, node);
  MaxPoolStep parameters{};
  parameters.kernel = input.type == DataType::b1    ? choose(layer, max_pool_b1_kernels(), features)
                      : input.type == DataType::s32 ? choose(layer, max_pool_s32_kernels(), features)
                                                    : choose(layer, max_pool_f32_kernels(), features);
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

// Threshold constants: s32 per channel, then the flip words.
std::size_t threshold_words_offset(std::int64_t channels) {
  return static_cast<std::size_t>(channels) * 4;
}

void plan_threshold(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Value& input = input_of(graph, *layer.node);
  const ThresholdKernel* kernel = choose(layer, threshold_kernels(), features);
  layer.packed_bytes =
      threshold_words_offset(input.shape[3]) + static_cast<std::size_t>(words_per_pixel(input.shape[3]) * 4);
  layer.info.operation = "threshold s32 -> b1";
  Step step;
  step.parameters = ThresholdStep{kernel, pixels_of(input), channels_of(input), nullptr, nullptr};
  step.tasks = parts_for(pixels_of(input), input.shape[3]);
  layer.steps.push_back(step);
}

void plan_sign(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Value& input = input_of(graph, *layer.node);
  const PackBitsKernel* kernel = choose(layer, pack_bits_kernels(), features);
  layer.info.operation = "sign f32 -> b1";
  Step step;
  step.parameters = PackBitsStep{kernel, pixels_of(input), channels_of(input)};
  step.tasks = parts_for(pixels_of(input), input.shape[3]);
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

void plan_quantize(const Graph& graph, PlannedLayer& layer, IsaFeatures features) {
  const Value& input = input_of(graph, *layer.node);
  const QuantizeKernel* kernel = choose(layer, quantize_kernels(), features);
  layer.info.operation = std::string("quantize ") + data_type_name(input.type) + " -> s8";
  const float scale = std::get<QuantizeAttributes>(layer.node->attributes).scale;
  Step step;
  step.parameters = QuantizeStep{kernel, input.shape.elements(), scale, input.type == DataType::s32};
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
    if (step.prepares) return;
    step.kernel->pack(
        step.problem,
        {data<std::uint8_t>("weight"), data<std::int32_t>("threshold"), data<std::uint8_t>("flip")}, packed);
  }
  void operator()(MaxPoolStep& step) const {
    const Tensor* flip = graph.parameter(node, "flip");
    if (flip == nullptr) return;
    auto* words = reinterpret_cast<std::uint32_t*>(packed);
    flip_to_words(*flip, words);
    step.flip_words = words;
  }
  void operator()(ThresholdStep& step) const {
    const std::size_t words_offset = threshold_words_offset(step.channels);
    std::memcpy(packed, data<std::byte>("threshold"), words_offset);
    auto* words = reinterpret_cast<std::uint32_t*>(packed + words_offset);
    flip_to_words(*graph.parameter(node, "flip"), words);
    step.threshold = reinterpret_cast<const std::int32_t*>(packed);
    step.flip_words = words;
  }
  void operator()(PackBitsStep&) const {}
  void operator()(L2NormalizeStep&) const {}
  void operator()(QuantizeStep&) const {}
};

}  // namespace

Result<PlannedLayer> plan_layer(const Graph& graph, const Node& node, IsaFeatures features) {
  PlannedLayer layer;
  layer.node = &node;
  layer.info.layer = node.name;
  switch (node.op) {
    case Op::convolution:
      plan_convolution(graph, layer, features);
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
    case Op::quantize:
      plan_quantize(graph, layer, features);
      break;
    default:
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
