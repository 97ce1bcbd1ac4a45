// What rays inside a building meet, and the light there.
#pragma once

#include <cstdint>
#include <vector>

#include "world/indoor/building.h"
#include "world/indoor/condition.h"
#include "world/indoor/finishes.h"
#include "world/indoor/walk.h"

namespace bitplace::world {

// For the rays of one picture: they all begin at one point, so each has to be tested only against what lies
// in its direction on the ground plan.
class Tracer {
 public:
  Tracer(const Building& building, const Condition& condition, const Step& step);

  // The light that comes from a direction (of unit length).
  Color trace(Vector direction) const;

 private:
  struct Hit {
    float distance = 0.0f;
    Vector normal;
    Finish finish;
  };

  void gather(const Step& step);
  void add_cutout(const Cutout& cutout);
  void sort_by_direction();
  void enter(std::vector<std::vector<std::uint16_t>>* bins, std::uint16_t index, float from, float to) const;

  const Stretch& stretch_at(Vector point) const;
  Hit level_hit(Vector origin, Vector direction) const;
  bool panel_hit(const Panel& panel, Vector origin, Vector direction, float nearest, Hit* hit) const;
  bool lid_hit(const Lid& lid, Vector origin, Vector direction, float nearest, Hit* hit) const;
  Hit nearest_hit(Vector direction) const;
  Color mirrored(Vector origin, Vector direction) const;
  Color light_at(Vector point, Vector normal) const;
  Color shade(const Hit& hit, Vector point) const;

  const Building& building_;
  const Condition& condition_;
  Vector eye_;
  std::vector<Panel> panels_;
  std::vector<Lid> lids_;
  std::vector<Lamp> lamps_;
  std::vector<const Stretch*> stretches_;
  std::vector<std::vector<std::uint16_t>> panel_bins_;
  std::vector<std::vector<std::uint16_t>> lid_bins_;
};

}  // namespace bitplace::world
