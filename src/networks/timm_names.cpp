#include "networks/timm_names.h"

#include <charconv>

namespace bitplace {
namespace {

// Takes "NUMBER." off the front.
bool take_number(std::string_view* text, int* number) {
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *number);
  const auto digits = static_cast<std::size_t>(end - text->data());
  if (error != std::errc() || digits >= text->size() || (*text)[digits] != '.') return false;
  text->remove_prefix(digits + 1);
  return true;
}

}  // namespace

std::optional<TimmBlock> parse_timm_block(const std::string& name) {
  std::string_view rest = name;
  constexpr std::string_view kBlocks = "blocks.";
  if (!rest.starts_with(kBlocks)) return std::nullopt;
  rest.remove_prefix(kBlocks.size());
  TimmBlock block;
  if (!take_number(&rest, &block.stage) || !take_number(&rest, &block.index)) return std::nullopt;
  const std::size_t dot = rest.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  block.layer = rest.substr(0, dot);
  block.part = rest.substr(dot + 1);
  return block;
}

std::string timm_layer(const std::string& name, const TimmBlock& block, const std::string& place,
                       std::span<const std::pair<const char*, const char*>> layers) {
  for (const auto& [timm, torchvision] : layers) {
    if (block.layer == timm) return place + torchvision + "." + block.part;
  }
  return name;
}

std::string timm_stem_or_head(const std::string& name, const std::string& stem, const std::string& head,
                              const std::string& classifier) {
  const std::pair<std::string, std::string> layers[] = {{"conv_stem.", stem + ".0."},
                                                        {"bn1.", stem + ".1."},
                                                        {"conv_head.", head + ".0."},
                                                        {"bn2.", head + ".1."},
                                                        {"classifier.", classifier + "."}};
  for (const auto& [timm, torchvision] : layers) {
    if (name.starts_with(timm)) return torchvision + name.substr(timm.size());
  }
  return name;
}

}  // namespace bitplace
