#include "networks/network_builder.h"

#include <span>

#include "core/error.h"
#include "graph/validate.h"

namespace bitplace {
namespace {

// How far the last window reaches beyond the image: as many windows as start inside it or its left padding.
std::int32_t ceil_padding(std::int64_t extent, const PoolShape& shape) {
  const std::int64_t span = extent + 2 * std::int64_t{shape.padding} - shape.window;
  if (!shape.ceil || span < 0) return shape.padding;
  std::int64_t windows = (span + shape.stride - 1) / shape.stride + 1;
  if ((windows - 1) * shape.stride >= extent + shape.padding) --windows;
  const std::int64_t reach = (windows - 1) * shape.stride + shape.window - extent - shape.padding;
  return static_cast<std::int32_t>(reach > 0 ? reach : 0);
}

}  // namespace

std::vector<float> channels_last(const std::vector<float>& weight, const Shape& shape) {
  const std::int64_t filters = shape[0], taps = shape[1] * shape[2], inputs = shape[3];
  std::vector<float> ordered(weight.size());
  for (std::int64_t filter = 0; filter < filters; ++filter) {
    const std::int64_t first = filter * inputs * taps;
    for (std::int64_t i = 0; i < inputs * taps; ++i) {
      const std::int64_t input = i / taps, tap = i % taps;
      ordered[static_cast<std::size_t>(first + tap * inputs + input)] =
          weight[static_cast<std::size_t>(first + i)];
    }
  }
  return ordered;
}

NetworkBuilder::NetworkBuilder(ParameterSource& parameters, std::int64_t height, std::int64_t width,
                               double batch_norm_epsilon)
    : parameters_(parameters), batch_norm_epsilon_(batch_norm_epsilon) {
  graph_.input = graph_.add_value("image", DataType::f32, Shape(std::int64_t{1}, height, width, 3));
}

NetworkBuilder::NetworkBuilder(ParameterSource& parameters, Graph graph)
    : parameters_(parameters), graph_(std::move(graph)) {}

Shape NetworkBuilder::shape(ValueId value) const {
  if (value == kNone) return Shape(std::int64_t{0}, 0, 0, 0);
  return graph_.values[static_cast<std::size_t>(value)].shape;
}

DataType NetworkBuilder::type(ValueId value) const {
  if (value == kNone) return DataType::f32;
  return graph_.values[static_cast<std::size_t>(value)].type;
}

ValueId NetworkBuilder::convolution(const std::string& name, ValueId input, const ConvolutionShape& s) {
  if (!status_.ok()) return kNone;
  const std::int64_t channels = shape(input)[3];
  if (channels % s.groups != 0) {
    fail(make_error(ErrorCode::mismatch, "layer '" + name + "'", "its groups do not divide its channels"));
    return kNone;
  }
  const std::int64_t depth = channels / s.groups, kernel = s.kernel;
  const std::vector<float> weight = parameter(name + ".weight", {s.filters, depth, kernel, kernel});
  std::vector<float> bias(static_cast<std::size_t>(s.filters), 0.0f);
  if (s.bias) bias = parameter(name + ".bias", {s.filters});
  if (!status_.ok()) return kNone;
  ConvolutionAttributes a;
  a.kernel_height = a.kernel_width = s.kernel;
  a.stride_height = a.stride_width = s.stride;
  a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = s.padding;
  a.padding = s.padding > 0 ? PaddingValue::zero : PaddingValue::valid;
  a.groups = s.groups;
  const Shape shape(std::int64_t{s.filters}, kernel, kernel, depth);
  const TensorId weight_tensor = add_tensor(name + ".weight", shape, channels_last(weight, shape));
  const TensorId bias_tensor = add_tensor(name + ".bias", Shape(s.filters), bias);
  return append_convolution(name, input, a, weight_tensor, bias_tensor);
}

ValueId NetworkBuilder::append_convolution(const std::string& name, ValueId input,
                                           const ConvolutionAttributes& attributes, TensorId weight,
                                           TensorId bias) {
  ConvolutionAttributes a = attributes;
  a.epilogue = Epilogue::affine;
  return append({name, Op::convolution, {input}, kNone, a, {{"weight", weight}, {"bias", bias}}});
}

ValueId NetworkBuilder::batch_norm(const std::string& name, ValueId input, bool factors) {
  if (!status_.ok()) return kNone;
  const std::int64_t channels = shape(input)[3];
  Node node = {name, Op::batch_norm, {input}, kNone, BatchNormAttributes{batch_norm_epsilon_}, {}};
  const std::pair<const char*, const char*> parts[] = {
      {"weight", "weight"}, {"bias", "bias"}, {"mean", "running_mean"}, {"variance", "running_var"}};
  for (const auto& [role, part] : parts) {
    const std::string full = name + "." + part;
    const bool given = factors || std::string_view(role) != "weight";
    const std::vector<float> values =
        given ? parameter(full, {channels}) : std::vector<float>(static_cast<std::size_t>(channels), 1.0f);
    if (std::string_view(role) == "variance") check_variance(full, values);
    if (!status_.ok()) return kNone;
    node.parameters.push_back({role, add_tensor(full, Shape(channels), values)});
  }
  return append(std::move(node));
}

void NetworkBuilder::check_variance(const std::string& name, const std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto variance = static_cast<double>(values[i]);
    if (variance >= 0.0 && variance + batch_norm_epsilon_ > 0.0) continue;  // NaN is refused too
    fail(make_error(ErrorCode::corrupt, "tensor '" + name + "'",
                    "element " + std::to_string(i) + " is no variance"));
    return;
  }
}

