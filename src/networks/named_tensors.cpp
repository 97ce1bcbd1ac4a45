#include "networks/named_tensors.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace bitplace {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

bool is_float(CheckpointType type) {
  return type == CheckpointType::f64 || type == CheckpointType::f32 || type == CheckpointType::f16 ||
         type == CheckpointType::bf16;
}

}  // namespace

NamedTensors::NamedTensors(const TensorCheckpoint& checkpoint) : checkpoint_(checkpoint) {
  for (bool found = !checkpoint.tensors.empty(); found;) {
    found = false;
    for (const char* wrapper : {"module.", "_orig_mod.", "model.", "net.", "vpr_model.", "student."}) {
      const std::string longer = prefix_ + wrapper;
      if (std::all_of(checkpoint.tensors.begin(), checkpoint.tensors.end(),
                      [&](const CheckpointTensor& tensor) { return tensor.name.starts_with(longer); })) {
        prefix_ = longer;
        found = true;
      }
    }
  }
  const auto plain = [&](const std::string& name) {
    return name.starts_with(prefix_) ? name.substr(prefix_.size()) : name;
  };
  for (const CheckpointTensor& tensor : checkpoint.tensors)
    names_.push_back(plain(tensor.name));
  for (const UnreadableTensor& tensor : checkpoint.unreadable)
    unreadable_.emplace(plain(tensor.name), &tensor);
  index_names();
}

void NamedTensors::index_names() {
  by_name_.clear();
  for (std::size_t i = 0; i < names_.size(); ++i)
    by_name_.emplace(names_[i], &checkpoint_.tensors[i]);
}

void NamedTensors::rename(const std::function<std::string(const std::string&)>& new_name) {
  for (std::string& name : names_)
    name = new_name(name);
  std::map<std::string, const UnreadableTensor*> unreadable;
  for (const auto& [name, tensor] : unreadable_)
    unreadable.emplace(new_name(name), tensor);
  unreadable_ = std::move(unreadable);
  index_names();
}

const CheckpointTensor* NamedTensors::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<std::int64_t> NamedTensors::shape(const std::string& name) const {
  const CheckpointTensor* tensor = find(name);
  return tensor == nullptr ? std::vector<std::int64_t>() : tensor->shape;
}

void NamedTensors::want(const std::string& name) {
  wanted_.insert(name);
}

Status NamedTensors::check_complete() const {
  std::vector<std::string> missing;
  for (const std::string& name : wanted_) {
    if (!contains(name)) missing.push_back(name);
  }
  if (missing.empty()) return {};
  for (const std::string& name : missing) {
    const auto unreadable = unreadable_.find(name);
    if (unreadable != unreadable_.end())
      return make_error(ErrorCode::unsupported, "tensor '" + name + "'", unreadable->second->reason);
  }
  return make_error(ErrorCode::mismatch, "parameters", "missing " + list_names(missing));
}

Result<std::vector<float>> NamedTensors::floats(const std::string& name,
                                                const std::vector<std::int64_t>& shape) const {
  std::string where = "tensor '" + name + "'";
  const CheckpointTensor* tensor = find(name);
  if (tensor == nullptr) return make_error(ErrorCode::mismatch, where, "is missing");
  if (tensor->name != prefix_ + name) where += " ('" + tensor->name + "' in the checkpoint)";
  if (!is_float(tensor->type)) {
    return make_error(
        ErrorCode::mismatch, where,
        std::string("holds ") + checkpoint_type_name(tensor->type) + ", expected numbers of a float type");
  }
  if (tensor->shape != shape) {
    return make_error(ErrorCode::mismatch, where,
                      "has shape " + shape_text(tensor->shape) + ", expected " + shape_text(shape));
  }
  std::vector<float> values = to_f32(*tensor);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]))
      return make_error(ErrorCode::corrupt, where, "element " + std::to_string(i) + " is not finite");
  }
  return values;
}

std::vector<std::string> NamedTensors::unwanted() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    // The second of two tensors of one name is nobody's.
    const bool taken = wanted_.count(names_[i]) > 0 && find(names_[i]) == &checkpoint_.tensors[i];
    if (!taken) names.push_back(names_[i]);
  }
  return names;
}

std::string list_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i)
    text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

}  // namespace bitplace
