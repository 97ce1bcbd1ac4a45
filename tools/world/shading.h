// Colours of what a ray meets.
#pragma once

#include "world/drive.h"
#include "world/facade.h"
#include "world/street.h"
#include "world/vector.h"

namespace bitplace::world {

// The sky and the hills behind the town, in the direction of a ray (not of unit length).
Color sky_color(const Light& light, Vector direction);

// A wall or top of a box at `point`. `u` and `v` are metres along the wall from its left edge and above the
// ground, `width` the wall's length; `front` is a wall across the street's direction of view.
Color box_color(const Street& street, const Light& light, const Box& box, Vector point, Vector normal,
                bool front, float u, float v, float width);

// The road, its kerbs and pavements.
Color ground_color(const Street& street, const Light& light, Vector point);

// A point of a sprite, x from -1 (left) to 1, y from 0 (foot) to 1; false where one sees through it.
bool sprite_color(const Light& light, const Sprite& sprite, float x, float y, Color* color);

}  // namespace bitplace::world
