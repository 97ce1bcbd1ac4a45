#include "world/indoor/building.h"

#include <algorithm>
#include <cmath>

#include "world/indoor/decor.h"
#include "world/indoor/furnish.h"

namespace bitplace::world {
namespace {

constexpr float kBefore = 12.0f;  // the building goes on before the first place and behind the last
constexpr float kBehind = 25.0f;
constexpr float kDegrees = 0.017453293f;

Vector step(Vector p, float sine, float cosine, float distance) {
  return {p.x + sine * distance, p.y, p.z + cosine * distance};
}

// Where the walls of one side of two stretches meet: `before` ends and `after` begins there.
struct Joint {
  Vector before;
  Vector after;
};

Joint joint(const Stretch& before, const Stretch& after, float side) {
  const Vector a = before.point(before.length, side * before.half_width, 0.0f);
  const Vector b = after.point(0.0f, side * after.half_width, 0.0f);
  const float sine = after.sine * before.cosine - after.cosine * before.sine;  // of the turn
  if (std::abs(sine) < 1e-3f) return {a, b};
  // a + t * (direction before) lies on the line of the wall behind.
  const float t = ((b.x - a.x) * after.cosine - (b.z - a.z) * after.sine) / -sine;
  const Vector corner = step(a, before.sine, before.cosine, t);
  return {corner, corner};
}

float random_half_width(Sequence* random, bool hall) {
  return hall ? random->real(2.2f, 3.5f) : random->real(0.8f, 1.0f + random->real(0.1f, 1.0f));
}

}  // namespace

Building::Building(std::uint32_t seed, float length) : seed_(seed) {
  ceiling_ = Sequence(hash(seed, 501)).real(2.35f, 3.3f);
  lay_out(length);
  build_walls();
  furnish(this);
}

// The walk turns aside and back, so that it never crosses itself; between two turns aside it goes on for as
// long as the widest hall and its niches need.
void Building::lay_out(float length) {
  constexpr float kApart = 13.0f;
  Sequence random(hash(seed_, 502));
  float heading = 0.0f;
  float straight = 0.0f;  // since the last turn
  Vector at;
  for (float begin = -kBefore; begin < length + kBehind;) {
    Stretch stretch;
    stretch.x = at.x;
    stretch.z = at.z;
    stretch.sine = std::sin(heading);
    stretch.cosine = std::cos(heading);
    stretch.begin = begin;
    stretch.hall = random.chance(0.22f);
    stretch.length = stretch.hall ? random.real(6.0f, 11.0f) : random.real(4.0f, 13.0f);
    stretch.half_width = random_half_width(&random, stretch.hall);
    stretch.decor = random_decor(seed_, random.bits(), stretch.half_width);
    stretches_.push_back(stretch);
    begin += stretch.length;
    straight += stretch.length;
    at = step(at, stretch.sine, stretch.cosine, stretch.length);
    const bool aside = heading != 0.0f;
    if (straight < (aside ? 8.0f : kApart) || !random.chance(0.75f)) continue;
    const float angle = (random.chance(0.65f) ? 90.0f : random.real(30.0f, 75.0f)) * kDegrees;
    heading = aside ? 0.0f : (random.chance(0.5f) ? angle : -angle);
    straight = 0.0f;
  }
}

void Building::build_walls() {
  for (const int side : {0, 1}) {
    const float sign = side == 0 ? -1.0f : 1.0f;
    Vector from = stretches_[0].point(0.0f, sign * stretches_[0].half_width, 0.0f);
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
      const Stretch& stretch = stretches_[i];
      Joint end;
      end.before = end.after = stretch.point(stretch.length, sign * stretch.half_width, 0.0f);
      if (i + 1 < stretches_.size()) end = joint(stretch, stretches_[i + 1], sign);
      furnish_wall(this, i, side, from, end.before);
      if (length(end.after - end.before) > 0.02f)  // one of the two is wider
        add_panel(PanelKind::wall, i, side, end.before, end.after, 0.0f, ceiling_, 0.0f, hash(seed_, 503));
      from = end.after;
    }
  }
  for (const bool last : {false, true}) {
    const std::size_t i = last ? stretches_.size() - 1 : 0;
    const Stretch& stretch = stretches_[i];
    const float end = last ? stretch.length : 0.0f;
    add_panel(PanelKind::wall, i, 1, stretch.point(end, -stretch.half_width, 0.0f),
              stretch.point(end, stretch.half_width, 0.0f), 0.0f, ceiling_, 0.0f, hash(seed_, 504));
  }
}

