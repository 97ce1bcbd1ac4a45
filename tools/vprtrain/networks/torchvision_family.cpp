// ResNet-18, -34 and -50 (He et al. 2015) and MobileNetV2 (Sandler et al. 2018) as torchvision has them.
#include "networks/backbone.h"
#include "vprtrain/networks/families.h"
#include "vprtrain/networks/feature_network.h"
#include "vprtrain/networks/torchvision_modules.h"

namespace bitplace::train {
namespace {

class TorchvisionNetwork final : public FeatureNetwork {
 public:
  TorchvisionNetwork(const Backbone& backbone, std::int64_t classes) : backbone_(backbone) {
    module_ = make_torchvision_module(backbone.name, classes);
    // Its parts are this network's own, so that their names have nothing in front.
    for (const auto& child : module_->named_children())
      register_module(child.key(), child.value());
  }

  torch::Tensor features(const torch::Tensor& images) override {
    return module_->features(images, backbone_.cuts[0].name);
  }
  // The cuts, the last of which is the feature map.
  Stages stages(const torch::Tensor& images) override {
    Stages stages;
    for (auto cut = backbone_.cuts.rbegin(); cut != backbone_.cuts.rend(); ++cut)
      stages.emplace_back(cut->name, module_->features(images, cut->name));
    return stages;
  }
  torch::Tensor logits(const torch::Tensor& features) override { return module_->logits(features); }

 private:
  const Backbone& backbone_;
  std::shared_ptr<TorchvisionModule> module_;
};

Result<NetworkPointer> make_torchvision(const NetworkChoice& asked) {
  const Backbone& backbone = *find_backbone(asked.name);
  NetworkChoice choice = asked;
  if (choice.head.empty()) choice.head = "gem";
  if (choice.height == 0) choice.height = kBackboneInput;
  if (choice.width == 0) choice.width = kBackboneInput;
  const NetworkInput input{choice.height, choice.width, kImageNetMean, kImageNetDeviation, backbone.resize};
  return with_head(choice, input, kTorchBatchNormEpsilon,
                   std::make_shared<TorchvisionNetwork>(backbone, choice.classes));
}

}  // namespace

std::vector<NetworkEntry> torchvision_family() {
  const TrainingDefaults defaults = {"adam", 1e-4, 1e-4, "constant", 32, 30};
  std::vector<NetworkEntry> entries;
  for (const auto& [name, summary] : {std::pair("mobilenet_v2", "MobileNetV2 (Sandler et al. 2018)"),
                                      std::pair("resnet18", "ResNet-18 (He et al. 2015)"),
                                      std::pair("resnet34", "ResNet-34 (He et al. 2015)"),
                                      std::pair("resnet50", "ResNet-50 (He et al. 2015)")})
    entries.push_back({name, summary, {"paper"}, defaults, make_torchvision});
  return entries;
}

}  // namespace bitplace::train
