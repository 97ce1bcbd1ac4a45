#include "networks/checkpoint_parameters.h"

#include <algorithm>

#include "core/error.h"

namespace bitplace {
namespace {

// Nothing beyond what a model file can hold: sizes that follow from one tensor's shape may ask any other for
// more than there is memory.
std::optional<std::size_t> element_count(const std::vector<std::int64_t>& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || (extent > 0 && count > kMost / extent)) return std::nullopt;
    count *= extent;
  }
  return static_cast<std::size_t>(count);
}

bool begins_with_one_of(const std::string& name, std::span<const char* const> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const char* prefix) { return name.starts_with(prefix); });
}

// What batch-norms count during training and nobody needs afterwards.
bool is_counter(const std::string& name) {
  return name.ends_with("num_batches_tracked");
}

}  // namespace

Result<std::vector<float>> CheckpointParameters::take(const std::string& name,
                                                      const std::vector<std::int64_t>& shape) {
  tensors_.want(name);
  if (tensors_.contains(name)) {
    Result<std::vector<float>> values = tensors_.floats(name, shape);
    if (values.ok()) return values;
    if (!unfit_) unfit_ = values.error();
  }
  const std::optional<std::size_t> count = element_count(shape);
  if (count) return std::vector<float>(*count);
  return make_error(ErrorCode::mismatch, "tensor '" + name + "'", "would be larger than any model's");
}

Status CheckpointParameters::check() const {
  BITPLACE_TRY(tensors_.check_complete());
  if (unfit_) return *unfit_;
  return {};
}

Status CheckpointParameters::check_surplus(const std::string& network,
                                           std::span<const char* const> dropped) const {
  std::vector<std::string> surplus;
  for (const std::string& name : tensors_.unwanted()) {
    if (!is_counter(name) && !begins_with_one_of(name, dropped)) surplus.push_back(name);
  }
  if (surplus.empty()) return {};
  return make_error(ErrorCode::mismatch, "parameters", "no part of " + network + ": " + list_names(surplus));
}

std::string CheckpointParameters::list_dropped(std::span<const char* const> dropped) const {
  std::string text;
  const std::vector<std::string> unwanted = tensors_.unwanted();
  for (const std::string prefix : dropped) {
    const auto count = std::count_if(unwanted.begin(), unwanted.end(), [&](const std::string& name) {
      return name.starts_with(prefix) && !is_counter(name);
    });
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += prefix.substr(0, prefix.size() - 1) + " (" + std::to_string(count) + ")";
  }
  return text;
}

}  // namespace bitplace
