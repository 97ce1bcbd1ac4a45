// MixVPR (Ali-bey, Chaib-draa and Giguere, 2023): every channel's map is a vector of its h * w pixels, which
// the mixers transform; then both axes are projected.
//
//   X       = features as [channels, h * w]
//   X       = X + Linear3(ReLU(Linear1(LayerNorm0(X))))     over the pixels; mix.0, mix.1, ...
//   Y       = channel_proj over the channels of X           [channels', h * w]
//   Z       = row_proj over the pixels of Y                 [channels', rows]
//   result  = Z, channel by channel: index c * rows + r
#include "core/error.h"
#include "networks/heads/head_layers.h"

namespace bitplace::heads {
namespace {

ValueId append_mixer(NetworkBuilder& builder, ValueId input, const MixvprHead& head, std::int32_t index) {
  const std::string mixer = head.prefix + "mix." + std::to_string(index) + ".mix.";
  const auto positions = static_cast<std::int32_t>(head.positions);
  const ValueId normalized = builder.layer_norm(mixer + "0", input);
  const ValueId inner = builder.linear(mixer + "1", normalized, head.hidden);
  const ValueId active = builder.activation(mixer + "2", inner, ActivationKind::relu);
  const ValueId outer = builder.linear(mixer + "3", active, positions);
  return builder.add(mixer + "add", input, outer);
}

}  // namespace

ValueId append_mixvpr(NetworkBuilder& builder, ValueId features, const MixvprHead& head) {
  const Shape shape = builder.shape(features);
  if (builder.status().ok() && shape[1] * shape[2] != head.positions) {
    builder.fail(make_error(ErrorCode::mismatch, "head mixvpr",
                            "its weights are for " + std::to_string(head.positions) +
                                " pixels of the feature map, which has " + std::to_string(shape[1]) + "x" +
                                std::to_string(shape[2]) + ": the input has another size"));
    return kNone;
  }
  ValueId map = transpose(builder, head.prefix + "flatten", features);
  for (std::int32_t i = 0; i < head.depth; ++i)
    map = append_mixer(builder, map, head, i);
  const ValueId by_pixel = transpose(builder, head.prefix + "by_pixel", map);
  const ValueId channels = builder.linear(head.prefix + "channel_proj", by_pixel, head.channels);
  const ValueId by_channel = transpose(builder, head.prefix + "by_channel", channels);
  const ValueId rows = builder.linear(head.prefix + "row_proj", by_channel, head.rows);
  return reshape(builder, "mixvpr", rows);
}

}  // namespace bitplace::heads
