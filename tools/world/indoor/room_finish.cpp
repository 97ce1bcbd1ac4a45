#include <algorithm>
#include <cmath>

#include "world/indoor/finishes.h"
#include "world/noise.h"

namespace bitplace::world {
namespace {

// The inside of a room, as a box behind the opening; it is looked into, not walked through.
struct Room {
  float left;
  float right;
  float depth;
  float ceiling;
  Color wall;
  Color floor;
  bool windows;  // in its back wall
  std::uint32_t seed;
};

Room room_behind(const Panel& panel, float ceiling) {
  Sequence random(hash(panel.seed, 591));
  Room room{};
  room.left = -random.real(0.3f, 2.5f);
  room.right = panel.width + random.real(0.3f, 2.5f);
  room.depth = random.real(2.5f, 6.5f);
  room.ceiling = ceiling;
  const float tone = random.real(0.4f, 0.8f);
  room.wall = random.chance(0.6f) ? Color{tone, tone, tone * 0.95f} : random_color(random.bits(), 0.8f);
  room.floor = random_color(random.bits(), 0.4f) * 0.6f;
  room.windows = random.chance(0.45f);
  room.seed = random.bits();
  return room;
}

// Distance to the far one of two planes.
float leave(float at, float direction, float low, float high) {
  if (direction > 1e-5f) return (high - at) / direction;
  if (direction < -1e-5f) return (low - at) / direction;
  return 1e9f;
}

// Desks, chairs and screens stand half way into the room.
bool furniture(const Room& room, float u, float v, Color* color) {
  if (v < 0.0f || v > 1.35f) return false;
  const int cell = static_cast<int>(std::floor(u / 0.85f));
  Sequence random(hash(room.seed, 592, static_cast<std::uint32_t>(cell + 100)));
  const float top = random.chance(0.7f) ? random.real(0.65f, 0.8f) : 0.0f;
  const float in = u / 0.85f - std::floor(u / 0.85f);
  if (v < top) {
    *color = random_color(random.bits(), 0.5f) * (v > top - 0.05f ? 0.9f : 0.25f);
    return v > top - 0.05f || in < 0.6f;
  }
  if (top > 0.0f && random.chance(0.55f) && std::abs(in - 0.5f) < 0.28f && v > top + 0.08f &&
      v < top + 0.45f) {
    *color = random.chance(0.4f) ? random_color(random.bits(), 0.8f) * 1.5f : Color{0.02f, 0.02f, 0.025f};
    return true;
  }
  return false;
}

Color back_wall(const Room& room, const Condition& condition, float u, float v) {
  const float x = u / 1.4f - std::floor(u / 1.4f);
  if (room.windows && v > 0.95f && v < 2.1f && x > 0.08f && x < 0.92f) return condition.daylight;
  const std::uint32_t cell = hash(room.seed, 593, static_cast<std::uint32_t>(std::floor(u / 1.4f) + 50.0f));
  const float kind = unit_interval(cell);
  if (kind < 0.25f && v > 0.9f && v < 1.9f && x > 0.1f && x < 0.9f) return random_color(cell, 0.9f);
  if (kind > 0.6f && v < 1.8f) {
    const float row = std::floor(v / 0.35f);
    const float book = lattice(cell, static_cast<int>(u / 0.08f), static_cast<int>(row));
    return v / 0.35f - row < 0.1f ? room.wall * 0.5f
                                  : random_color(hash(cell, static_cast<std::uint32_t>(book * 99.0f)), 0.7f);
  }
  return room.wall;
}

}  // namespace

Color room_view(const Condition& condition, const Panel& panel, const PanelView& view, float ceiling) {
  const Room room = room_behind(panel, ceiling);
  const bool lit = condition.happens(condition.rooms_lit, panel.seed, 4);
  const Color light = (lit ? condition.lamp * 0.75f : condition.ambient * 0.18f) +
                      (room.windows ? condition.daylight * 0.12f : Color{});
  const float side = leave(view.u, view.along, room.left, room.right);
  const float level = leave(view.v, view.up, 0.0f, room.ceiling);
  const float back = room.depth / std::max(view.into, 1e-4f);
  const float distance = std::min({side, level, back});
  const float middle = 0.45f * back;
  Color color;
  if (middle < distance && furniture(room, view.u + middle * view.along, view.v + middle * view.up, &color))
    return color * light;
  const float u = view.u + distance * view.along;
  const float v = view.v + distance * view.up;
  const float deep = distance * view.into;
  if (distance == back) {
    const Color wall = back_wall(room, condition, u, v);
    return room.windows && wall.r == condition.daylight.r ? wall : wall * light;
  }
  if (distance == side) return room.wall * light * (0.6f + 0.25f * noise(room.seed, deep * 1.5f, v * 1.5f));
  if (view.up < 0.0f) return room.floor * light;
  const bool lamp = std::fmod(deep + 0.9f, 2.0f) < 0.5f && std::fmod(u + 40.0f, 2.0f) < 1.2f;
  return lamp && lit ? condition.lamp * 4.0f : Color{0.6f, 0.6f, 0.6f} * light;
}

// Far away, so only the direction counts, and a little of where the window is.
Color yard_view(const Condition& condition, const Panel& panel, const PanelView& view) {
  const float into = std::max(view.into, 0.05f);
  const float x = view.along / into * 3.0f + view.u * 0.25f + panel.offset * 0.25f;
  const float y = view.up / into * 3.0f;
  const std::uint32_t seed = hash(panel.stretch, panel.side, 595);
  const float roof = 0.4f + 2.6f * lattice(seed, static_cast<int>(std::floor(x * 0.5f)), 3);
  if (y < -0.45f) return Color{0.18f, 0.24f, 0.12f} * condition.daylight * 0.5f;
  if (y < roof * 0.6f) {
    const Color house =
        random_color(hash(seed, static_cast<std::uint32_t>(std::floor(x * 0.5f) + 50.0f)), 0.5f);
    const bool pane = std::fmod(x + 90.0f, 0.4f) < 0.17f && std::fmod(y + 9.0f, 0.5f) < 0.25f;
    return (pane ? house * 0.25f : house) * condition.daylight * 0.5f;
  }
  const float leaves = fractal_noise(seed, x + 30.0f, y + 30.0f, 3);
  if (leaves > 0.56f && y < 2.2f) return Color{0.08f, 0.16f, 0.05f} * condition.daylight;
  return condition.daylight;
}

}  // namespace bitplace::world
