// Networks of few levels, as lists of layers: residual ones, and AlexNet's relatives.
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"
#include "networks/residual/layer_list.h"

namespace bitplace {

// Empty: the network's own.
struct ResidualChoice {
  std::string name;
  std::string variant;
  std::string activation_quantizer, weight_quantizer;  // of the networks that take any
};

struct ResidualNetwork {
  const char* name;
  const char* summary;                // for people
  std::vector<const char*> variants;  // the first is the default
  const char* activation_quantizer;   // its own
  const char* weight_quantizer;
  bool any_quantizers;                                // takes others
  LayerList (*layers)(const ResidualChoice& choice);  // every field of the choice filled in
  const char* telling_parameter;                  // that only the first variant has; null where none tells
  const char* code_weight_quantizer = nullptr;    // of the variant "code", where it has another
  std::int32_t side = 224;                        // height and width of the usual image
  const char* head = "spoc";                      // what usually makes a descriptor of its map
  std::vector<const char*> classifier = {"fc."};  // prefixes of the names of what lies behind the map
};

const std::vector<ResidualNetwork>& residual_networks();
const ResidualNetwork* find_residual_network(const std::string& name);

// With the network's own values where nothing was asked for. Errors name what the network does not have.
Result<ResidualChoice> complete_choice(ResidualChoice choice);
Result<LayerList> residual_layers(const ResidualChoice& choice);

// One file each.
std::vector<ResidualNetwork> binvpr_networks();
std::vector<ResidualNetwork> bireal_networks();
std::vector<ResidualNetwork> biresnet_networks();
std::vector<ResidualNetwork> alexnet_networks();

inline constexpr double kKerasBatchNormEpsilon = 1e-3;

}  // namespace bitplace
