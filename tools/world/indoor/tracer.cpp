#include "world/indoor/tracer.h"

#include <algorithm>
#include <cmath>

#include "world/noise.h"

namespace bitplace::world {
namespace {

constexpr float kFarthest = 45.0f;   // metres
constexpr float kLampReach = 14.0f;  // of the lamps that are counted, from the camera, and then some
constexpr float kTurn = 6.2831853f;
constexpr int kBins = 1024;  // directions on the ground plan

float ground_distance(Vector a, Vector b) {
  return std::hypot(a.x - b.x, a.z - b.z);
}

float turned(float angle) {  // to 0 ... kTurn
  return angle < 0.0f ? angle + kTurn : angle;
}

// Distance on the ground plan from a point to a panel.
float panel_distance(const Panel& panel, Vector p) {
  const float along = (p.x - panel.corner.x) * panel.along_x + (p.z - panel.corner.z) * panel.along_z;
  const float at = std::clamp(along, 0.0f, panel.width);
  return std::hypot(panel.corner.x + at * panel.along_x - p.x, panel.corner.z + at * panel.along_z - p.z);
}

// A direction near this one, by chance, but always the same at a point.
Vector roughened(Vector direction, Vector point) {
  constexpr float kRough = 0.09f;
  const int x = static_cast<int>(point.x * 200.0f + point.y * 90.0f);
  const int z = static_cast<int>(point.z * 200.0f - point.y * 90.0f);
  const Vector off{lattice(11, x, z) - 0.5f, lattice(12, x, z) - 0.5f, lattice(13, x, z) - 0.5f};
  const Vector near = direction + off * kRough;
  return near * (1.0f / length(near));
}

}  // namespace

Tracer::Tracer(const Building& building, const Condition& condition, const Step& step)
    : building_(building), condition_(condition), eye_(step.eye) {
  gather(step);
  sort_by_direction();
}

void Tracer::gather(const Step& step) {
  for (const Stretch& stretch : building_.stretches()) {
    const Vector middle = stretch.point(stretch.length * 0.5f, 0.0f, 0.0f);
    if (ground_distance(middle, eye_) < kFarthest) stretches_.push_back(&stretch);
  }
  for (const Panel& panel : building_.panels()) {
    if (panel_distance(panel, eye_) < kFarthest) panels_.push_back(panel);
  }
  for (const Lid& lid : building_.lids()) {
    if (ground_distance(lid.centre, eye_) < kFarthest * 0.6f) lids_.push_back(lid);
  }
  for (const Lamp& lamp : building_.lamps()) {
    const bool window = lamp.normal_x != 0.0f || lamp.normal_z != 0.0f;
    if (ground_distance(lamp.position, eye_) > kLampReach) continue;
    if (window || !condition_.happens(condition_.lamps_out, lamp.seed, 5)) lamps_.push_back(lamp);
  }
  for (const Cutout& plant : building_.plants())
    add_cutout(plant);
  for (const Cutout& person : step.people)
    add_cutout(person);
}

void Tracer::add_cutout(const Cutout& cutout) {
  const float distance = ground_distance(cutout.foot, eye_);
  if (distance < 0.6f || distance > kFarthest * 0.6f) return;
  Panel panel;
  panel.kind = cutout.kind;
  panel.along_x = (cutout.foot.z - eye_.z) / distance;
  panel.along_z = -(cutout.foot.x - eye_.x) / distance;
  panel.normal_x = panel.along_z;
  panel.normal_z = -panel.along_x;
  panel.width = 2.0f * cutout.half_width;
  panel.corner = {cutout.foot.x - panel.along_x * cutout.half_width, cutout.foot.y,
                  cutout.foot.z - panel.along_z * cutout.half_width};
  panel.top = cutout.top;
  panel.seed = cutout.seed;
  panels_.push_back(panel);
}

void Tracer::enter(std::vector<std::vector<std::uint16_t>>* bins, std::uint16_t index, float from,
                   float to) const {
  const int first = static_cast<int>(std::floor(from / kTurn * kBins));
  const int last = std::min(static_cast<int>(std::floor(to / kTurn * kBins)), first + kBins - 1);
  for (int bin = first; bin <= last; ++bin)
    (*bins)[static_cast<std::size_t>((bin + 2 * kBins) % kBins)].push_back(index);
}

void Tracer::sort_by_direction() {
  // Near ones first: what is behind them needs no look at its finish.
  std::sort(panels_.begin(), panels_.end(), [this](const Panel& a, const Panel& b) {
    return panel_distance(a, eye_) < panel_distance(b, eye_);
  });
  panel_bins_.resize(kBins);
  lid_bins_.resize(kBins);
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    const Panel& panel = panels_[i];
    const float x = panel.corner.x - eye_.x;
    const float z = panel.corner.z - eye_.z;
    float from = std::atan2(x, z);
    float span = std::atan2(x + panel.width * panel.along_x, z + panel.width * panel.along_z) - from;
    if (span > kTurn * 0.5f) span -= kTurn;
    if (span < -kTurn * 0.5f) span += kTurn;
    if (span < 0.0f) from += span;
    enter(&panel_bins_, static_cast<std::uint16_t>(i), from, from + std::abs(span));
  }
  for (std::size_t i = 0; i < lids_.size(); ++i) {
    const float distance = ground_distance(lids_[i].centre, eye_);
    const float radius = std::hypot(lids_[i].half_across, lids_[i].half_along);
    const float half = distance > radius ? std::asin(radius / distance) : kTurn * 0.5f;
    const float middle = std::atan2(lids_[i].centre.x - eye_.x, lids_[i].centre.z - eye_.z);
    enter(&lid_bins_, static_cast<std::uint16_t>(i), middle - half, middle + half);
  }
}

