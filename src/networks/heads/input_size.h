// The size of the images, where nobody says it.
#pragma once

#include <cstdint>

#include "networks/backbone.h"
#include "networks/heads/head.h"

namespace bitplace {

// The side of the square image that gives a map of the pixels that the head needs: 320 where that fits, as
// most are trained. Error: no square image does.
Result<std::int64_t> input_side_for(const HeadSpec& head, const Backbone& backbone, const BackboneCut& cut);

}  // namespace bitplace
