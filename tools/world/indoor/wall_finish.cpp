#include <algorithm>
#include <cmath>

#include "world/indoor/finishes.h"
#include "world/noise.h"

namespace bitplace::world {
namespace {

constexpr Color kPaper{0.8f, 0.8f, 0.77f};
constexpr Color kSteel{0.5f, 0.5f, 0.52f};

bool inside(float u, float v, float left, float right, float bottom, float top) {
  return u > left && u < right && v > bottom && v < top;
}

// A picture, a poster or a notice: a few flat areas and lines of text.
Color print(std::uint32_t seed, float x, float y) {
  const int kind = static_cast<int>(seed % 4);
  const Color ground = kind == 0 ? kPaper : random_color(hash(seed, 1), 0.9f);
  const Color ink = kind == 0 ? Color{0.06f, 0.06f, 0.08f} : random_color(hash(seed, 2), 0.9f);
  if (kind == 3) {  // a photograph
    const float tone = fractal_noise(seed, x * 4.0f + 9.0f, y * 4.0f, 3);
    return mix(ground, ink, smooth_step(0.35f, 0.65f, tone)) * (0.6f + 0.6f * y);
  }
  if (y > 0.72f) return lattice(seed, static_cast<int>(x * 5.0f), 0) < 0.7f ? ink : ground;
  if (kind == 1 && (x - 0.5f) * (x - 0.5f) + (y - 0.4f) * (y - 0.4f) < 0.05f)
    return random_color(hash(seed, 3), 1.0f);
  const float row = y * 12.0f;
  const bool text = row - std::floor(row) < 0.5f &&
                    lattice(seed, static_cast<int>(x * 9.0f), static_cast<int>(row)) < 0.75f;
  return text && x > 0.1f && x < 0.9f ? mix(ground, ink, 0.6f) : ground;
}

// Things side by side on a pin board.
Color pinned(const Condition& condition, std::uint32_t seed, float u, float v) {
  constexpr float kCell = 0.36f;
  const int column = static_cast<int>(std::floor(u / kCell));
  const int row = static_cast<int>(std::floor(v / kCell));
  std::uint32_t paper = hash(seed, static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(row));
  if (condition.happens(condition.replaced, paper, 1)) paper = hash(paper, condition.seed);
  const Color cork = random_color(hash(seed, 5), 0.7f) * 0.6f;
  Sequence random(paper);
  if (random.chance(0.25f)) return cork;
  const float half_x = random.real(0.25f, 0.47f);
  const float half_y = random.real(0.25f, 0.47f);
  const float x = u / kCell - static_cast<float>(column) - 0.5f;
  const float y = v / kCell - static_cast<float>(row) - 0.5f;
  if (std::abs(x) > half_x || std::abs(y) > half_y) return cork;
  return print(random.bits(), 0.5f + 0.5f * x / half_x, 0.5f + 0.5f * y / half_y);
}

Finish door_finish(const Stretch& stretch, const Panel& panel, const PanelView& view, Color behind) {
  Sequence random(hash(panel.seed, 551));
  const float top = random.real(2.0f, 2.2f);
  const float left = 0.08f;
  const float right = panel.width - 0.08f;
  const float u = view.u;
  const float v = view.v;
  if (!inside(u, v, 0.02f, panel.width - 0.02f, -1.0f, top + 0.07f)) {
    Finish finish = wall_finish(stretch, panel, u + panel.offset, v);
    if (inside(u, v, 0.2f, 0.5f, top + 0.12f, top + 0.22f)) finish.albedo = kPaper;  // its number
    return finish;
  }
  if (!inside(u, v, left, right, -1.0f, top)) return {stretch.decor.frame, {}, 0.0f};
  const bool two = panel.width > 1.5f;
  const Color paint = random.chance(0.8f) ? stretch.decor.door : random_color(random.bits(), 0.8f);
  const float leaf = two ? (right - left) * 0.5f : right - left;
  float x = (u - left) / leaf;
  if (x > 1.0f) x = 2.0f - x;
  const int window = random.integer(0, 4);
  const float low = random.real(1.0f, 1.4f);
  const bool glass = window == 0   ? inside(x, v, 0.12f, 0.32f, low, 1.85f)
                     : window == 1 ? inside(x, v, 0.15f, 0.85f, low, 1.9f)
                     : window == 2 ? inside(x, v, 0.12f, 0.88f, 0.25f, 1.95f)
                                   : false;
  if (glass) return {{0.02f, 0.02f, 0.02f}, behind, 0.08f};
  if (std::abs(x - 0.9f) < 0.06f && std::abs(v - 1.02f) < (two ? 0.2f : 0.03f)) return {kSteel, {}, 0.1f};
  if (v < 0.2f && random.chance(0.4f)) return {kSteel * 0.8f, {}, 0.1f};
  if (window == 3 && inside(x, v, 0.3f, 0.7f, 1.4f, 1.62f)) return {print(panel.seed, x, v), {}, 0.0f};
  if (two && std::abs(x - 1.0f) < 0.015f) return {paint * 0.3f, {}, 0.0f};
  return {paint * (0.92f + 0.16f * noise(panel.seed, u * 4.0f, v * 0.7f)), {}, 0.03f};
}

// An opening in the wall with bars; `low` and `high` are its edges.
bool glazing(const Panel& panel, float u, float v, float low, float high, float pane, bool* bar) {
  if (!inside(u, v, 0.06f, panel.width - 0.06f, low, high)) return false;
  const float count = std::max(1.0f, std::round(panel.width / pane));
  const float at = (u - 0.06f) / (panel.width - 0.12f) * count;
  const float edge = std::abs(at - std::round(at)) * panel.width / count;
  *bar = edge < 0.03f || v - low < 0.05f || high - v < 0.05f;
  return true;
}

}  // namespace

Finish wall_finish(const Stretch& stretch, const Panel& panel, float u, float v) {
  const Decor& decor = stretch.decor;
  if (v < 0.1f) return {decor.skirting, {}, 0.05f};
  const std::uint32_t seed = hash(decor.seed, 561, panel.side);
  const bool low = v < decor.dado_height;
  Color paint = low ? decor.dado[panel.side] : decor.wall[panel.side];
  const int pattern = static_cast<int>(seed % 5);
  if (pattern == 0) {  // bricks under the paint
    const float row = std::floor(v / 0.2f);
    const float at = u / 0.4f + (std::fmod(row, 2.0f) != 0.0f ? 0.5f : 0.0f);
    if (v / 0.2f - row < 0.1f || at - std::floor(at) < 0.05f) paint = paint * 0.8f;
  } else if (pattern == 1) {  // boards
    const float at = u / 1.2f;
    if (at - std::floor(at) < 0.012f) paint = paint * 0.55f;
  }
  if (decor.dado_height > 0.0f && std::abs(v - decor.dado_height) < 0.02f) paint = paint * 0.5f;
  const float shade = 0.9f + 0.2f * fractal_noise(seed, u * 0.7f, v * 0.7f, 2);
  return {paint * shade, {}, 0.0f};
}

// What hangs at a plain piece of wall: a fire extinguisher, a sign, a picture, a cupboard, a pipe, a switch.
void hang_on_wall(const Condition& condition, const Panel& panel, float u, float v, Finish* finish) {
  if (panel.width < 0.4f) return;
  std::uint32_t seed = hash(panel.seed, 571);
  Sequence random(seed);
  const float kind = random.real(0.0f, 1.0f);
  const float at = random.real(0.3f, 0.7f) * panel.width;
  const float x = u - at;
  if (kind < 0.1f) {
    if (std::abs(x) < 0.08f && v > 0.75f && v < 1.3f)
      finish->albedo =
          std::abs(x) < 0.045f || v < 1.15f ? Color{0.6f, 0.02f, 0.02f} : Color{0.03f, 0.03f, 0.03f};
    if (std::abs(x) < 0.12f && v > 1.6f && v < 1.84f)
      finish->albedo =
          std::abs(x) < 0.05f && std::abs(v - 1.72f) < 0.06f ? kPaper : Color{0.65f, 0.03f, 0.03f};
  } else if (kind < 0.35f) {  // a picture or poster
    const float half = std::min(random.real(0.18f, 0.5f), panel.width * 0.28f);
    const float half_height = half * random.real(0.7f, 1.45f);
    const float y = v - random.real(1.35f, 1.6f);
    if (condition.happens(condition.replaced, seed, 2)) seed = hash(seed, condition.seed);
    if (std::abs(x) > half || std::abs(y) > half_height) return;
    const bool frame = half - std::abs(x) < 0.025f || half_height - std::abs(y) < 0.025f;
    finish->albedo = frame ? Color{0.05f, 0.05f, 0.05f}
                           : print(hash(seed, 3), 0.5f + 0.5f * x / half, 0.5f + 0.5f * y / half_height);
  } else if (kind < 0.43f) {  // a cupboard in the wall
    if (std::abs(x) < panel.width * 0.25f && v > 0.9f && v < 1.7f) {
      const bool edge = panel.width * 0.25f - std::abs(x) < 0.02f || v < 0.92f || v > 1.68f;
      finish->albedo = random_color(seed, 0.5f) * (edge ? 0.3f : 0.9f);
    }
  } else if (kind < 0.5f) {  // a pipe
    if (std::abs(x) < 0.05f) finish->albedo = random_color(seed, 0.3f) * (1.2f - 12.0f * std::abs(x + 0.02f));
  } else if (kind < 0.58f) {  // a radiator
    if (std::abs(x) < panel.width * 0.35f && v > 0.15f && v < 0.75f)
      finish->albedo = kPaper * (std::fmod(u, 0.08f) < 0.025f ? 0.45f : 0.95f);
  } else if (kind < 0.7f) {
    if (std::abs(x) < 0.045f && std::abs(v - 1.1f) < 0.06f) finish->albedo = kPaper;
    if (std::abs(x) < 0.06f && std::abs(v - 1.5f) < 0.04f) finish->albedo = {0.6f, 0.03f, 0.03f};
  }
}

bool panel_finish(const Building& building, const Condition& condition, const Panel& panel,
                  const PanelView& view, Finish* finish) {
  const Stretch& stretch = building.stretches()[panel.stretch];
  const float u = view.u;
  const float v = view.v;
  bool bar = false;
  const auto frame_or = [&](Color behind, float mirror) {
    return bar ? Finish{stretch.decor.frame, {}, 0.0f} : Finish{{0.01f, 0.01f, 0.01f}, behind, mirror};
  };
  switch (panel.kind) {
    case PanelKind::wall:
      *finish = wall_finish(stretch, panel, u + panel.offset, v);
      hang_on_wall(condition, panel, u, v, finish);
      return true;
    case PanelKind::door:
      if (condition.happens(condition.doors_open, panel.seed, 3) &&
          inside(u, v, 0.1f, panel.width - 0.1f, -1.0f, 2.02f)) {
        *finish = {{}, room_view(condition, panel, view, building.ceiling()), 0.0f};
        return true;
      }
      *finish = door_finish(stretch, panel, view, room_view(condition, panel, view, building.ceiling()));
      return true;
    case PanelKind::room_window:
      if (glazing(panel, u, v, 0.95f, 2.1f, 1.1f, &bar)) {
        *finish = frame_or(room_view(condition, panel, view, building.ceiling()), 0.06f);
        return true;
      }
      break;
    case PanelKind::glass_wall:
      if (glazing(panel, u, v, 0.06f, 2.3f, 1.0f, &bar)) {
        *finish = frame_or(room_view(condition, panel, view, building.ceiling()), 0.08f);
        return true;
      }
      break;
    case PanelKind::outer_window:
      if (glazing(panel, u, v, panel.seed % 3 == 0 ? 0.1f : 0.85f, 2.25f, 0.9f, &bar)) {
        *finish = frame_or(yard_view(condition, panel, view), 0.05f);
        return true;
      }
      break;
    case PanelKind::board:
      if (inside(u, v, 0.08f, panel.width - 0.08f, 0.9f, 1.98f)) {
        const bool edge = !inside(u, v, 0.11f, panel.width - 0.11f, 0.93f, 1.95f);
        *finish = {edge ? stretch.decor.frame : pinned(condition, panel.seed, u, v), {}, 0.0f};
        return true;
      }
      break;
    case PanelKind::plant:
    case PanelKind::person:
      return cutout_finish(panel, 2.0f * u / panel.width - 1.0f,
                           (v - panel.corner.y) / (panel.top - panel.corner.y), finish);
    default:
      *finish = object_finish(panel, u, v);
      return true;
  }
  *finish = wall_finish(stretch, panel, u + panel.offset, v);
  return true;
}

}  // namespace bitplace::world
