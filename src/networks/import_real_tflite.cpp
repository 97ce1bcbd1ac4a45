#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "graph/validate.h"
#include "lowering/rewrite.h"
#include "networks/real_tflite_importer.h"
#include "networks/recognise_backbone.h"

namespace bitplace {
namespace {

constexpr std::int64_t kRelu = 1, kReluN1To1 = 2, kRelu6 = 3;  // TFLite's ActivationFunctionType

bool is_code(CheckpointType type) {
  return type == CheckpointType::s8 || type == CheckpointType::u8;
}

std::int64_t lowest_code(CheckpointType type) {
  return type == CheckpointType::s8 ? -128 : 0;
}

// Code q stands for scale * (q - zero_point), and pixel p is fed as q = p, or q = p - 128 to signed inputs.
Result<std::optional<PixelScaling>> pixel_scaling(const TfliteTensor& input) {
  if (input.type == CheckpointType::f32) return std::optional<PixelScaling>();
  const std::string where = "input '" + input.name + "'";
  if (!is_code(input.type))
    return make_error(ErrorCode::unsupported, where,
                      std::string("has elements of type ") + checkpoint_type_name(input.type));
  if (input.scale.size() != 1 || !std::isnormal(input.scale[0]) || input.scale[0] < 0)
    return make_error(ErrorCode::corrupt, where, "has no positive scale");
  const double zero = static_cast<double>(input.zero_point[0]) - static_cast<double>(lowest_code(input.type));
  return std::optional<PixelScaling>(PixelScaling{zero / 255.0, 1.0 / (255.0 * double{input.scale[0]})});
}

// Operators may share constants and spread single numbers over channels: what their copies take together is
// bounded by this multiple of the file's constants.
constexpr std::size_t kLargestCopyRatio = 16;
constexpr std::size_t kAlwaysAllowed = std::size_t{64} << 20;

std::size_t copy_budget(const TfliteModel& model) {
  std::size_t bytes = 0;
  for (const TfliteTensor& tensor : model.tensors)
    bytes += tensor.data.size();
  return bytes * kLargestCopyRatio + kAlwaysAllowed;
}

std::string list_dropped(const TfliteModel& model, const TfliteFeatures& features) {
  std::string text;
  for (const std::size_t index : features.dropped)
    text += (text.empty() ? "" : ", ") + model.operators[index].name;
  return text;
}

// Folded factors may leave the range of f32.
Status check_finite(const Graph& graph) {
  for (const Tensor& tensor : graph.tensors) {
    const float* values = tensor.as<float>();
    if (!std::all_of(values, values + tensor.shape.elements(), [](float x) { return std::isfinite(x); }))
      return make_error(ErrorCode::unsupported, "tensor '" + tensor.name + "'", "has numbers beyond f32");
  }
  return {};
}

}  // namespace

// The last component of a tensor's path is the TensorFlow operation, and so may be the one before; the first
// is the model.
std::string real_layer_name(const std::string& tensor) {
  std::string name = tensor.substr(0, tensor.find(';'));
  constexpr std::string_view kOperations[] = {"FusedBatchNormV3", "BiasAdd", "Conv2D",
                                              "depthwise_conv2d", "Relu6",   "Relu",
                                              "batch_norm",       "relu6",   "add"};
  for (const std::string_view operation : kOperations) {
    const std::size_t slash = name.rfind('/');
    if (slash != std::string::npos && slash != name.find('/') && name.substr(slash + 1) == operation)
      name.resize(slash);
  }
  const std::size_t first = name.find('/');
  return first == std::string::npos ? name : name.substr(first + 1);
}

RealTfliteImporter::RealTfliteImporter(const TfliteModel& model, const TfliteInputSize& size)
    : model_(model),
      size_(size),
      copy_budget_(copy_budget(model)),
      value_of_(model.tensors.size(), kNone),
      constant_of_(model.tensors.size(), -1) {}

Status RealTfliteImporter::add_input() {
  if (model_.inputs.size() != 1)
    return make_error(ErrorCode::unsupported, "model", "does not have one input");
  const auto index = static_cast<std::size_t>(model_.inputs[0]);
  const TfliteTensor& tensor = model_.tensors[index];
  const std::string where = "input '" + tensor.name + "'";
  if (tensor.shape.size() != 4 || tensor.shape[0] != 1 || tensor.shape[3] != 3)
    return make_error(ErrorCode::unsupported, where, "is not one image [1, height, width, 3]");
  const std::int64_t height = size_.height != 0 ? size_.height : tensor.shape[1];
  const std::int64_t width = size_.width != 0 ? size_.width : tensor.shape[2];
  const auto in_range = [](std::int64_t extent) { return extent >= 1 && extent <= kMaxExtent; };
  if (!in_range(height) || !in_range(width))
    return make_error(ErrorCode::unsupported, where, "has a height or width that is out of range");
  BITPLACE_ASSIGN(scaling, pixel_scaling(tensor));
  result_.scaling = scaling;
  result_.graph.input =
      result_.graph.add_value("image", DataType::f32, Shape(std::int64_t{1}, height, width, std::int64_t{3}));
  value_of_[index] = result_.graph.input;
  origin_of_.push_back(model_.inputs[0]);
  return {};
}

bool RealTfliteImporter::is_constant(std::int32_t tensor) const {
  const auto index = static_cast<std::size_t>(tensor);
  return !model_.tensors[index].data.empty() || constant_of_[index] >= 0;
}

Result<const TfliteTensor*> RealTfliteImporter::constant(const Operator& op, std::size_t position) const {
  BITPLACE_ASSIGN(index, op.input(position));
  const std::int32_t source = constant_of_[static_cast<std::size_t>(index)];
  const TfliteTensor& tensor = op.tensor(source >= 0 ? source : index);
  if (tensor.data.empty())
    return op.unsupported("input " + std::to_string(position) + " is not a constant of the file");
  return &tensor;
}

Result<ValueId> RealTfliteImporter::any_operand(const Operator& op, std::size_t position,
                                                Margins* margins) const {
  BITPLACE_ASSIGN(tensor, op.input(position));
  const ValueId value = value_of_[static_cast<std::size_t>(tensor)];
  if (value == kNone) {
    if (is_constant(tensor)) return op.unsupported("input " + std::to_string(position) + " is a constant");
    return op.corrupt("reads '" + op.tensor(tensor).name + "' before it is computed");
  }
  const auto found = margins_.find(tensor);
  *margins = found == margins_.end() ? Margins{} : found->second;
  return value;
}

Result<ValueId> RealTfliteImporter::padded_operand(const Operator& op, std::size_t position,
                                                   Margins* margins) const {
  BITPLACE_ASSIGN(tensor, op.input(position));
  if (blocks_.contains(tensor))
    return op.unsupported("reads a map that is dealt out in blocks; only convolutions do so here");
  return any_operand(op, position, margins);
}

Result<ValueId> RealTfliteImporter::convolution_operand(const Operator& op, Margins* margins) const {
  return any_operand(op, 0, margins);
}

Result<ValueId> RealTfliteImporter::operand(const Operator& op, std::size_t position) {
  Margins margins;
  BITPLACE_ASSIGN(value, padded_operand(op, position, &margins));
  return surround(op, value, margins);
}

bool RealTfliteImporter::is_sole_reader(std::int32_t tensor) const {
  if (tensor == features_.tensor) return false;
  std::int64_t reads = std::count(model_.outputs.begin(), model_.outputs.end(), tensor);
  for (const TfliteOperator& op : model_.operators)
    reads += std::count(op.inputs.begin(), op.inputs.end(), tensor);
  return reads == 1;
}

Status RealTfliteImporter::bind(const Operator& op, ValueId value) {
  BITPLACE_ASSIGN(tensor, op.output());
  ValueId& bound = value_of_[static_cast<std::size_t>(tensor)];
  if (bound != kNone || is_constant(tensor))
    return op.corrupt("writes '" + op.tensor(tensor).name + "' a second time");
  bound = value;
  return {};
}

Node* RealTfliteImporter::writer_of(ValueId value) {
  for (Node& node : result_.graph.nodes) {
    if (node.output == value) return &node;
  }
  return nullptr;
}

Status RealTfliteImporter::spend(const Operator& op, std::size_t numbers) {
  const std::size_t bytes = numbers * sizeof(float);
  if (bytes > copy_budget_) return op.unsupported("its constants are shared by too many operators");
  copy_budget_ -= bytes;
  return {};
}

// Layers get distinct names. Their outputs are bounded here, since what follows computes with their extents.
Result<ValueId> RealTfliteImporter::append(const Operator& op, const char* part, Node node) {
  BITPLACE_ASSIGN(tensor, op.output());
  std::string name = real_layer_name(op.tensor(tensor).name);
  name = (name.empty() ? op.kind() : name) + part;
  if (result_.graph.nodes.size() >= kMaxNodes) return op.unsupported("is one layer too many");
  node.name = names_.unique(name);
  Result<ValueId> value = result_.graph.append(std::move(node));
  if (!value.ok()) return op.error(value.error().code(), value.error().message());
  const Shape& shape = value_at(result_.graph, *value).shape;
  if (shape[1] > kMaxExtent || shape[2] > kMaxExtent || shape[3] > kMaxExtent ||
      shape.elements() > kMaxElements)
    return op.unsupported("its output of " + to_string(shape) + " is too large");
  origin_of_.push_back(tensor);
  return value;
}

// Converters leave an activation out where the output's range of codes does its work: codes cannot say
// anything below the zero point where that is the lowest code, which is a ReLU; and where the highest code is
// 6, within half a step, it is ReLU6. Other limits of a range only show what the calibration met, and are
// dropped.
Result<RealTfliteImporter::Clamp> RealTfliteImporter::output_clamp(const Operator& op) const {
  BITPLACE_ASSIGN(activation, op.option("fused_activation_function", INT32_MIN, INT32_MAX));
  Clamp clamp;
  if (activation == kRelu) return Clamp{0.0f, clamp.high};
  if (activation == kReluN1To1) return Clamp{-1.0f, 1.0f};
  if (activation == kRelu6) return Clamp{0.0f, 6.0f};
  BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(index, op.output());
  const TfliteTensor& output = op.tensor(index);
  if (!is_code(output.type) || output.scale.size() != 1) return clamp;
  const std::int64_t lowest = lowest_code(output.type);
  if (output.zero_point[0] != lowest) return clamp;
  clamp.low = 0.0f;
  const double step = output.scale[0];
  if (std::abs(255.0 * step - 6.0) <= 0.5 * step) clamp.high = 6.0f;
  return clamp;
}

Status RealTfliteImporter::add_operator(const Operator& op) {
  using This = RealTfliteImporter;
  constexpr Handler kHandlers[] = {{"CONV_2D", &This::add_convolution},
                                   {"DEPTHWISE_CONV_2D", &This::add_depthwise_convolution},
                                   {"FULLY_CONNECTED", &This::add_fully_connected},
                                   {"AVERAGE_POOL_2D", &This::add_average_pool},
                                   {"MAX_POOL_2D", &This::add_max_pool},
                                   {"MEAN", &This::add_mean},
                                   {"PAD", &This::add_pad},
                                   {"SPACE_TO_BATCH_ND", &This::add_space_to_batch},
                                   {"BATCH_TO_SPACE_ND", &This::add_batch_to_space},
                                   {"QUANTIZE", &This::add_identity},
                                   {"DEQUANTIZE", &This::add_identity},
                                   {"ADD", &This::add_addition},
                                   {"SUB", &This::add_subtraction},
                                   {"MUL", &This::add_multiplication},
                                   {"CONCATENATION", &This::add_concatenation},
                                   {"RELU", &This::add_activation},
                                   {"RELU6", &This::add_activation},
                                   {"RELU_N1_TO_1", &This::add_activation},
                                   {"LOGISTIC", &This::add_activation},
                                   {"HARD_SWISH", &This::add_activation},
                                   {"TANH", &This::add_activation},
                                   {"RESHAPE", &This::add_reshape},
                                   {"SQUEEZE", &This::add_reshape},
                                   {"EXPAND_DIMS", &This::add_reshape}};
  const auto* handler = std::find_if(std::begin(kHandlers), std::end(kHandlers),
                                     [&](const Handler& entry) { return op.kind() == entry.name; });
  if (handler == std::end(kHandlers)) return op.unsupported("this operator is not supported");
  return (this->*handler->add)(op);
}

Result<ImportedTflite> RealTfliteImporter::import() {
  if (model_.operators.size() > kMaxNodes)
    return make_error(ErrorCode::unsupported, "model", "has too many operators");
  BITPLACE_TRY(add_input());
  BITPLACE_ASSIGN(features, find_tflite_features(model_));
  features_ = std::move(features);
  for (std::size_t i = 0; i < model_.operators.size(); ++i) {
    if (features_.needed[i]) BITPLACE_TRY(add_operator(Operator(model_, i)));
  }
  const ValueId last = value_of_[static_cast<std::size_t>(features_.tensor)];
  if (last == kNone || margins_.contains(features_.tensor))
    return make_error(ErrorCode::unsupported, "model", "its last map of features is not computed by a layer");
  result_.graph.features = result_.graph.descriptor = last;
  BITPLACE_TRY(validate_graph(result_.graph));
  BITPLACE_TRY(check_finite(result_.graph));
  result_.network = recognise_backbone(result_.graph);
  if (!result_.scaling)
    result_.notes.push_back("the file does not say how pixels become its input: mean and deviation are open");
  if (!features_.dropped.empty())
    result_.notes.push_back("left out behind the last feature map: " + list_dropped(model_, features_));
  return std::move(result_);
}

Result<ImportedTflite> import_real_tflite(const TfliteModel& model, const TfliteInputSize& size) {
  return RealTfliteImporter(model, size).import();
}

}  // namespace bitplace
