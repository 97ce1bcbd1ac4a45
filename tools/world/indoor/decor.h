// The colours, patterns and lamps of a stretch.
#pragma once

#include "world/indoor/building.h"

namespace bitplace::world {

Decor random_decor(std::uint32_t building, std::uint32_t seed, float half_width);

}  // namespace bitplace::world