// The stretch that a point belongs to, or the nearest.
const Stretch& Tracer::stretch_at(Vector point) const {
  const Stretch* best = stretches_.front();
  float least = 1e9f;
  for (const Stretch* stretch : stretches_) {
    const float along = stretch->along(point);
    const float before = std::max(-along, along - stretch->length);
    const float beside = std::abs(stretch->right(point)) - stretch->half_width;
    const float outside = std::max({before, beside, 0.0f});
    if (outside >= least) continue;
    best = stretch;
    least = outside;
    if (least == 0.0f) break;
  }
  return *best;
}

// The floor or the ceiling.
Tracer::Hit Tracer::level_hit(Vector origin, Vector direction) const {
  Hit hit;
  const bool up = direction.y > 0.0f;
  const float rise = std::max(std::abs(direction.y), 1e-5f);
  hit.distance = (up ? building_.ceiling() - origin.y : origin.y) / rise;
  hit.normal = {0.0f, up ? -1.0f : 1.0f, 0.0f};
  return hit;
}

bool Tracer::panel_hit(const Panel& panel, Vector origin, Vector direction, float nearest, Hit* hit) const {
  const float approach = direction.x * panel.normal_x + direction.z * panel.normal_z;
  if (std::abs(approach) < 1e-6f) return false;
  const float x = panel.corner.x - origin.x;
  const float z = panel.corner.z - origin.z;
  const float distance = (x * panel.normal_x + z * panel.normal_z) / approach;
  if (distance < 0.01f || distance >= nearest) return false;
  const float u = (direction.x * distance - x) * panel.along_x + (direction.z * distance - z) * panel.along_z;
  const float v = origin.y + direction.y * distance;
  if (u < 0.0f || u > panel.width || v < panel.corner.y || v > panel.top) return false;
  const PanelView view{u, v, direction.x * panel.along_x + direction.z * panel.along_z, direction.y,
                       std::abs(approach)};
  Finish finish;
  if (!panel_finish(building_, condition_, panel, view, &finish)) return false;
  const float sign = approach > 0.0f ? -1.0f : 1.0f;
  *hit = {distance, {panel.normal_x * sign, 0.0f, panel.normal_z * sign}, finish};
  return true;
}

bool Tracer::lid_hit(const Lid& lid, Vector origin, Vector direction, float nearest, Hit* hit) const {
  if (lid.upwards != (direction.y < 0.0f) || direction.y == 0.0f) return false;
  const float distance = (lid.centre.y - origin.y) / direction.y;
  if (distance < 0.01f || distance >= nearest) return false;
  const float x = origin.x + direction.x * distance - lid.centre.x;
  const float z = origin.z + direction.z * distance - lid.centre.z;
  const float across = x * lid.cosine - z * lid.sine;
  const float along = x * lid.sine + z * lid.cosine;
  if (std::abs(across) > lid.half_across || std::abs(along) > lid.half_along) return false;
  *hit = {distance, {0.0f, lid.upwards ? 1.0f : -1.0f, 0.0f}, lid_finish(lid, across, along)};
  return true;
}