ValueId NetworkBuilder::normalized_convolution(const std::string& name, ValueId input,
                                               const ConvolutionShape& shape,
                                               std::optional<ActivationKind> kind) {
  const ValueId normalized = batch_norm(name + ".1", convolution(name + ".0", input, shape));
  return kind ? activation(name + ".2", normalized, *kind) : normalized;
}

ValueId NetworkBuilder::linear(const std::string& name, ValueId input, std::int32_t outputs, bool bias) {
  if (!status_.ok()) return kNone;
  const std::int64_t channels = shape(input)[3];
  const std::vector<float> weight = parameter(name + ".weight", {outputs, channels});
  std::vector<float> offsets(static_cast<std::size_t>(outputs), 0.0f);
  if (bias) offsets = parameter(name + ".bias", {outputs});
  return constant_linear(name, input, weight, offsets);
}

ValueId NetworkBuilder::constant_linear(const std::string& name, ValueId input,
                                        const std::vector<float>& weight, const std::vector<float>& bias) {
  if (!status_.ok()) return kNone;
  const auto outputs = static_cast<std::int64_t>(bias.size());
  const std::int64_t channels = shape(input)[3];
  if (static_cast<std::int64_t>(weight.size()) != outputs * channels) {
    fail(make_error(ErrorCode::mismatch, "layer '" + name + "'", "its weight has another size"));
    return kNone;
  }
  const TensorId weight_tensor = add_tensor(name + ".weight", Shape(outputs, 1, 1, channels), weight);
  const TensorId bias_tensor = add_tensor(name + ".bias", Shape(outputs), bias);
  return append_convolution(name, input, {}, weight_tensor, bias_tensor);
}

ValueId NetworkBuilder::layer_norm(const std::string& name, ValueId input, float epsilon) {
  if (!status_.ok()) return kNone;
  const std::int64_t channels = shape(input)[3];
  Node node = {name, Op::layer_norm, {input}, kNone, LayerNormAttributes{epsilon}, {}};
  for (const char* part : {"weight", "bias"}) {
    const std::string full = name + "." + part;
    const std::vector<float> values = parameter(full, {channels});
    if (!status_.ok()) return kNone;
    node.parameters.push_back({part, add_tensor(full, Shape(channels), values)});
  }
  return append(std::move(node));
}

ValueId NetworkBuilder::activation(const std::string& name, ValueId input, ActivationKind kind, float alpha) {
  return append({name, Op::activation, {input}, kNone, ActivationAttributes{kind, alpha}, {}});
}

ValueId NetworkBuilder::max_pool(const std::string& name, ValueId input, const PoolShape& s) {
  MaxPoolAttributes a;
  a.window_height = a.window_width = s.window;
  a.stride_height = a.stride_width = s.stride;
  a.pad_top = a.pad_left = s.padding;
  a.pad_bottom = ceil_padding(shape(input)[1], s);
  a.pad_right = ceil_padding(shape(input)[2], s);
  return append({name, Op::max_pool, {input}, kNone, a, {}});
}

ValueId NetworkBuilder::global_max(const std::string& name, ValueId input) {
  MaxPoolAttributes a;
  a.window_height = static_cast<std::int32_t>(shape(input)[1]);
  a.window_width = static_cast<std::int32_t>(shape(input)[2]);
  return append({name, Op::max_pool, {input}, kNone, a, {}});
}

ValueId NetworkBuilder::global_average(const std::string& name, ValueId input) {
  AveragePoolAttributes a;
  a.window_height = static_cast<std::int32_t>(shape(input)[1]);
  a.window_width = static_cast<std::int32_t>(shape(input)[2]);
  return append({name, Op::average_pool, {input}, kNone, a, {}});
}

ValueId NetworkBuilder::add(const std::string& name, ValueId a, ValueId b) {
  return append({name, Op::add, {a, b}, kNone, AddAttributes{}, {}});
}

ValueId NetworkBuilder::multiply_channels(const std::string& name, ValueId input, ValueId gate) {
  return append({name, Op::multiply_channels, {input, gate}, kNone, MultiplyChannelsAttributes{}, {}});
}

ValueId NetworkBuilder::concatenate(const std::string& name, ValueId a, ValueId b) {
  return append({name, Op::concatenate, {a, b}, kNone, NoAttributes{}, {}});
}

ValueId NetworkBuilder::append(Node node) {
  if (!status_.ok()) return kNone;
  Result<ValueId> appended = graph_.append(std::move(node));
  if (!appended.ok()) {
    fail(appended.error());
    return kNone;
  }
  return *appended;
}

TensorId NetworkBuilder::add_tensor(const std::string& name, const Shape& shape,
                                    const std::vector<float>& values) {
  // Without values where an error stands already.
  const auto bytes = std::as_bytes(std::span(values));
  return graph_.add_tensor({name, DataType::f32, shape, {bytes.begin(), bytes.end()}});
}

std::vector<float> NetworkBuilder::parameter(const std::string& name,
                                             const std::vector<std::int64_t>& shape) {
  if (!status_.ok()) return {};
  Result<std::vector<float>> values = parameters_.take(name, shape);
  if (values.ok()) return *std::move(values);
  fail(values.error());
  return {};
}

void NetworkBuilder::fail(const Status& status) {
  if (status_.ok()) status_ = status;
}

Result<Graph> NetworkBuilder::finish(ValueId features) {
  BITPLACE_TRY(status_);
  graph_.features = graph_.descriptor = features;
  BITPLACE_TRY(validate_graph(graph_));
  return std::move(graph_);
}

}  // namespace bitplace
