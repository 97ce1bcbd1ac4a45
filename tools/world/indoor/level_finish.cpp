#include <algorithm>
#include <cmath>

#include "world/indoor/finishes.h"
#include "world/noise.h"

namespace bitplace::world {
namespace {

float fraction(float x) {
  return x - std::floor(x);
}

// Whether the point lies on a lamp, and which one it is.
bool on_lamp(const Stretch& stretch, float along, float right, std::uint32_t* seed) {
  const Decor& decor = stretch.decor;
  const int index = static_cast<int>(std::floor(along / decor.lamp_spacing));
  const float middle = (static_cast<float>(index) + 0.5f) * decor.lamp_spacing;
  if (index < 0 || middle > stretch.length) return false;
  const float x = (along - middle) / decor.lamp_half_along;
  if (std::abs(x) > 1.0f) return false;
  for (int row = 0; row < decor.lamp_rows; ++row) {
    const float y = (right - lamp_right(stretch, row)) / decor.lamp_half_across;
    if (std::abs(y) > 1.0f || (decor.lamp_round && x * x + y * y > 1.0f)) continue;
    *seed = lamp_seed(decor, index, row);
    return true;
  }
  return false;
}

Color ceiling_tile(const Decor& decor, float along, float right) {
  const float x = along / 0.6f;
  const float y = right / 0.6f + 0.5f;
  const float tone = lattice(decor.seed, static_cast<int>(std::floor(x)), static_cast<int>(std::floor(y)));
  const Color base = Color{0.72f, 0.72f, 0.7f} * (0.94f + 0.08f * tone);
  if (fraction(x) < 0.04f || fraction(y) < 0.04f) return base * 0.6f;
  if (tone > 0.94f) return base * (std::fmod(fraction(x), 0.14f) < 0.07f ? 0.2f : 0.7f);  // an air grille
  const float dx = fraction(x) - 0.5f;
  const float dy = fraction(y) - 0.5f;
  if (tone < 0.06f && dx * dx + dy * dy < 0.03f) return base * 0.35f;  // a smoke detector or loudspeaker
  return base * (0.93f + 0.07f * noise(decor.seed, along * 14.0f, right * 14.0f));
}

}  // namespace

Finish ceiling_finish(const Stretch& stretch, const Condition& condition, Vector point) {
  const float along = stretch.along(point);
  const float right = stretch.right(point);
  const Decor& decor = stretch.decor;
  std::uint32_t lamp = 0;
  if (on_lamp(stretch, along, right, &lamp)) {
    const bool out = condition.happens(condition.lamps_out, lamp, 5);
    return {{0.5f, 0.5f, 0.5f}, out ? Color{} : condition.lamp * 7.0f, 0.0f};
  }
  switch (decor.ceiling_pattern) {
    case 0:
      return {ceiling_tile(decor, along, right), {}, 0.0f};
    case 1:
      return {
          Color{0.74f, 0.73f, 0.7f} * (0.92f + 0.1f * fractal_noise(decor.seed, along, right, 2)), {}, 0.0f};
    case 2: {
      const bool gap = fraction(along / 0.15f) < 0.2f;
      return {gap ? Color{0.1f, 0.1f, 0.1f} : mix(Color{0.7f, 0.7f, 0.68f}, decor.door, 0.3f), {}, 0.0f};
    }
    default: {  // dark, with pipes and ducts along the walk
      const float lane = right / 0.45f;
      const float tone = lattice(decor.seed, static_cast<int>(std::floor(lane)), 7);
      const float bulge = fraction(lane) - 0.5f;
      if (tone > 0.55f && std::abs(bulge) < 0.3f)
        return {Color{0.5f, 0.52f, 0.54f} * (1.1f - 8.0f * bulge * bulge) *
                    (fraction(along / 1.5f) < 0.03f ? 0.4f : 1.0f),
                {},
                0.0f};
      return {Color{0.09f, 0.09f, 0.1f} * (0.7f + 0.6f * noise(decor.seed, along * 2.0f, right * 2.0f)),
              {},
              0.0f};
    }
  }
}

Finish floor_finish(const Stretch& stretch, Vector point) {
  const float along = stretch.along(point);
  const float right = stretch.right(point);
  const Decor& decor = stretch.decor;
  const Color a = decor.floor[0];
  const Color b = decor.floor[1];
  const bool border = std::abs(right) > stretch.half_width - 0.25f && decor.seed % 3 == 0;
  if (border) return {b * 0.7f, {}, decor.floor_mirror};
  switch (decor.floor_pattern) {
    case 0: {  // carpet in squares or plain
      const float square = lattice(decor.seed, static_cast<int>(std::floor(along * 2.0f)),
                                   static_cast<int>(std::floor(right * 2.0f)));
      const float grain = 0.8f + 0.4f * lattice(decor.seed + 1u, static_cast<int>(along * 60.0f),
                                                static_cast<int>(right * 60.0f + 900.0f));
      return {
          mix(a, b, decor.seed % 2 == 0 && square < 0.4f ? 0.5f : 0.0f) * (grain * (0.9f + 0.15f * square)),
          {},
          0.0f};
    }
    case 1: {  // tiles
      const float size = 0.3f + 0.3f * static_cast<float>(decor.seed % 2);
      const float x = along / size;
      const float y = right / size;
      if (fraction(x) < 0.03f || fraction(y) < 0.03f) return {a * 0.5f, {}, 0.0f};
      const bool odd = (static_cast<int>(std::floor(x)) + static_cast<int>(std::floor(y))) % 2 != 0;
      return {(odd && decor.seed % 4 < 2 ? b : a) *
                  (0.92f + 0.16f * lattice(decor.seed, static_cast<int>(x), static_cast<int>(y))),
              {},
              decor.floor_mirror};
    }
    case 2: {  // lino, with a stripe along the walk or marbled
      const float marble = fractal_noise(decor.seed, along * 1.3f, right * 1.3f, 3);
      const float lane = std::abs(right - decor.lamp_offset);
      const bool stripe =
          decor.seed % 2 == 0 && lane < 0.45f * stretch.half_width && lane > 0.33f * stretch.half_width;
      return {(stripe ? b : mix(a, b, 0.5f * smooth_step(0.45f, 0.7f, marble))) * (0.9f + 0.2f * marble),
              {},
              decor.floor_mirror};
    }
    default: {  // parquet
      const float row = std::floor(right / 0.12f);
      const float x = along / 0.9f + lattice(decor.seed, static_cast<int>(row), 3);
      if (fraction(right / 0.12f) < 0.05f || fraction(x) < 0.006f) return {a * 0.5f, {}, 0.0f};
      return {
          a * (0.75f + 0.5f * lattice(decor.seed, static_cast<int>(std::floor(x)), static_cast<int>(row))),
          {},
          decor.floor_mirror};
    }
  }
}

}  // namespace bitplace::world
