// A walk through the building: its light, its camera, the people it meets.
#pragma once

#include <vector>

#include "world/film.h"
#include "world/indoor/building.h"
#include "world/indoor/condition.h"
#include "world/lens.h"

namespace bitplace::world {

struct Step {
  Vector eye;
  Mounting mounting;
  std::vector<Cutout> people;
  Film film;
};

struct Walk {
  Condition condition;
  Lens lens;
  std::vector<Step> steps;
};

struct WalkOptions {
  std::uint32_t seed = 0;
  int places = 100;
  float spacing = 1.0f;
  LensChoice lens = LensChoice::mixed;
};

// The pair for an evaluation: left of the middle, then right of it in slightly other light.
Walk first_walk(const Building& building, const WalkOptions& options);
Walk second_walk(const Building& building, const WalkOptions& options);
// Walk number `index` of many, for training.
Walk random_walk(const Building& building, const WalkOptions& options, int index);

}  // namespace bitplace::world
