// Residual networks of few levels: BinVPR, Bi-Real-34, Real-to-Bin-34 and the BiResNets. Their layers are in
// src/networks/residual, one file per family, with the sources of each.
#include "core/error.h"
#include "networks/backbone.h"
#include "vprtrain/networks/families.h"
#include "vprtrain/networks/layer_network.h"

namespace bitplace::train {
namespace {

Result<NetworkPointer> make_residual(const NetworkChoice& asked) {
  BITPLACE_ASSIGN(residual, complete_choice({asked.name, asked.variant, asked.activation_quantizer,
                                             asked.weight_quantizer}));
  BITPLACE_ASSIGN(list, residual_layers(residual));
  NetworkChoice choice = asked;
  choice.variant = residual.variant;
  choice.activation_quantizer = residual.activation_quantizer;
  choice.weight_quantizer = residual.weight_quantizer;
  if (choice.head.empty()) choice.head = find_backbone(choice.name)->head;
  if (choice.height == 0) choice.height = kBackboneInput;
  if (choice.width == 0) choice.width = kBackboneInput;
  const NetworkInput input{choice.height, choice.width};
  return with_head(choice, input, list.batch_norm_epsilon, make_layer_network(list, choice.classes));
}

// BinVPR's own; the others are compared with it under the same conditions, which are not published.
TrainingDefaults defaults_of(const std::string& name) {
  if (name.starts_with("binvpr") && name.ends_with("36")) return {"adam", 3e-5, 0.0, "constant", 16, 150};
  if (name.starts_with("binvpr")) return {"adam", 1e-5, 0.0, "constant", 16, 400};
  return {"adam", 8e-4, 0.0, "constant", 16, 150};
}

}  // namespace

std::vector<NetworkEntry> residual_family() {
  std::vector<NetworkEntry> entries;
  for (const auto& family : {binvpr_networks(), bireal_networks(), biresnet_networks()}) {
    for (const ResidualNetwork& network : family)
      entries.push_back({network.name,
                         network.summary,
                         {network.variants.begin(), network.variants.end()},
                         defaults_of(network.name),
                         make_residual});
  }
  return entries;
}

}  // namespace bitplace::train
