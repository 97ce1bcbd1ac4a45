// EfficientNet-B0 (Tan and Le 2019). Stochastic depth does nothing outside training.
#include <algorithm>

#include "networks/backbone.h"
#include "networks/timm_names.h"

namespace bitplace {
namespace {

struct Stage {
  std::int32_t expansion, kernel, stride, channels;
  int blocks;
};
constexpr Stage kStages[] = {{1, 3, 1, 16, 1},  {6, 3, 2, 24, 2},  {6, 5, 2, 40, 2}, {6, 3, 2, 80, 3},
                             {6, 5, 1, 112, 3}, {6, 5, 2, 192, 4}, {6, 3, 1, 320, 1}};

// The map times a gate for each channel, made of the channels' means.
ValueId squeeze_excitation(NetworkBuilder& network, const std::string& name, ValueId input,
                           std::int32_t squeezed) {
  const auto channels = static_cast<std::int32_t>(network.shape(input)[3]);
  ValueId gate = network.global_average(name + ".avgpool", input);
  gate = network.convolution(name + ".fc1", gate, {.filters = squeezed, .bias = true});
  gate = network.activation(name + ".activation", gate, ActivationKind::silu);
  gate = network.convolution(name + ".fc2", gate, {.filters = channels, .bias = true});
  gate = network.activation(name + ".scale_activation", gate, ActivationKind::sigmoid);
  return network.multiply_channels(name + "/multiply", input, gate);
}

// Expand (absent where the expansion is 1), filter each channel, gate, project without activation; the input
// is added where the shape stays the same.
ValueId mobile_block(NetworkBuilder& network, const std::string& name, ValueId input, const Stage& stage,
                     std::int32_t stride) {
  const auto inputs = static_cast<std::int32_t>(network.shape(input)[3]);
  const std::int32_t width = inputs * stage.expansion;
  auto layer = [&, index = 0]() mutable { return name + ".block." + std::to_string(index++); };
  ValueId x = input;
  if (stage.expansion != 1)
    x = network.normalized_convolution(layer(), x, {.filters = width}, ActivationKind::silu);
  x = network.normalized_convolution(layer(), x,
                                     {.filters = width,
                                      .kernel = stage.kernel,
                                      .stride = stride,
                                      .padding = stage.kernel / 2,
                                      .groups = width},
                                     ActivationKind::silu);
  x = squeeze_excitation(network, layer(), x, std::max(1, inputs / 4));
  x = network.normalized_convolution(layer(), x, {.filters = stage.channels});
  return stride == 1 && inputs == stage.channels ? network.add(name + "/add", input, x) : x;
}

ValueId build(NetworkBuilder& network, std::string_view cut) {
  ValueId x = network.normalized_convolution("features.0", network.input(),
                                             {.filters = 32, .kernel = 3, .stride = 2, .padding = 1},
                                             ActivationKind::silu);
  int number = 1;
  for (const Stage& stage : kStages) {
    const std::string name = "features." + std::to_string(number++) + ".";
    for (int i = 0; i < stage.blocks; ++i)
      x = mobile_block(network, name + std::to_string(i), x, stage, i == 0 ? stage.stride : 1);
  }
  if (cut == "blocks") return x;
  return network.normalized_convolution("features.8", x, {.filters = 1280}, ActivationKind::silu);
}

// timm numbers the stages from 0.
std::string from_timm(const std::string& name) {
  const std::optional<TimmBlock> block = parse_timm_block(name);
  if (!block) return timm_stem_or_head(name, "features.0", "features.8", "classifier.1");
  const std::string place =
      "features." + std::to_string(block->stage + 1) + "." + std::to_string(block->index) + ".block.";
  const std::pair<const char*, const char*> separable[] = {
      {"conv_dw", "0.0"},          {"bn1", "0.1"},     {"se.conv_reduce", "1.fc1"},
      {"se.conv_expand", "1.fc2"}, {"conv_pw", "2.0"}, {"bn2", "2.1"}};
  const std::pair<const char*, const char*> inverted[] = {
      {"conv_pw", "0.0"},          {"bn1", "0.1"},
      {"conv_dw", "1.0"},          {"bn2", "1.1"},
      {"se.conv_reduce", "2.fc1"}, {"se.conv_expand", "2.fc2"},
      {"conv_pwl", "3.0"},         {"bn3", "3.1"}};
  return block->stage == 0 ? timm_layer(name, *block, place, separable)
                           : timm_layer(name, *block, place, inverted);
}

}  // namespace

Backbone efficientnet_b0() {
  return {"efficientnet_b0",
          {{"features", 1280, "features.8.", {"classifier."}},
           {"blocks", 320, "features.7.", {"features.8.", "classifier."}}},
          build,
          from_timm,
          ResizeRule::bicubic_pillow};
}

}  // namespace bitplace
