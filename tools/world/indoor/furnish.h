// Doors, windows, furniture and lamps.
#pragma once

#include "world/indoor/building.h"

namespace bitplace::world {

// Builds one wall of a stretch from what makes it: doors, windows, boards, niches, plain wall.
void furnish_wall(Building* building, std::size_t stretch, int side, Vector from, Vector to);

// Whatever stands freely or hangs from the ceiling, and the lamps.
void furnish(Building* building);

}  // namespace bitplace::world
