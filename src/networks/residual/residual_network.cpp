#include "networks/residual/residual_network.h"

#include <algorithm>

#include "core/error.h"
#include "networks/named_tensors.h"
#include "networks/quantizers.h"

namespace bitplace {
namespace {

Status check_variant(const ResidualNetwork& network, const std::string& variant) {
  const auto& known = network.variants;
  if (std::any_of(known.begin(), known.end(), [&](const char* name) { return variant == name; })) return {};
  return make_error(ErrorCode::invalid_argument, "variant '" + variant + "'",
                    std::string(network.name) + " has " + list_names({known.begin(), known.end()}));
}

// The network's own where none is asked for; another one only where the network takes any.
Status choose_quantizer(const ResidualNetwork& network, const char* own, std::string* quantizer) {
  if (quantizer->empty()) *quantizer = own;
  if (network.any_quantizers || *quantizer == own) return {};
  return make_error(ErrorCode::invalid_argument, "quantizer '" + *quantizer + "'",
                    std::string(network.name) + " has " + own + " there");
}

}  // namespace

const std::vector<ResidualNetwork>& residual_networks() {
  static const std::vector<ResidualNetwork> kNetworks = [] {
    std::vector<ResidualNetwork> all;
    for (const auto& family : {binvpr_networks(), bireal_networks(), biresnet_networks(), alexnet_networks()})
      all.insert(all.end(), family.begin(), family.end());
    return all;
  }();
  return kNetworks;
}

const ResidualNetwork* find_residual_network(const std::string& name) {
  for (const ResidualNetwork& network : residual_networks()) {
    if (name == network.name) return &network;
  }
  return nullptr;
}

Result<ResidualChoice> complete_choice(ResidualChoice choice) {
  const ResidualNetwork* network = find_residual_network(choice.name);
  if (network == nullptr)
    return make_error(ErrorCode::invalid_argument, "network '" + choice.name + "'", "unknown");
  if (choice.variant.empty()) choice.variant = network->variants[0];
  BITPLACE_TRY(check_variant(*network, choice.variant));
  BITPLACE_TRY(choose_quantizer(*network, network->activation_quantizer, &choice.activation_quantizer));
  const bool of_code = choice.variant == "code" && network->code_weight_quantizer != nullptr;
  const char* weights = of_code ? network->code_weight_quantizer : network->weight_quantizer;
  BITPLACE_TRY(choose_quantizer(*network, weights, &choice.weight_quantizer));
  BITPLACE_TRY(activation_quantizer(choice.activation_quantizer));
  BITPLACE_TRY(weight_quantizer(choice.weight_quantizer));
  return choice;
}

Result<LayerList> residual_layers(const ResidualChoice& choice) {
  BITPLACE_ASSIGN(complete, complete_choice(choice));
  return find_residual_network(complete.name)->layers(complete);
}

}  // namespace bitplace
