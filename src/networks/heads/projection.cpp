// The linear layer behind a head: torch.nn.Linear over the flattened features in PyTorch's order, which has
// the channels outermost.
#include "networks/heads/head_layers.h"

namespace bitplace::heads {

ValueId append_projection(NetworkBuilder& builder, ValueId features, const Projection& projection) {
  ValueId flat = features;
  if (pixels(builder, features) > 1)
    flat = reshape(builder, "head/flatten", transpose(builder, "head/channels_first", features));
  if (projection.normalize_input) flat = normalize_pixels(builder, "head/l2", flat);
  return builder.linear(projection.name, flat, projection.outputs, projection.bias);
}

}  // namespace bitplace::heads
