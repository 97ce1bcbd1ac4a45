// A small deployable model with fixed pseudo-random constants.
#pragma once

#include <cstdint>

#include "graph/model_contents.h"

namespace bitplace::test {

// u8 8x8x3 -> 3x3 convolution to 5 channels, 2x2 pool, threshold -> 3x3 convolution padded with +1 to 4
// channels -> flatten -> l2_normalize: a descriptor of 36 f32. The same on every call and every platform.
// Images of another `side`, even, make larger tensors of the same weights.
ModelContents tiny_model(std::int32_t side = 8);

}  // namespace bitplace::test
