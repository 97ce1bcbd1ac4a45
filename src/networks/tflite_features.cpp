#include "networks/tflite_features.h"

#include <algorithm>

#include "core/error.h"

namespace bitplace {
namespace {

constexpr std::size_t kNoWriter = static_cast<std::size_t>(-1);

bool is_map(const TfliteTensor& tensor) {
  const std::vector<std::int64_t>& shape = tensor.shape;
  return tensor.data.empty() && shape.size() == 4 && shape[0] == 1 && (shape[1] > 1 || shape[2] > 1);
}

// By operator, whether one of the tensors depends on it. Operators stand in execution order. A shape that is
// computed (SHAPE, STRIDED_SLICE, PACK) tells nothing that the tensor of that shape does not.
std::vector<bool> operators_behind(const TfliteModel& model, const std::vector<std::int32_t>& tensors) {
  std::vector<std::size_t> writer(model.tensors.size(), kNoWriter);
  for (std::size_t i = 0; i < model.operators.size(); ++i) {
    for (const std::int32_t output : model.operators[i].outputs)
      writer[static_cast<std::size_t>(output)] = i;
  }
  std::vector<bool> needed(model.operators.size());
  const auto need = [&](std::int32_t tensor, std::size_t end) {
    if (tensor < 0) return;
    const std::size_t from = writer[static_cast<std::size_t>(tensor)];
    if (from < end) needed[from] = true;
  };
  for (const std::int32_t tensor : tensors)
    need(tensor, needed.size());
  for (std::size_t i = model.operators.size(); i-- > 0;) {
    if (!needed[i]) continue;
    const std::vector<std::int32_t>& inputs = model.operators[i].inputs;
    const std::size_t count = model.operators[i].name == "RESHAPE" ? 1 : inputs.size();
    for (std::size_t k = 0; k < std::min(count, inputs.size()); ++k)
      need(inputs[k], i);
  }
  return needed;
}

}  // namespace

Result<TfliteFeatures> find_tflite_features(const TfliteModel& model) {
  const std::vector<bool> useful = operators_behind(model, model.outputs);
  TfliteFeatures features;
  for (std::size_t i = 0; i < useful.size(); ++i) {
    if (!useful[i]) continue;
    for (const std::int32_t output : model.operators[i].outputs) {
      if (is_map(model.tensors[static_cast<std::size_t>(output)])) features.tensor = output;
    }
  }
  if (features.tensor < 0)
    return make_error(ErrorCode::unsupported, "model", "has no map of features: no output depends on one");
  features.needed = operators_behind(model, {features.tensor});
  for (std::size_t i = 0; i < useful.size(); ++i) {
    if (useful[i] && !features.needed[i]) features.dropped.push_back(i);
  }
  return features;
}

}  // namespace bitplace
