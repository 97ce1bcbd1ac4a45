// Everything a .vpr file says.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bitplace/descriptor.h"
#include "bitplace/version.h"
#include "graph/graph.h"

namespace bitplace {

enum class ResizeRule : std::uint8_t {
  nearest = 0,
  bilinear_opencv = 1,
  bilinear_pillow = 2,
  bicubic_pillow = 3,
  bilinear_tensor = 4,
  bicubic_tensor = 5,
  bilinear_tensor_antialias = 6,
  bicubic_tensor_antialias = 7,
};
inline constexpr int kResizeRules = 8;
enum class ChannelOrder : std::uint8_t { rgb = 0, bgr = 1 };

// How image bytes become the graph's input: resize to height x width by the rule, reorder the channels, and
// unless the input is u8, x = (grey level * value_scale - mean[c]) / standard_deviation[c], c counting in the
// model's channel order. An f32 or f16 input is x, an s8 input is x / input_scale rounded to a code;
// image/normalize.h says how to the last bit. With u8 the value scale (the /255 that training used) is part
// of the thresholds already, and there is no mean, deviation or scale.
struct Preprocessing {
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t channels = 3;
  ResizeRule resize = ResizeRule::bilinear_opencv;
  ChannelOrder channel_order = ChannelOrder::rgb;
  float value_scale = 1.0f / 255.0f;   // what one grey level meant in training; with u8 stated, not applied
  DataType input_type = DataType::u8;  // u8, s8, f32 or f16
  std::array<float, 3> mean = {0.0f, 0.0f, 0.0f};
  std::array<float, 3> standard_deviation = {1.0f, 1.0f, 1.0f};
  float input_scale = 1.0f;  // of s8 codes
};

const char* resize_rule_name(ResizeRule rule);  // "nearest", "bilinear-opencv", ...
bool resize_rule_from_name(std::string_view name, ResizeRule* rule);
const char* channel_order_name(ChannelOrder order);  // "rgb", "bgr"

struct ModelContents {
  std::string network;  // "floppynet", ...
  Preprocessing preprocessing;
  Graph graph;
  // Free text beside the numbers, in file order: source file name, source hash, converter version, ...
  std::vector<std::pair<std::string, std::string>> metadata;
};

// 128-bit hash of everything that decides a descriptor: preprocessing, graph, constants and the revision of
// the arithmetic. Names, metadata and the file's layout do not count. A file made under an older revision
// states the identity of that revision; descriptors carry this library's own.
ModelIdentity model_identity(const ModelContents& contents, unsigned numerics_revision = kNumericsRevision);

// Type and dimension follow from the graph's descriptor value: f32, s8 or b1 (bits). The graph has been
// validated.
DescriptorSpec descriptor_spec(const ModelContents& contents);

}  // namespace bitplace
