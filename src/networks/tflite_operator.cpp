#include "networks/tflite_operator.h"

#include <cmath>

#include "core/bytes.h"
#include "core/error.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

// TFLite's ActivationFunctionType.
const char* activation_name(std::int64_t code) {
  constexpr const char* kNames[] = {"NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"};
  return code >= 0 && code < 6 ? kNames[code] : "unknown";
}

}  // namespace

std::vector<std::int64_t> integer_values(const TfliteTensor& tensor) {
  if (tensor.type == CheckpointType::s64) return values_of<std::int64_t>(tensor.data);
  if (tensor.type != CheckpointType::s32) return {};
  const std::vector<std::int32_t> narrow = values_of<std::int32_t>(tensor.data);
  return {narrow.begin(), narrow.end()};
}

std::vector<float> f32_values(const TfliteTensor& tensor) {
  return values_of<float>(tensor.data);
}

Tensor weight_tensor(std::string name, const Shape& shape, const std::vector<float>& values) {
  Tensor tensor = make_tensor(std::move(name), values);
  tensor.shape = shape;
  return tensor;
}

TfliteOperatorView::TfliteOperatorView(const TfliteModel& model, std::size_t index)
    : model_(model), operator_(model.operators[index]), index_(index) {}

std::string TfliteOperatorView::layer_name() const {
  if (operator_.outputs.empty()) return kind();
  std::string name = tensor(operator_.outputs[0]).name;
  name = name.substr(0, name.find(';'));
  const std::size_t first = name.find('/');
  if (first != std::string::npos) {
    const std::size_t second = name.find('/', first + 1);
    name = name.substr(first + 1, second == std::string::npos ? second : second - first - 1);
  }
  return name.empty() ? kind() : name;
}

Error TfliteOperatorView::error(ErrorCode code, const std::string& why) const {
  return make_error(code, "operator " + std::to_string(index_) + " (" + kind() + ") '" + layer_name() + "'",
                    why);
}

bool TfliteOperatorView::has_input(std::size_t position) const {
  return position < operator_.inputs.size() && operator_.inputs[position] >= 0;
}

Result<std::int32_t> TfliteOperatorView::input(std::size_t position) const {
  if (!has_input(position)) return corrupt("has no input " + std::to_string(position));
  const std::int32_t index = operator_.inputs[position];
  if (static_cast<std::size_t>(index) >= model_.tensors.size()) return corrupt("reads no existing tensor");
  return index;
}

Result<std::int32_t> TfliteOperatorView::output() const {
  if (operator_.outputs.size() != 1 || operator_.outputs[0] < 0 ||
      static_cast<std::size_t>(operator_.outputs[0]) >= model_.tensors.size())
    return corrupt("does not have one output");
  return operator_.outputs[0];
}

const TfliteTensor& TfliteOperatorView::tensor(std::int32_t index) const {
  return model_.tensors[static_cast<std::size_t>(index)];
}

Result<const TfliteTensor*> TfliteOperatorView::constant(std::size_t position) const {
  BITPLACE_ASSIGN(index, input(position));
  const TfliteTensor& found = tensor(index);
  if (found.data.empty())
    return unsupported("input " + std::to_string(position) + " is not a constant of the file");
  return &found;
}

Result<std::vector<float>> TfliteOperatorView::channel_constants(std::size_t position,
                                                                 std::int64_t channels) const {
  BITPLACE_ASSIGN(found, constant(position));
  if (found->type != CheckpointType::f32)
    return unsupported(std::string("constants of type ") + checkpoint_type_name(found->type));
  std::vector<float> values = f32_values(*found);
  // [C], [1, C], ... [1, 1, 1, C]: all the same numbers; a C that stands before other axes is not.
  const bool last_axis =
      found->shape.empty() || found->shape.back() == static_cast<std::int64_t>(values.size());
  if (values.size() == 1) values.assign(static_cast<std::size_t>(channels), values[0]);
  if (!last_axis || static_cast<std::int64_t>(values.size()) != channels) {
    return unsupported("constant '" + found->name + "' is not one number per channel");
  }
  for (const float value : values) {
    if (!std::isfinite(value)) return corrupt("constant '" + found->name + "' is not finite");
  }
  return values;
}

Result<Shape> TfliteOperatorView::filter_shape(const TfliteTensor& filter) const {
  if (filter.shape.size() != 4) return corrupt("its filter does not have four dimensions");
  Shape shape;
  for (const std::int64_t extent : filter.shape) {
    if (extent < 1 || extent > 1 << 16) return corrupt("its filter's shape is out of range");
    shape.append(extent);
  }
  return shape;
}

Result<std::int32_t> TfliteOperatorView::option(const char* name, std::int32_t low, std::int32_t high) const {
  for (const auto& [key, value] : operator_.options) {
    if (key != name) continue;
    if (value < low || value > high) return unsupported("option " + key + " is " + std::to_string(value));
    return static_cast<std::int32_t>(value);
  }
  return corrupt(std::string("has no option ") + name);
}

Status TfliteOperatorView::check_no_activation() const {
  BITPLACE_ASSIGN(activation, option("fused_activation_function", INT32_MIN, INT32_MAX));
  if (activation != 0)
    return unsupported(std::string("the fused activation ") + activation_name(activation) +
                       " is not supported");
  return {};
}

}  // namespace bitplace
