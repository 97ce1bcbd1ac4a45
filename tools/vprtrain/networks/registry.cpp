#include <algorithm>

#include "core/error.h"
#include "vprtrain/network.h"
#include "vprtrain/networks/families.h"

namespace bitplace::train {
namespace {

constexpr std::vector<NetworkEntry> (*kFamilies[])() = {
    alexnet_family,
    residual_family,
    torchvision_family,
};

std::vector<NetworkEntry> all_networks() {
  std::vector<NetworkEntry> all;
  for (const auto family : kFamilies) {
    for (NetworkEntry& entry : family())
      all.push_back(std::move(entry));
  }
  return all;
}

template <typename List, typename Name>
std::string joined(const List& list, Name name) {
  std::string text;
  for (const auto& item : list)
    text += (text.empty() ? "" : ", ") + name(item);
  return text;
}

}  // namespace

const std::vector<NetworkEntry>& list_networks() {
  static const std::vector<NetworkEntry> networks = all_networks();
  return networks;
}

const NetworkEntry* find_network(const std::string& name) {
  const auto& networks = list_networks();
  const auto found = std::find_if(networks.begin(), networks.end(),
                                  [&](const NetworkEntry& entry) { return entry.name == name; });
  return found == networks.end() ? nullptr : &*found;
}

Result<NetworkPointer> make_network(const NetworkChoice& choice) {
  const NetworkEntry* entry = find_network(choice.name);
  if (entry == nullptr) {
    const std::string known =
        joined(list_networks(), [](const NetworkEntry& network) { return network.name; });
    return make_error(ErrorCode::invalid_argument, "--network " + choice.name, "unknown; known are " + known);
  }
  NetworkChoice complete = choice;
  if (complete.variant.empty()) complete.variant = entry->variants.front();
  if (std::find(entry->variants.begin(), entry->variants.end(), complete.variant) == entry->variants.end()) {
    const std::string known = joined(entry->variants, [](const std::string& name) { return name; });
    return make_error(ErrorCode::invalid_argument, "--variant " + complete.variant,
                      entry->name + " has " + known);
  }
  return entry->make(complete);
}

torch::Tensor TrainableNetwork::descriptor(const torch::Tensor& features) {
  const torch::Tensor flat = features.permute({0, 2, 3, 1}).flatten(1);
  return torch::nn::functional::normalize(flat, torch::nn::functional::NormalizeFuncOptions().p(2).dim(1));
}

torch::Tensor TrainableNetwork::logits(const torch::Tensor&) {
  TORCH_CHECK(false, choice_.name, " has no classifier");
}

std::vector<std::pair<std::string, torch::Tensor>> TrainableNetwork::stages(const torch::Tensor& images) {
  return {{"features", features(images)}};
}

}  // namespace bitplace::train
