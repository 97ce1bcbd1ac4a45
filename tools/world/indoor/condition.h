// What differs between two walks through one building.
#pragma once

#include <cstdint>

#include "world/color.h"

namespace bitplace::world {

struct Condition {
  Color lamp{1.0f, 1.0f, 1.0f};  // light of a lamp of medium size
  Color ambient;                 // light that comes from everywhere
  Color daylight;                // behind outer windows
  float lamps_out = 0.0f;        // shares
  float rooms_lit = 0.5f;
  float doors_open = 0.1f;
  float replaced = 0.1f;  // papers and things that were exchanged since the building was made
  std::uint32_t seed = 0;

  // Whether something that happens to this share of things happens to this one, on this walk.
  bool happens(float share, std::uint32_t thing, std::uint32_t what) const {
    return unit_interval(hash(seed, thing, what)) < share;
  }
};

}  // namespace bitplace::world
