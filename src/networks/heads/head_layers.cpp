#include "networks/heads/head_layers.h"

namespace bitplace::heads {

ValueId normalize_pixels(NetworkBuilder& builder, const std::string& name, ValueId input) {
  return builder.append({name, Op::l2_normalize_channels, {input}, kNone, NoAttributes{}, {}});
}

ValueId transpose(NetworkBuilder& builder, const std::string& name, ValueId input) {
  return builder.append({name, Op::transpose, {input}, kNone, NoAttributes{}, {}});
}

ValueId reshape(NetworkBuilder& builder, const std::string& name, ValueId input) {
  return builder.append({name, Op::reshape, {input}, kNone, NoAttributes{}, {}});
}

ValueId flatten(NetworkBuilder& builder, ValueId input) {
  if (pixels(builder, input) <= 1) return input;
  return reshape(builder, "head/flatten", transpose(builder, "head/channels_first", input));
}

std::int64_t pixels(const NetworkBuilder& builder, ValueId value) {
  const Shape shape = builder.shape(value);
  return shape[1] * shape[2];
}

}  // namespace bitplace::heads
