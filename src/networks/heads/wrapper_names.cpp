#include "networks/heads/wrapper_names.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace bitplace {
namespace {

using Rename = std::function<std::string(const std::string&)>;

constexpr std::array<const char*, 7> kHeads = {"aggregator.", "aggregation.", "pool.", "netvlad.",
                                               "whiten.",     "projection.",  "pca."};
// Longest first.
constexpr std::array<const char*, 7> kBackbones = {"backbone.module.", "backbone.model.", "backbone.dino.",
                                                   "encoder.module.",  "encoder.model.",  "backbone.",
                                                   "encoder."};

// The names behind one prefix, without it.
class Inner {
 public:
  Inner(const NamedTensors& tensors, std::string prefix) : tensors_(tensors), prefix_(std::move(prefix)) {
    for (const std::string& name : tensors.names()) {
      if (belongs(name)) names_.push_back(name.substr(prefix_.size()));
    }
  }

  // Without a prefix everything is the backbone's that is not the head's.
  bool belongs(const std::string& name) const { return name.starts_with(prefix_) && !is_head_name(name); }
  const std::vector<std::string>& names() const { return names_; }
  bool all_begin_with(std::string_view start) const {
    return std::all_of(names_.begin(), names_.end(),
                       [&](const std::string& name) { return name.starts_with(start); });
  }
  bool contains(const std::string& name) const { return tensors_.contains(prefix_ + name); }
  std::vector<std::int64_t> shape(const std::string& name) const { return tensors_.shape(prefix_ + name); }
  // A first convolution: it reads three channels.
  bool reads_images(const std::string& name) const {
    const std::vector<std::int64_t> weight = shape(name);
    return weight.size() == 4 && weight[1] == 3;
  }

 private:
  const NamedTensors& tensors_;
  std::string prefix_;
  std::vector<std::string> names_;
};

std::string find_prefix(const NamedTensors& tensors) {
  for (const std::string prefix : kBackbones) {
    if (std::any_of(tensors.names().begin(), tensors.names().end(),
                    [&](const std::string& name) { return name.starts_with(prefix); }))
      return prefix;
  }
  return "";
}

// The number in front of the first dot, and what is behind it.
struct Numbered {
  int index = -1;
  std::string rest;
};

Numbered parse_numbered(std::string_view name) {
  std::size_t digits = 0;
  int index = 0;
  for (; digits < name.size() && digits < 4 && name[digits] >= '0' && name[digits] <= '9'; ++digits)
    index = 10 * index + (name[digits] - '0');
  if (digits == 0 || digits == name.size() || name[digits] != '.') return {-1, std::string(name)};
  return {index, std::string(name.substr(digits + 1))};
}

// torchvision's ResNet as the list of its children: conv1, bn1, ReLU, max-pool, layer1, ...
std::string resnet_child(const std::string& name) {
  const Numbered child = parse_numbered(name);
  if (child.index == 0) return "conv1." + child.rest;
  if (child.index == 1) return "bn1." + child.rest;
  if (child.index >= 4 && child.index <= 7)
    return "layer" + std::to_string(child.index - 3) + "." + child.rest;
  return name;
}

// The stem (conv1, bn1, ReLU, max-pool), layer1, layer2, ...
std::string resnet_stage(int index, const std::string& rest) {
  if (index > 0) return "layer" + std::to_string(index) + "." + rest;
  const Numbered child = parse_numbered(rest);
  return child.index == 0 ? "conv1." + child.rest : child.index == 1 ? "bn1." + child.rest : rest;
}

constexpr std::string_view kFrozen = "frozen_layers.", kUnfrozen = "unfrozen_layers.";

// The stages were dealt out to two lists, and the second starts where the first ends.
Rename join_frozen(const Inner& inner) {
  int frozen = 0;
  for (const std::string& name : inner.names()) {
    if (name.starts_with(kFrozen))
      frozen = std::max(frozen, parse_numbered(name.substr(kFrozen.size())).index + 1);
  }
  return [frozen](const std::string& name) {
    const bool is_frozen = name.starts_with(kFrozen);
    if (!is_frozen && !name.starts_with(kUnfrozen)) return name;
    const Numbered stage = parse_numbered(name.substr((is_frozen ? kFrozen : kUnfrozen).size()));
    if (stage.index < 0) return name;
    return resnet_stage(is_frozen ? stage.index : frozen + stage.index, stage.rest);
  };
}

std::string features_child(const std::string& name) {
  return "features." + name;
}

// The only child of a list is torchvision's `features`.
std::string nested_features(const std::string& name) {
  return "features." + name.substr(2);
}

struct Style {
  BackboneNaming naming = BackboneNaming::plain;
  Rename rename;
};

Style find_style(const Inner& inner) {
  const bool divided = std::any_of(inner.names().begin(), inner.names().end(), [](const std::string& name) {
    return name.starts_with(kFrozen) || name.starts_with(kUnfrozen);
  });
  if (divided) return {BackboneNaming::frozen_unfrozen, join_frozen(inner)};
  if (inner.reads_images("0.weight") && inner.shape("0.weight")[2] == 7 && inner.contains("1.running_mean"))
    return {BackboneNaming::sequential, resnet_child};
  const bool nested =
      inner.all_begin_with("0.") && (inner.reads_images("0.0.weight") || inner.reads_images("0.0.0.weight"));
  if (nested) return {BackboneNaming::sequential, nested_features};
  if (inner.reads_images("0.weight") || inner.reads_images("0.0.weight"))
    return {BackboneNaming::sequential, features_child};
  return {BackboneNaming::plain, [](const std::string& name) { return name; }};
}

std::string head_without_module(const std::string& name) {
  for (const std::string head : kHeads) {
    if (name.starts_with(head + "module.")) return head + name.substr(head.size() + 7);
  }
  return name;
}

Status check_distinct(const NamedTensors& tensors) {
  std::set<std::string_view> seen;
  for (const std::string& name : tensors.names()) {
    if (!seen.insert(name).second)
      return make_error(ErrorCode::mismatch, "parameters", "two of them are the backbone's " + name);
  }
  return {};
}

}  // namespace

bool is_head_name(const std::string& name) {
  return std::any_of(kHeads.begin(), kHeads.end(), [&](const char* head) { return name.starts_with(head); });
}

Result<WrapperNames> use_backbone_names(NamedTensors& tensors) {
  const std::string prefix = find_prefix(tensors);
  const Inner inner(tensors, prefix);
  const Style style = find_style(inner);
  tensors.rename([&](const std::string& name) {
    if (is_head_name(name)) return head_without_module(name);
    return inner.belongs(name) ? style.rename(name.substr(prefix.size())) : name;
  });
  BITPLACE_TRY(check_distinct(tensors));
  return WrapperNames{prefix, style.naming};
}

}  // namespace bitplace
