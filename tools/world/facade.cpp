#include "world/facade.h"

#include <array>
#include <cmath>

namespace bitplace::world {
namespace {

constexpr Color kGlass{0.04f, 0.05f, 0.06f};

constexpr std::array<Color, 10> kWallColors{{{0.36f, 0.13f, 0.08f},
                                             {0.66f, 0.58f, 0.42f},
                                             {0.62f, 0.40f, 0.16f},
                                             {0.33f, 0.34f, 0.35f},
                                             {0.78f, 0.77f, 0.72f},
                                             {0.24f, 0.38f, 0.38f},
                                             {0.64f, 0.36f, 0.32f},
                                             {0.48f, 0.40f, 0.30f},
                                             {0.20f, 0.14f, 0.11f},
                                             {0.45f, 0.55f, 0.64f}}};

// Everything about a building that its seed decides.
struct Style {
  Color wall;
  Color trim;
  Color accent;
  int pattern;  // 0 brick, 1 plaster, 2 panels, 3 bands
  int ground;   // 0 shop, 1 flats, 2 garage, 3 arcade
  float ground_height;
  float floor_height;
  float window_spacing;
  float window_width;   // share of the spacing
  float window_height;  // share of the floor
  bool shutters;
  bool balconies;
  bool cornice;
};

Style style_of(std::uint32_t seed) {
  Sequence random(hash(seed, 5));
  Style style{};
  style.wall = kWallColors[static_cast<std::size_t>(random.integer(0, 9))] * random.real(0.8f, 1.15f);
  style.trim = random.chance(0.6f) ? Color{0.75f, 0.74f, 0.7f} : Color{0.12f, 0.1f, 0.09f};
  style.accent = random_color(random.bits(), 1.0f);
  style.pattern = random.integer(0, 3);
  style.ground = random.integer(0, 3);
  style.ground_height = random.real(3.3f, 4.3f);
  style.floor_height = random.real(2.7f, 3.4f);
  style.window_spacing = random.real(1.5f, 3.6f);
  style.window_width = random.real(0.35f, 0.72f);
  style.window_height = random.real(0.45f, 0.7f);
  style.shutters = random.chance(0.25f);
  style.balconies = random.chance(0.25f);
  style.cornice = random.chance(0.6f);
  return style;
}

Color wall_color(const Style& style, std::uint32_t seed, float u, float v) {
  float shade = 0.85f + 0.3f * fractal_noise(seed, u * 0.4f, v * 0.4f, 3);
  if (style.pattern == 0) {
    const float row = std::floor(v / 0.3f);
    const float shifted = u / 0.7f + (std::fmod(row, 2.0f) != 0.0f ? 0.5f : 0.0f);
    const float in_row = v / 0.3f - row;
    const float in_brick = shifted - std::floor(shifted);
    const bool mortar = in_row < 0.16f || in_brick < 0.08f;
    shade *= mortar ? 1.35f : 0.8f + 0.3f * lattice(seed, static_cast<int>(shifted), static_cast<int>(row));
  } else if (style.pattern == 2) {
    const bool joint = u - 1.9f * std::floor(u / 1.9f) < 0.07f || v - 1.4f * std::floor(v / 1.4f) < 0.07f;
    shade *= joint ? 0.55f : 1.0f;
  } else if (style.pattern == 3) {
    shade *= v - 0.9f * std::floor(v / 0.9f) < 0.3f ? 0.72f : 1.0f;
  }
  return style.wall * shade;
}

// Rows of blocks of differing width, as lettering looks from a car.
bool lettering(std::uint32_t seed, float u, float v) {
  const int glyph = static_cast<int>(std::floor(u / 0.42f));
  const float x = u / 0.42f - static_cast<float>(glyph);
  if (x > 0.8f || v < 0.15f || v > 0.85f || lattice(seed, glyph, 9) < 0.15f) return false;
  const int column = static_cast<int>(x / 0.8f * 3.0f);
  const int row = static_cast<int>((v - 0.15f) / 0.7f * 3.0f);
  return lattice(seed, glyph * 3 + column, row) < 0.62f;
}

// One pane with its frame; x and y run from 0 to 1 over the opening.
Surface window_surface(const Style& style, std::uint32_t pane, float x, float y) {
  const bool frame = x < 0.09f || x > 0.91f || y < 0.07f || y > 0.93f || std::abs(x - 0.5f) < 0.035f ||
                     std::abs(y - 0.62f) < 0.025f;
  if (frame) return {style.trim, 0.0f, 0.0f};
  const float kind = unit_interval(hash(pane, 3));
  const float drawn = unit_interval(hash(pane, 4));
  if (kind < 0.35f && y > drawn) return {random_color(hash(pane, 6), 0.3f), 0.1f, 0.3f};    // a blind
  if (kind > 0.7f && std::abs(x - 0.5f) > 0.25f) return {{0.6f, 0.57f, 0.5f}, 0.1f, 0.5f};  // curtains
  return {kGlass, 0.45f, unit_interval(hash(pane, 8)) < 0.3f ? 1.0f : 0.0f};
}

Surface upper_floor(const Style& style, std::uint32_t seed, float u, float v, float width) {
  const float columns = std::max(1.0f, std::floor((width - 0.8f) / style.window_spacing));
  const float pitch = width / columns;
  const int column = static_cast<int>(std::floor(u / pitch));
  const int floor = static_cast<int>(std::floor(v / style.floor_height));
  const float x = (u / pitch - static_cast<float>(column) - 0.5f) / style.window_width + 0.5f;
  const float y = (v / style.floor_height - static_cast<float>(floor) - 0.55f) / style.window_height + 0.5f;
  const std::uint32_t pane =
      hash(seed, static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(floor));
  const bool has_window = unit_interval(hash(pane, 1)) < 0.92f;
  if (!has_window) return {wall_color(style, seed, u, v + style.ground_height), 0.0f, 0.0f};
  if (style.balconies && column % 2 == 0 && y < 0.3f && y > -0.3f && x > -0.25f && x < 1.25f) {
    const bool rail = y > 0.22f || y < -0.2f || std::fmod(std::abs(x) * 9.0f, 1.0f) < 0.35f;
    if (rail) return {style.trim * 0.6f, 0.0f, 0.0f};
  }
  if (x >= 0.0f && x <= 1.0f && y >= 0.0f && y <= 1.0f) return window_surface(style, pane, x, y);
  if (style.shutters && y > 0.0f && y < 1.0f && std::abs(x - 0.5f) < 0.85f) {
    const bool slat = std::fmod(y * 14.0f, 1.0f) < 0.5f;
    return {style.accent * (slat ? 0.5f : 0.8f), 0.0f, 0.0f};
  }
  if (y > -0.14f && y <= 0.0f && x > -0.1f && x < 1.1f) return {style.trim * 0.85f, 0.0f, 0.0f};  // sill
  return {wall_color(style, seed, u, v + style.ground_height), 0.0f, 0.0f};
}

Surface shop(const Style& style, std::uint32_t seed, float u, float v, float width) {
  const float h = style.ground_height;
  if (v > h - 0.9f && v < h - 0.15f) {
    const bool letter =
        lettering(seed, u - width * 0.15f, (v - h + 0.9f) / 0.75f) && u > width * 0.15f && u < width * 0.85f;
    return {letter ? Color{0.85f, 0.84f, 0.8f} : style.accent * 0.6f, 0.0f, letter ? 0.3f : 0.0f};
  }
  if (v > h - 1.7f && v <= h - 0.9f && (seed & 1u) != 0) {  // a striped awning
    return {std::fmod(u, 0.9f) < 0.45f ? Color{0.8f, 0.78f, 0.74f} : style.accent, 0.0f, 0.0f};
  }
  if (v < 0.5f) return {style.accent * 0.4f, 0.0f, 0.0f};
  const float bay = std::fmod(u, 2.6f);
  if (bay < 0.16f || v > h - 0.15f) return {style.trim, 0.0f, 0.0f};
  const float goods = fractal_noise(seed, u * 1.6f, v * 1.6f, 2);
  if (v < 1.5f && goods > 0.5f)
    return {random_color(hash(seed, static_cast<std::uint32_t>(u * 1.6f)), 0.9f), 0.1f, 0.5f};
  return {kGlass, 0.35f, 0.8f};
}

Surface flats(const Style& style, std::uint32_t seed, float u, float v, float width) {
  const float door = width * (0.2f + 0.6f * unit_interval(hash(seed, 31)));
  if (std::abs(u - door) < 0.75f && v < 2.6f) {
    const bool frame = std::abs(u - door) > 0.6f || v > 2.4f;
    const bool panel = std::abs(std::abs(u - door) - 0.3f) < 0.18f && std::fmod(v, 0.8f) > 0.2f;
    return {frame ? style.trim : style.accent * (panel ? 0.45f : 0.7f), 0.0f, 0.0f};
  }
  if (v < 0.7f) return {style.wall * 0.5f, 0.0f, 0.0f};
  const float bay = std::fmod(u, style.window_spacing) / style.window_spacing;
  const float x = (bay - 0.2f) / 0.6f;
  const float y = (v - 1.1f) / 1.5f;
  if (x >= 0.0f && x <= 1.0f && y >= 0.0f && y <= 1.0f) {
    return window_surface(style, hash(seed, 51u, static_cast<std::uint32_t>(u / style.window_spacing)), x, y);
  }
  return {wall_color(style, seed, u, v), 0.0f, 0.0f};
}

Surface garage(const Style& style, std::uint32_t seed, float u, float v, float width) {
  const float bay = std::fmod(u + 0.3f, 4.2f);
  const bool inside = bay > 0.6f && bay < 3.8f && u + 3.9f - bay < width;
  if (inside && v < 2.5f) {
    return {style.accent * (std::fmod(v, 0.35f) < 0.06f ? 0.35f : 0.75f), 0.0f, 0.0f};
  }
  const bool poster = fractal_noise(seed, u * 0.9f, 4.0f, 1) > 0.72f && v > 0.9f && v < 2.7f;
  if (poster)
    return {random_color(hash(seed, static_cast<std::uint32_t>(u * 1.5f + v * 3.0f)), 1.0f), 0.0f, 0.0f};
  return {wall_color(style, seed, u, v), 0.0f, 0.0f};
}

Surface arcade(const Style& style, std::uint32_t seed, float u, float v) {
  const float x = std::fmod(u, 3.0f) - 1.5f;
  const float spring = style.ground_height - 1.9f;
  const bool opening = std::abs(x) < 1.1f && (v < spring || x * x + (v - spring) * (v - spring) < 1.21f);
  if (!opening) return {wall_color(style, seed, u, v) * 1.1f, 0.0f, 0.0f};
  const bool back_door = std::abs(x) < 0.5f && v < 2.1f && (static_cast<int>(u / 3.0f) & 1) == 0;
  return {back_door ? style.accent * 0.25f : style.wall * 0.18f, 0.0f, back_door ? 0.0f : 0.1f};
}

Surface ground_floor(const Style& style, std::uint32_t seed, float u, float v, float width) {
  switch (style.ground) {
    case 0:
      return shop(style, seed, u, v, width);
    case 1:
      return flats(style, seed, u, v, width);
    case 2:
      return garage(style, seed, u, v, width);
    default:
      return arcade(style, seed, u, v);
  }
}

// Large shapes on a blank wall, on some houses.
Surface side_wall(const Style& style, std::uint32_t seed, float u, float v) {
  if ((seed & 6u) != 0) return {wall_color(style, seed, u, v) * 0.95f, 0.0f, 0.0f};
  const float field = fractal_noise(hash(seed, 61), u * 0.35f, v * 0.35f, 2);
  const auto band = static_cast<std::uint32_t>(field * 7.0f);
  return {random_color(hash(seed, 62, band), 1.0f), 0.0f, 0.0f};
}

}  // namespace

Surface facade_surface(const Box& building, bool front, float u, float v, float width) {
  const Style style = style_of(building.seed);
  if (style.cornice && v > building.top - 0.45f) return {style.trim * 0.9f, 0.0f, 0.0f};
  if (!front) return side_wall(style, building.seed, u, v);
  if (v < style.ground_height) return ground_floor(style, building.seed, u, v, width);
  if (v < style.ground_height + 0.22f) return {style.trim * 0.8f, 0.0f, 0.0f};
  const float above = v - style.ground_height - 0.22f;
  if (v > building.top - 0.9f) return {wall_color(style, building.seed, u, v), 0.0f, 0.0f};
  return upper_floor(style, building.seed, u, above, width);
}

}  // namespace bitplace::world
