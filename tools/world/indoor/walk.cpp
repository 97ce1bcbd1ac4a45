#include "world/indoor/walk.h"

#include <cmath>

#include "world/noise.h"

namespace bitplace::world {
namespace {

// How one walk differs from another.
struct Gait {
  std::uint32_t seed;
  float right;           // metres right of the middle
  float right_wander;    // metres
  float along_wander;    // share of the spacing
  float heading_wander;  // radians
  float eye;             // height
  float pitch;
  float exposure;
  float exposure_wander;  // factor
  float blur;
  float noise;
  float people;  // per step
};

// The same robot comes back: its camera differs a little from walk to walk.
struct Robot {
  Lens lens;
  float eye;
  float pitch;
};

Robot robot_of(const WalkOptions& options) {
  Sequence random(hash(options.seed, 601));
  Robot robot;
  robot.lens = random_lens(options.seed, options.lens);
  robot.eye = random.real(0.85f, 1.6f);
  robot.pitch = random.real(-0.06f, 0.06f);
  return robot;
}

std::vector<Cutout> people_ahead(const Building& building, float distance, float crowd, Sequence* random) {
  std::vector<Cutout> people;
  for (float left = crowd; left > 0.0f; left -= 1.0f) {
    if (!random->chance(std::min(left, 1.0f))) continue;
    const float ahead = random->real(1.8f, 14.0f);
    const Standpoint at = building.standpoint(distance + ahead, random->real(-1.6f, 1.6f));
    people.push_back({PanelKind::person,
                      {at.x, 0.0f, at.z},
                      random->real(0.25f, 0.32f),
                      random->real(1.5f, 1.9f),
                      random->bits()});
  }
  return people;
}

Step make_step(const Building& building, const Gait& gait, float spacing, std::uint32_t place) {
  Sequence random(hash(gait.seed, 602, place));
  const float distance = (static_cast<float>(place) + random.real(-1.0f, 1.0f) * gait.along_wander) * spacing;
  const float drift = 2.0f * noise(gait.seed + 1u, distance / 6.0f, 0.5f) - 1.0f;
  const Standpoint at = building.standpoint(distance, gait.right + drift * gait.right_wander);
  Step step;
  step.eye = {at.x, gait.eye + random.real(-0.02f, 0.02f), at.z};
  step.mounting.heading = at.heading + random.real(-1.0f, 1.0f) * gait.heading_wander;
  step.mounting.pitch = gait.pitch + random.real(-0.02f, 0.02f);
  step.mounting.roll = random.real(-0.02f, 0.02f);
  step.people = people_ahead(building, distance, gait.people, &random);
  step.film.exposure = gait.exposure * (1.0f + random.real(-1.0f, 1.0f) * gait.exposure_wander);
  step.film.blur = gait.blur * random.real(0.0f, 1.0f);
  step.film.noise = gait.noise;
  step.film.seed = random.bits();
  return step;
}

Condition random_condition(std::uint32_t seed, float change) {
  Sequence random(hash(seed, 603));
  const float warm = random.real(-1.0f, 1.0f) * change;
  const float power = 1.0f + random.real(-0.45f, 0.35f) * change;
  Condition condition;
  condition.seed = seed;
  condition.lamp = Color{1.0f + 0.12f * warm, 0.98f, 0.93f - 0.22f * warm} * power;
  condition.ambient = condition.lamp * random.real(0.14f, 0.3f);
  const float hour = random.real(0.0f, 1.0f);
  condition.daylight =
      hour < 0.15f ? Color{0.02f, 0.025f, 0.04f} : Color{0.9f, 1.0f, 1.12f} * random.real(0.6f, 3.0f);
  condition.lamps_out = random.chance(0.5f) ? 0.0f : random.real(0.0f, 0.3f) * change;
  condition.rooms_lit = random.real(0.3f, 1.0f);
  condition.doors_open = random.real(0.0f, 0.15f);
  condition.replaced = random.real(0.0f, 0.2f);
  return condition;
}

Walk make_walk(const Building& building, const WalkOptions& options, const Gait& gait,
               const Condition& condition, const Lens& lens) {
  Walk walk;
  walk.condition = condition;
  walk.lens = lens;
  for (int place = 0; place < options.places; ++place)
    walk.steps.push_back(make_step(building, gait, options.spacing, static_cast<std::uint32_t>(place)));
  return walk;
}

// One of the pair: `right` metres beside the middle.
Walk paired_walk(const Building& building, const WalkOptions& options, std::uint32_t number, float right) {
  const Robot robot = robot_of(options);
  Sequence random(hash(options.seed, 604, number));
  Gait gait{};
  gait.seed = random.bits();
  gait.right = right;
  gait.right_wander = 0.15f;
  gait.along_wander = 0.3f;
  gait.heading_wander = 0.05f;
  gait.eye = robot.eye + random.real(-0.03f, 0.03f);
  gait.pitch = robot.pitch;
  gait.exposure = random.real(1.1f, 1.6f);
  gait.exposure_wander = 0.08f;
  gait.blur = 0.6f;
  gait.noise = 2.0f;
  gait.people = 0.25f;
  const Condition condition = random_condition(random.bits(), 0.4f);
  return make_walk(building, options, gait, condition, mounted_again(robot.lens, random.bits()));
}

}  // namespace

Walk first_walk(const Building& building, const WalkOptions& options) {
  return paired_walk(building, options, 1, -0.35f);
}

Walk second_walk(const Building& building, const WalkOptions& options) {
  return paired_walk(building, options, 2, 0.35f);
}

Walk random_walk(const Building& building, const WalkOptions& options, int index) {
  const Robot robot = robot_of(options);
  Sequence random(hash(options.seed, 605, static_cast<std::uint32_t>(index)));
  Gait gait{};
  gait.seed = random.bits();
  // Left and right by turns, so that any two walks differ.
  gait.right = (index % 2 == 0 ? -1.0f : 1.0f) * random.real(0.0f, 0.8f);
  gait.right_wander = random.real(0.1f, 0.35f);
  gait.along_wander = 0.4f;
  gait.heading_wander = random.real(0.03f, 0.105f);
  gait.eye = robot.eye + random.real(-0.1f, 0.1f);
  gait.pitch = robot.pitch + random.real(-0.04f, 0.04f);
  gait.exposure = random.real(0.7f, 2.2f);
  gait.exposure_wander = 0.2f;
  gait.blur = random.real(0.0f, 1.5f);
  gait.noise = random.real(0.5f, 5.0f);
  gait.people = random.real(0.0f, 0.7f);
  const Condition condition = random_condition(random.bits(), 1.0f);
  // Now and then with another camera.
  const Lens lens = random.chance(0.12f) ? random_lens(random.bits(), options.lens) : robot.lens;
  return make_walk(building, options, gait, condition, mounted_again(lens, random.bits()));
}

}  // namespace bitplace::world
