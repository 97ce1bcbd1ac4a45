#include "networks/backbone.h"

#include "networks/residual/build_layers.h"

namespace bitplace {

const std::vector<Backbone>& backbones() {
  static const std::vector<Backbone> kBackbones = {mobilenet_v2(),  resnet18(),       resnet34(),
                                                   resnet50(),      vgg16(),          squeezenet1_0(),
                                                   squeezenet1_1(), efficientnet_b0()};
  return kBackbones;
}

const Backbone* find_backbone(std::string_view name) {
  for (const auto* list : {&backbones(), &residual_backbones()}) {
    for (const Backbone& backbone : *list) {
      if (backbone.name == name) return &backbone;
    }
  }
  return nullptr;
}

const BackboneCut* find_cut(const Backbone& backbone, std::string_view name) {
  if (name.empty()) return backbone.cuts.data();
  for (const BackboneCut& cut : backbone.cuts) {
    if (cut.name == name) return &cut;
  }
  return nullptr;
}

Result<Graph> build_backbone(const Backbone& backbone, const BackboneCut& cut, ParameterSource& parameters,
                             std::int64_t height, std::int64_t width, double batch_norm_epsilon) {
  NetworkBuilder network(parameters, height, width, batch_norm_epsilon);
  if (backbone.layers == nullptr) return network.finish(backbone.build(network, cut.name));
  return network.finish(build_layers(backbone.layers->up_to(cut.name), network));
}

}  // namespace bitplace
