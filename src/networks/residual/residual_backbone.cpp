// Residual networks of few levels among the other backbones. They end at any of their stages.
#include <algorithm>
#include <deque>

#include "core/error.h"
#include "networks/backbone.h"
#include "networks/residual/build_layers.h"

namespace bitplace {
namespace {

bool has_parameters(const ListedLayer& layer) {
  return layer.kind == LayerKind::convolution || layer.kind == LayerKind::linear ||
         layer.kind == LayerKind::batch_norm;
}

// Cuts point to names, which live as long as the list of layers.
struct NamedLayers {
  LayerList list;
  std::deque<std::string> names;

  const char* keep(std::string name) { return names.emplace_back(std::move(name)).c_str(); }
};

BackboneCut cut_at(NamedLayers& named, const ResidualNetwork& network, const LayerList::Stage& stage) {
  const LayerList front = named.list.up_to(stage.name);
  BackboneCut cut{named.keep(stage.name), named.list.channels(stage.layer), "", network.classifier};
  std::vector<std::string> kept;
  for (const ListedLayer& layer : front.layers) {
    if (!has_parameters(layer)) continue;
    kept.push_back(layer.name);
    cut.last_layer = named.keep(layer.name + ".");
  }
  for (const ListedLayer& layer : named.list.layers) {
    if (has_parameters(layer) && std::find(kept.begin(), kept.end(), layer.name) == kept.end())
      cut.dropped.push_back(named.keep(layer.name + "."));
  }
  return cut;
}

}  // namespace

Result<Backbone> residual_backbone(const ResidualChoice& choice) {
  BITPLACE_ASSIGN(list, residual_layers(choice));
  auto named = std::make_shared<NamedLayers>(NamedLayers{std::move(list), {}});
  const ResidualNetwork& network = *find_residual_network(choice.name);
  Backbone backbone{network.name, {}, nullptr};
  for (auto stage = named->list.stages.rbegin(); stage != named->list.stages.rend(); ++stage)
    backbone.cuts.push_back(cut_at(*named, network, *stage));
  backbone.resize = ResizeRule::bilinear_opencv;
  backbone.mean.fill(0.0f);
  backbone.deviation.fill(1.0f);
  backbone.batch_norm_epsilon = named->list.batch_norm_epsilon;
  backbone.head = network.head;
  backbone.side = network.side;
  backbone.layers = std::shared_ptr<const LayerList>(named, &named->list);
  return backbone;
}

const std::vector<Backbone>& residual_backbones() {
  static const std::vector<Backbone> kBackbones = [] {
    std::vector<Backbone> all;
    for (const ResidualNetwork& network : residual_networks())
      all.push_back(*residual_backbone({network.name, {}, {}, {}}));
    return all;
  }();
  return kBackbones;
}

}  // namespace bitplace
