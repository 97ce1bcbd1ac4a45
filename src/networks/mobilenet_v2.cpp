// MobileNetV2 (Sandler et al. 2018), width 1.
#include "networks/backbone.h"
#include "networks/timm_names.h"

namespace bitplace {
namespace {

struct Stage {
  std::int32_t expansion, channels, blocks, stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

// Expand (absent where the expansion is 1), filter each channel, project without activation; the input is
// added where the shape stays the same.
ValueId inverted_residual(NetworkBuilder& network, const std::string& name, ValueId input,
                          std::int32_t expansion, std::int32_t channels, std::int32_t stride) {
  const auto inputs = static_cast<std::int32_t>(network.shape(input)[3]);
  const std::int32_t width = inputs * expansion;
  auto layer = [&, index = 0]() mutable { return name + ".conv." + std::to_string(index++); };
  ValueId x = input;
  if (expansion != 1)
    x = network.normalized_convolution(layer(), x, {.filters = width}, ActivationKind::relu6);
  x = network.normalized_convolution(
      layer(), x, {.filters = width, .kernel = 3, .stride = stride, .padding = 1, .groups = width},
      ActivationKind::relu6);
  x = network.convolution(layer(), x, {.filters = channels});
  x = network.batch_norm(layer(), x);
  return stride == 1 && inputs == channels ? network.add(name + "/add", input, x) : x;
}

ValueId build(NetworkBuilder& network, std::string_view cut) {
  ValueId x = network.normalized_convolution("features.0", network.input(),
                                             {.filters = 32, .kernel = 3, .stride = 2, .padding = 1},
                                             ActivationKind::relu6);
  int block = 1;
  for (const Stage& stage : kStages) {
    for (std::int32_t i = 0; i < stage.blocks; ++i) {
      x = inverted_residual(network, "features." + std::to_string(block++), x, stage.expansion,
                            stage.channels, i == 0 ? stage.stride : 1);
    }
  }
  if (cut == "conv4") return x;
  return network.normalized_convolution("features.18", x, {.filters = 1280}, ActivationKind::relu6);
}

// timm numbers stages and blocks, torchvision all blocks from 1.
std::string from_timm(const std::string& name) {
  const std::optional<TimmBlock> block = parse_timm_block(name);
  if (!block) return timm_stem_or_head(name, "features.0", "features.18", "classifier.1");
  int first = 1;
  for (int stage = 0; stage < block->stage && stage < static_cast<int>(std::size(kStages)); ++stage)
    first += kStages[stage].blocks;
  const std::string place = "features." + std::to_string(first + block->index) + ".conv.";
  const std::pair<const char*, const char*> separable[] = {
      {"conv_dw", "0.0"}, {"bn1", "0.1"}, {"conv_pw", "1"}, {"bn2", "2"}};
  const std::pair<const char*, const char*> inverted[] = {{"conv_pw", "0.0"}, {"bn1", "0.1"},
                                                          {"conv_dw", "1.0"}, {"bn2", "1.1"},
                                                          {"conv_pwl", "2"},  {"bn3", "3"}};
  return block->stage == 0 ? timm_layer(name, *block, place, separable)
                           : timm_layer(name, *block, place, inverted);
}

}  // namespace

Backbone mobilenet_v2() {
  return {"mobilenet_v2",
          {{"features", 1280, "features.18.", {"classifier."}},
           {"conv4", 320, "features.17.", {"features.18.", "classifier."}}},
          build,
          from_timm};
}

}  // namespace bitplace
