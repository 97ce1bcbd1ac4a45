// What the walls of the street look like.
#pragma once

#include "world/color.h"
#include "world/street.h"

namespace bitplace::world {

// What a point of a surface is made of.
struct Surface {
  Color albedo;
  float mirror = 0.0f;  // how much of the sky it reflects (glass)
  float glow = 0.0f;    // light of its own (a lit window), before the drive's hour is applied
};

// A wall of a building: `u` metres along it from its left edge, `width` long; `v` metres above the ground.
// `front` walls face the street and have doors and shops; others are plain or carry a mural.
Surface facade_surface(const Box& building, bool front, float u, float v, float width);

}  // namespace bitplace::world
