#include "lowering/real_model.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

// No mean, no deviation: bytes of an image are numbers but for a factor.
bool is_only_scaled(const Preprocessing& p) {
  const Preprocessing plain;
  return p.mean == plain.mean && p.standard_deviation == plain.standard_deviation;
}

}  // namespace

float largest_input(const Preprocessing& p) {
  float largest = 0.0f;
  for (std::size_t c = 0; c < p.mean.size(); ++c) {
    for (const float level : {0.0f, 255.0f}) {
      const float x = (level * p.value_scale - p.mean[c]) / p.standard_deviation[c];
      largest = std::max(largest, std::fabs(x));
    }
  }
  return largest;
}

Result<ModelContents> make_real_model(const RealNetwork& network, const RealLoweringOptions& options) {
  RealLoweringOptions complete = options;
  if (!complete.ranges.empty()) {
    ActivationRange& input = complete.ranges[static_cast<std::size_t>(network.graph.input)];
    input.largest8 = input.largest4 = largest_input(network.preprocessing);
    input.pixel = is_only_scaled(network.preprocessing) ? network.preprocessing.value_scale : 0.0f;
  }
  BITPLACE_ASSIGN(lowered, lower_real(network.graph, complete));
  ModelContents model;
  model.network = network.name;
  model.preprocessing = network.preprocessing;
  model.preprocessing.input_type = value_at(lowered.graph, lowered.graph.input).type;
  const bool codes = model.preprocessing.input_type == DataType::s8;
  model.preprocessing.input_scale = codes ? lowered.input_scale : 1.0f;
  model.graph = std::move(lowered.graph);
  return model;
}

ModelMaker real_model_maker(const RealNetwork& network) {
  return [name = network.name, preprocessing = network.preprocessing](
             const Graph& folded, const PrecisionMap& precisions, const ActivationRanges& ranges) {
    RealLoweringOptions lowering;
    lowering.precisions = precisions;
    lowering.ranges = ranges;
    return make_real_model({name, folded, preprocessing}, lowering);
  };
}

Result<ModelContents> make_float_model(const RealNetwork& network) {
  return make_real_model(network, RealLoweringOptions{});
}

Result<RealNetwork> real_network_of(const ModelContents& model) {
  RealNetwork network{model.network, {}, model.preprocessing};
  const auto check = [](const Value& value) -> Status {
    if (value.type == DataType::f32) return {};
    if (value.type == DataType::b1) {
      return make_error(
          ErrorCode::unsupported, "value '" + value.name + "'",
          "is bits: a network that mixes them with real layers cannot be given other precisions");
    }
    return make_error(ErrorCode::unsupported, "value '" + value.name + "'",
                      std::string("is ") + data_type_name(value.type) +
                          ": only an fp32 model can be given other precisions");
  };
  const Graph& graph = model.graph;
  BITPLACE_TRY(check(value_at(graph, graph.input)));
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    if (rewrite.find(graph.features) != kNone) break;  // what follows encodes the descriptor
    BITPLACE_TRY(check(value_at(graph, node.output)));
    BITPLACE_TRY(rewrite.copy(node));
  }
  rewrite.redirect(graph.descriptor, rewrite.find(graph.features));
  BITPLACE_ASSIGN(features, rewrite.finish());
  network.graph = std::move(features);
  return network;
}

}  // namespace bitplace