void Building::add_panel(PanelKind kind, std::size_t stretch, int side, Vector from, Vector to, float bottom,
                         float top, float offset, std::uint32_t seed) {
  Panel panel;
  panel.kind = kind;
  panel.corner = {from.x, bottom, from.z};
  panel.width = length(to - from);
  panel.along_x = (to.x - from.x) / panel.width;
  panel.along_z = (to.z - from.z) / panel.width;
  panel.normal_x = panel.along_z;
  panel.normal_z = -panel.along_x;
  panel.top = top;
  panel.offset = offset;
  panel.stretch = static_cast<std::uint16_t>(stretch);
  panel.side = static_cast<std::uint8_t>(side);
  panel.seed = seed;
  panels_.push_back(panel);
}

void Building::add_box(PanelKind kind, std::size_t stretch, Vector centre, float half_across,
                       float half_along, float bottom, float top, std::uint32_t seed) {
  const Stretch& line = stretches_[stretch];
  const float along = line.along(centre);
  const float right = line.right(centre);
  const Vector corners[4] = {line.point(along - half_along, right - half_across, 0.0f),
                             line.point(along - half_along, right + half_across, 0.0f),
                             line.point(along + half_along, right + half_across, 0.0f),
                             line.point(along + half_along, right - half_across, 0.0f)};
  for (std::size_t i = 0; i < 4; ++i)
    add_panel(kind, stretch, i == 1 ? 1 : 0, corners[i], corners[(i + 1) % 4], bottom, top, 0.0f, seed);
  Lid lid{kind, {centre.x, top, centre.z}, line.sine, line.cosine, half_across, half_along, true, seed};
  if (top < ceiling_ - 0.01f) lids_.push_back(lid);
  lid.centre.y = bottom;
  lid.upwards = false;
  if (bottom > 0.01f) lids_.push_back(lid);
}

void Building::take(std::size_t stretch, int side, float from, float to, float depth) {
  taken_.push_back({stretch, side, from, to, depth});
}

// The stretches as a line whose corners are rounded off.
Vector Building::walk_point(float distance) const {
  constexpr int kSteps = 4;
  constexpr float kReach = 1.2f;
  Vector sum;
  for (int i = -kSteps; i <= kSteps; ++i) {
    const float at = distance + kReach * static_cast<float>(i) / kSteps;
    const auto behind = std::partition_point(stretches_.begin() + 1, stretches_.end(),
                                             [&](const Stretch& s) { return s.begin <= at; });
    const Stretch& stretch = *(behind - 1);
    sum = sum + stretch.point(at - stretch.begin, 0.0f, 0.0f);
  }
  return sum * (1.0f / (2 * kSteps + 1));
}

float Building::free_width(float distance, int side) const {
  constexpr float kBody = 0.32f;  // of the one who walks, and some distance
  constexpr float kReach = 0.9f;  // one steps aside before an obstacle
  float width = 1e9f;
  for (const Stretch& stretch : stretches_) {
    if (distance + kReach < stretch.begin || distance - kReach > stretch.begin + stretch.length) continue;
    width = std::min(width, stretch.half_width - kBody);
  }
  for (const Taken& taken : taken_) {
    const Stretch& stretch = stretches_[taken.stretch];
    const float along = distance - stretch.begin;
    if (taken.side != side || along + kReach < taken.from || along - kReach > taken.to) continue;
    width = std::min(width, stretch.half_width - taken.depth - kBody);
  }
  return std::max(width, 0.0f);
}

Standpoint Building::standpoint(float distance, float right) const {
  const Vector ahead = walk_point(distance + 1.2f) - walk_point(distance - 0.2f);
  const float heading = std::atan2(ahead.x, ahead.z);
  const Vector middle = walk_point(distance);
  const float aside = std::clamp(right, -free_width(distance, 0), free_width(distance, 1));
  return {middle.x + aside * std::cos(heading), middle.z - aside * std::sin(heading), heading};
}

}  // namespace bitplace::world