Tracer::Hit Tracer::nearest_hit(Vector direction) const {
  Hit hit = level_hit(eye_, direction);
  const float angle = turned(std::atan2(direction.x, direction.z));
  const auto bin = std::min(static_cast<std::size_t>(angle / kTurn * kBins), std::size_t{kBins - 1});
  bool found = false;
  for (const std::uint16_t index : panel_bins_[bin])
    found |= panel_hit(panels_[index], eye_, direction, hit.distance, &hit);
  for (const std::uint16_t index : lid_bins_[bin])
    found |= lid_hit(lids_[index], eye_, direction, hit.distance, &hit);
  if (found) return hit;
  const Vector point = eye_ + direction * hit.distance;
  const Stretch& stretch = stretch_at(point);
  hit.finish = direction.y > 0.0f ? ceiling_finish(stretch, condition_, point) : floor_finish(stretch, point);
  return hit;
}

// Light of the lamps on a surface. What the walls throw back is in the wrap and in the ambient light.
Color Tracer::light_at(Vector point, Vector normal) const {
  constexpr float kWrap = 0.3f;
  constexpr float kPower = 3.0f;
  Color sum = condition_.ambient;
  for (const Lamp& lamp : lamps_) {
    const Vector way = lamp.position - point;
    const float square = dot(way, way) + 0.15f;
    if (square > 40.0f) continue;
    const float scale = 1.0f / std::sqrt(square);
    const float facing = std::max((dot(way, normal) * scale + kWrap) / (1.0f + kWrap), 0.0f);
    const bool window = lamp.normal_x != 0.0f || lamp.normal_z != 0.0f;
    if (window) {
      const float leaving = -(way.x * lamp.normal_x + way.z * lamp.normal_z) * scale;
      if (leaving > 0.0f) sum += condition_.daylight * (0.3f * lamp.area * leaving * facing / square);
      continue;
    }
    // A lamp in the ceiling lights the ceiling by way of everything else.
    const float leaving = normal.y < -0.5f ? 0.2f : std::max(way.y * scale, 0.0f);
    sum += condition_.lamp * (kPower * std::sqrt(std::min(lamp.area, 0.6f)) * leaving *
                              (normal.y < -0.5f ? 1.0f : facing) / square);
  }
  return sum;
}

// Corners are darker.
Color Tracer::shade(const Hit& hit, Vector point) const {
  float open = 1.0f;
  if (std::abs(hit.normal.y) < 0.5f) {
    open = 0.65f + 0.35f * smooth_step(0.0f, 0.4f, std::min(point.y, building_.ceiling() - point.y));
  }
  return hit.finish.albedo * light_at(point, hit.normal) * open + hit.finish.glow;
}

// What a polished surface shows, dim and rough: the first thing in about the mirrored direction, without
// looking for furniture in between.
Color Tracer::mirrored(Vector origin, Vector direction) const {
  Hit hit = level_hit(origin, direction);
  const Vector far = origin + direction * std::min(hit.distance, 20.0f);
  const Vector flat = far - eye_;
  const float angle = turned(std::atan2(flat.x, flat.z));
  const auto bin = std::min(static_cast<std::size_t>(angle / kTurn * kBins), std::size_t{kBins - 1});
  bool found = false;
  for (const std::uint16_t index : panel_bins_[bin])
    found |= panel_hit(panels_[index], origin, direction, hit.distance, &hit);
  const Vector point = origin + direction * hit.distance;
  if (!found) {
    const Stretch& stretch = stretch_at(point);
    hit.finish =
        direction.y > 0.0f ? ceiling_finish(stretch, condition_, point) : floor_finish(stretch, point);
  }
  hit.finish.glow = hit.finish.glow * 0.35f;
  return shade(hit, point);
}

Color Tracer::trace(Vector direction) const {
  const Hit hit = nearest_hit(direction);
  const Vector point = eye_ + direction * hit.distance;
  Color color = shade(hit, point);
  if (hit.finish.mirror > 0.0f) {
    const float facing = dot(direction, hit.normal);
    const float grazing = std::pow(1.0f - std::min(std::abs(facing), 1.0f), 4.0f);
    const float share = hit.finish.mirror + (1.0f - hit.finish.mirror) * 0.35f * grazing;
    color = mix(color, mirrored(point, roughened(direction - hit.normal * (2.0f * facing), point)), share);
  }
  return color;
}

}  // namespace bitplace::world
