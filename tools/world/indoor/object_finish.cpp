#include <algorithm>
#include <cmath>

#include "world/indoor/finishes.h"
#include "world/noise.h"

namespace bitplace::world {
namespace {

Color lockers(const Panel& panel, float u, float v) {
  Sequence random(hash(panel.seed, 581));
  const Color paint = random_color(random.bits(), random.real(0.2f, 1.0f));
  const float cell_width = random.real(0.3f, 0.45f);
  const float cell_height = panel.top / static_cast<float>(random.integer(1, 4));
  const Color other = random.chance(0.4f) ? random_color(random.bits(), 1.0f) : paint;
  const float x = u / cell_width;
  const float y = v / cell_height;
  const float in_x = x - std::floor(x);
  const float in_y = y - std::floor(y);
  if (in_x < 0.04f || in_y < 0.03f || v < 0.06f) return paint * 0.2f;
  if (in_x > 0.8f && in_x < 0.88f && std::abs(in_y - 0.5f) < 0.07f) return {0.05f, 0.05f, 0.05f};
  if (in_y > 0.82f && in_y < 0.92f && std::fmod(in_y, 0.04f) < 0.02f && in_x > 0.3f && in_x < 0.7f)
    return paint * 0.35f;
  const float pick = lattice(panel.seed, static_cast<int>(x), static_cast<int>(y));
  return (pick < 0.4f ? other : paint) * (0.85f + 0.3f * pick);
}

Color shelf(const Panel& panel, float u, float v) {
  Sequence random(hash(panel.seed, 582));
  const Color wood = random.chance(0.5f) ? Color{0.35f, 0.2f, 0.1f} : Color{0.6f, 0.6f, 0.58f};
  const float pitch = random.real(0.3f, 0.42f);
  const float row = std::floor(v / pitch);
  const float in_row = v - row * pitch;
  if (in_row < 0.03f || std::fmod(u, 0.9f) < 0.03f) return wood;
  const float x = u / 0.055f + lattice(panel.seed, static_cast<int>(row), 1) * 9.0f;
  const std::uint32_t book =
      hash(panel.seed, static_cast<std::uint32_t>(std::floor(x)), static_cast<std::uint32_t>(row));
  const bool empty = lattice(panel.seed + 3u, static_cast<int>(u / 0.33f), static_cast<int>(row)) < 0.2f;
  if (empty || in_row > pitch * (0.6f + 0.35f * unit_interval(book))) return {0.03f, 0.025f, 0.02f};
  return random_color(hash(book, 1), 0.8f);
}

Color cabinet(const Panel& panel, float u, float v) {
  Sequence random(hash(panel.seed, 583));
  const Color front = random.chance(0.5f) ? Color{0.55f, 0.55f, 0.53f} : random_color(random.bits(), 0.7f);
  const float leaf = random.real(0.4f, 0.8f);
  const float x = u / leaf - std::floor(u / leaf);
  const float drawers = panel.top / static_cast<float>(random.integer(1, 5));
  const float y = v / drawers - std::floor(v / drawers);
  if (x < 0.025f || y < 0.03f || v < 0.07f) return front * 0.25f;
  if (std::abs(x - 0.5f) < 0.12f && std::abs(y - 0.8f) < 0.04f) return {0.1f, 0.1f, 0.1f};
  return front * (0.95f + 0.1f * noise(panel.seed, u * 3.0f, v));
}

Color parcel(const Panel& panel, float u, float v) {
  Sequence random(hash(panel.seed, 584));
  const bool carton = random.chance(0.45f);
  const Color paint = carton ? Color{0.42f, 0.27f, 0.14f} : random_color(random.bits(), 1.0f);
  if (carton && std::abs(u - panel.width * 0.5f) < 0.035f) return paint * 1.5f;
  if (v > panel.top - 0.05f) return paint * 0.55f;
  const bool label =
      u > panel.width * 0.55f && u < panel.width * 0.85f && v > panel.top * 0.5f && v < panel.top * 0.75f;
  return label ? Color{0.75f, 0.75f, 0.72f} : paint;
}

Finish sign(const Panel& panel, float u, float v) {
  Sequence random(hash(panel.seed, 585));
  const bool exit = random.chance(0.5f);
  const Color ground = exit ? Color{0.0f, 0.42f, 0.12f} : random_color(random.bits(), 1.0f);
  const float x = u / panel.width;
  const float y = (v - panel.corner.y) / (panel.top - panel.corner.y);
  const bool mark = std::abs(y - 0.5f) < 0.28f && x > 0.1f && x < 0.9f &&
                    lattice(panel.seed, static_cast<int>(x * 9.0f), static_cast<int>(y * 3.0f)) < 0.5f;
  const Color color = mark ? Color{0.85f, 0.85f, 0.85f} : ground;
  return {color, exit ? color * 0.9f : Color{}, 0.0f};
}

}  // namespace

Finish object_finish(const Panel& panel, float u, float v) {
  switch (panel.kind) {
    case PanelKind::lockers:
      return {lockers(panel, u, v), {}, 0.04f};
    case PanelKind::shelf:
      return {shelf(panel, u, v), {}, 0.0f};
    case PanelKind::cabinet:
      return {cabinet(panel, u, v), {}, 0.02f};
    case PanelKind::sign:
      return sign(panel, u, v);
    case PanelKind::bench: {
      const bool seat = v > 0.36f;
      const bool leg = std::fmod(u, 0.9f) < 0.07f;
      return {seat  ? random_color(panel.seed, 0.9f)
              : leg ? Color{0.3f, 0.3f, 0.3f}
                    : Color{0.03f, 0.03f, 0.03f},
              {},
              0.0f};
    }
    case PanelKind::column: {
      const Color paint =
          mix(Color{0.7f, 0.7f, 0.68f}, random_color(panel.seed, 1.0f), panel.seed % 3 == 0 ? 0.9f : 0.1f);
      return {v < 0.12f ? paint * 0.3f : paint, {}, 0.0f};
    }
    case PanelKind::beam:
      return {
          mix(Color{0.7f, 0.7f, 0.68f}, random_color(panel.seed, 1.0f), panel.seed % 2 == 0 ? 0.9f : 0.2f),
          {},
          0.0f};
    default:
      return {parcel(panel, u, v), {}, 0.0f};
  }
}

Finish lid_finish(const Lid& lid, float across, float along) {
  switch (lid.kind) {
    case PanelKind::bench:
      return {random_color(lid.seed, 0.9f), {}, 0.03f};
    case PanelKind::parcel: {
      const bool tape = std::abs(across) < 0.03f;
      const Color paint = random_color(hash(lid.seed, 586), 0.8f);
      return {tape ? paint * 1.4f : paint * (0.8f + 0.3f * noise(lid.seed, across * 8.0f, along * 8.0f)),
              {},
              0.0f};
    }
    case PanelKind::cabinet: {  // with papers on it
      const bool paper = noise(lid.seed, across * 5.0f + 3.0f, along * 5.0f) > 0.66f;
      return {paper ? Color{0.8f, 0.8f, 0.78f} : Color{0.4f, 0.38f, 0.35f}, {}, 0.05f};
    }
    default:
      return {Color{0.3f, 0.3f, 0.3f}, {}, 0.02f};
  }
}

bool cutout_finish(const Panel& panel, float x, float y, Finish* finish) {
  if (panel.kind == PanelKind::plant) {
    const float leaves = fractal_noise(panel.seed, x * 5.0f + 40.0f, y * 7.0f, 3);
    const float spread = 0.35f + 0.65f * std::sqrt(std::max(y * (1.15f - y), 0.0f)) * 1.8f;
    if (std::abs(x) > spread * (0.45f + leaves) || leaves < 0.4f) return false;
    const Color green = mix(Color{0.03f, 0.14f, 0.03f}, Color{0.22f, 0.3f, 0.05f}, unit_interval(panel.seed));
    *finish = {green * (0.3f + 1.6f * std::abs(leaves - 0.4f) * 3.0f), {}, 0.0f};
    return true;
  }
  const float head_x = x * 1.9f;
  const float head_y = (y - 0.925f) * 13.0f;
  const bool head = head_x * head_x + head_y * head_y < 0.75f;
  const bool torso = y > 0.46f && y < 0.85f && std::abs(x) < 0.78f - std::max(0.0f, (y - 0.75f) * 3.0f);
  const bool legs = y <= 0.46f && std::abs(std::abs(x) - 0.3f) < 0.23f;
  if (!head && !torso && !legs) return false;
  const float round = 1.0f - 0.45f * x * x;
  const Color cloth = random_color(hash(panel.seed, legs ? 2u : 1u), 0.8f);
  const Color skin =
      mix(Color{0.16f, 0.08f, 0.05f}, Color{0.6f, 0.4f, 0.3f}, unit_interval(hash(panel.seed, 3)));
  *finish = {(head ? (y > 0.95f ? Color{0.05f, 0.035f, 0.03f} : skin) : cloth) * round, {}, 0.0f};
  return true;
}

}  // namespace bitplace::world
