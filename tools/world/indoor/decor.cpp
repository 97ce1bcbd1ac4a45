#include "world/indoor/decor.h"

#include <array>
#include <cmath>

#include "world/noise.h"

namespace bitplace::world {
namespace {

// Paints that buildings like: reds, greens, blues, yellows, woods and greys.
constexpr std::array<Color, 14> kPaints{{{0.04f, 0.38f, 0.33f},
                                         {0.05f, 0.16f, 0.42f},
                                         {0.50f, 0.07f, 0.05f},
                                         {0.70f, 0.45f, 0.06f},
                                         {0.10f, 0.32f, 0.08f},
                                         {0.55f, 0.20f, 0.05f},
                                         {0.30f, 0.17f, 0.08f},
                                         {0.48f, 0.31f, 0.16f},
                                         {0.16f, 0.17f, 0.19f},
                                         {0.35f, 0.36f, 0.37f},
                                         {0.28f, 0.10f, 0.30f},
                                         {0.10f, 0.36f, 0.55f},
                                         {0.62f, 0.55f, 0.40f},
                                         {0.55f, 0.66f, 0.58f}}};

Color paint(Sequence* random) {
  return kPaints[static_cast<std::size_t>(random->integer(0, 13))] * random->real(0.75f, 1.25f);
}

Color pale(Sequence* random) {
  const float tone = random->real(0.62f, 0.86f);
  return Color{tone * random->real(0.96f, 1.04f), tone, tone * random->real(0.85f, 1.03f)};
}

void choose_walls(Sequence* random, Color house, Decor* decor) {
  const Color base = pale(random);
  for (Color& wall : decor->wall) {
    wall = base;
    if (random->chance(0.34f)) wall = random->chance(0.5f) ? house : paint(random);
  }
  decor->dado[0] = decor->wall[0];
  decor->dado[1] = decor->wall[1];
  if (random->chance(0.3f)) {
    decor->dado_height = random->real(0.7f, 1.5f);
    decor->dado[0] = decor->dado[1] = random->chance(0.6f) ? house : paint(random);
  }
  decor->skirting = random->chance(0.6f) ? Color{0.03f, 0.03f, 0.035f} : paint(random) * 0.6f;
}

void choose_floor(Sequence* random, Decor* decor) {
  decor->floor_pattern = random->integer(0, 3);
  const float tone = random->real(0.08f, 0.45f);
  const Color grey{tone, tone, tone * random->real(0.9f, 1.15f)};
  decor->floor[0] = decor->floor_pattern == 3 ? Color{0.36f, 0.2f, 0.09f} * random->real(0.6f, 1.4f)
                                              : mix(grey, paint(random), random->real(0.0f, 0.6f));
  decor->floor[1] = random->chance(0.4f) ? paint(random) : decor->floor[0] * random->real(0.55f, 1.5f);
  decor->floor_mirror = decor->floor_pattern == 0 ? 0.0f : random->real(0.01f, 0.1f);
}

void choose_lamps(Sequence* random, float half_width, Decor* decor) {
  const int kind = random->integer(0, 3);
  decor->lamp_spacing = random->real(1.8f, 3.8f);
  decor->lamp_rows = half_width > 2.0f ? 2 : 1;
  decor->lamp_offset = random->chance(0.5f) ? 0.0f : random->real(-0.35f, 0.35f) * half_width;
  if (kind == 0) {  // a panel in the place of a ceiling tile
    decor->lamp_half_along = decor->lamp_half_across = 0.3f;
  } else if (kind == 1) {  // tubes along the walk
    decor->lamp_half_along = random->real(0.6f, 0.9f);
    decor->lamp_half_across = random->real(0.06f, 0.15f);
  } else if (kind == 2) {  // tubes across it
    decor->lamp_half_along = random->real(0.07f, 0.15f);
    decor->lamp_half_across = 0.6f;
  } else {  // spots
    decor->lamp_round = true;
    decor->lamp_half_along = decor->lamp_half_across = random->real(0.1f, 0.22f);
    decor->lamp_spacing *= 0.65f;
  }
  if (kind == 2) decor->lamp_half_across = std::min(decor->lamp_half_across, half_width * 0.8f);
}

}  // namespace

Decor random_decor(std::uint32_t building, std::uint32_t seed, float half_width) {
  Sequence house_random(hash(building, 511));
  const Color house_wall = paint(&house_random);
  const Color house_door = paint(&house_random);
  const Color house_frame = paint(&house_random) * 0.5f;
  Sequence random(hash(seed, 512));
  Decor decor;
  decor.seed = seed;
  choose_walls(&random, house_wall, &decor);
  choose_floor(&random, &decor);
  choose_lamps(&random, half_width, &decor);
  decor.door = random.chance(0.45f) ? house_door : (random.chance(0.25f) ? pale(&random) : paint(&random));
  decor.frame = random.chance(0.5f) ? house_frame : (random.chance(0.5f) ? decor.door * 0.7f : pale(&random));
  decor.ceiling_pattern = random.chance(0.5f) ? 0 : random.integer(1, 3);
  return decor;
}

}  // namespace bitplace::world
