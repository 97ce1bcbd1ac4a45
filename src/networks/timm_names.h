// timm's names of the parameters of MobileNetV2 and EfficientNet, and torchvision's for them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>

namespace bitplace {

// "blocks.STAGE.INDEX.LAYER.PART"
struct TimmBlock {
  int stage = 0, index = 0;
  std::string layer;  // "conv_pw", "bn1", "se.conv_reduce"
  std::string part;   // "weight", "running_mean"
};
std::optional<TimmBlock> parse_timm_block(const std::string& name);

// PLACE + torchvision's layer + part, by a table from timm's layers; `name` itself where the table has no
// such layer.
std::string timm_layer(const std::string& name, const TimmBlock& block, const std::string& place,
                       std::span<const std::pair<const char*, const char*>> layers);

// What is in front of and behind the blocks: conv_stem and bn1, conv_head and bn2, classifier.
std::string timm_stem_or_head(const std::string& name, const std::string& stem, const std::string& head,
                              const std::string& classifier);

}  // namespace bitplace
