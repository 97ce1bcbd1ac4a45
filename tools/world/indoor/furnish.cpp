#include "world/indoor/furnish.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "world/noise.h"

namespace bitplace::world {
namespace {

enum class Fitting : std::uint8_t { plain, door, room_window, glass_wall, outer_window, board, row, niche };
constexpr std::size_t kFittings = 8;

// How often a wall of each character has each fitting.
using Character = std::array<float, kFittings>;
constexpr std::array<Character, 7> kCharacters{{{3.0f, 4.0f, 0.5f, 0.0f, 0.0f, 2.0f, 0.5f, 0.5f},
                                                {1.5f, 1.5f, 1.0f, 4.0f, 0.0f, 0.5f, 0.5f, 0.3f},
                                                {1.5f, 1.0f, 0.3f, 0.0f, 0.0f, 0.5f, 4.0f, 0.5f},
                                                {2.5f, 1.5f, 0.5f, 0.0f, 0.0f, 1.5f, 0.6f, 1.2f},
                                                {2.0f, 2.0f, 3.0f, 0.5f, 0.0f, 1.0f, 0.5f, 0.5f},
                                                {2.0f, 0.5f, 0.0f, 0.0f, 5.0f, 0.5f, 0.7f, 0.0f},
                                                {2.0f, 2.0f, 0.5f, 0.0f, 0.0f, 4.0f, 0.5f, 2.0f}}};
constexpr std::array<float, kFittings> kShortest{0.4f, 1.0f, 1.0f, 2.0f, 1.2f, 0.9f, 1.0f, 0.9f};
constexpr std::array<float, kFittings> kLongest{1.7f, 1.3f, 2.4f, 5.0f, 2.6f, 2.4f, 3.6f, 2.2f};

Fitting choose(const Character& character, Sequence* random) {
  float total = 0.0f;
  for (const float share : character)
    total += share;
  float pick = random->real(0.0f, total);
  for (std::size_t i = 0; i < kFittings; ++i) {
    pick -= character[i];
    if (pick < 0.0f) return static_cast<Fitting>(i);
  }
  return Fitting::plain;
}

PanelKind flush_kind(Fitting fitting) {
  switch (fitting) {
    case Fitting::door:
      return PanelKind::door;
    case Fitting::room_window:
      return PanelKind::room_window;
    case Fitting::glass_wall:
      return PanelKind::glass_wall;
    case Fitting::outer_window:
      return PanelKind::outer_window;
    case Fitting::board:
      return PanelKind::board;
    default:
      return PanelKind::wall;
  }
}

// Builds a wall piece by piece.
class WallBuilder {
 public:
  WallBuilder(Building* building, std::size_t stretch, int side, Vector from, Vector to)
      : building_(building), stretch_(stretch), side_(side), from_(from), length_(length(to - from)) {
    if (length_ > 0.0f) along_ = (to - from) * (1.0f / length_);
    const Vector left{-along_.z, 0.0f, along_.x};
    outwards_ = side == 0 ? left : left * -1.0f;
  }

  void build() {
    const Stretch& stretch = building_->stretches()[stretch_];
    Sequence random(hash(stretch.decor.seed, 521, static_cast<std::uint32_t>(side_)));
    const Character& character = kCharacters[static_cast<std::size_t>(random.integer(0, 6))];
    float at = 0.0f;
    while (at < length_) {
      const Fitting fitting = choose(character, &random);
      const auto index = static_cast<std::size_t>(fitting);
      float width = random.real(kShortest[index], kLongest[index]);
      if (fitting == Fitting::door && random.chance(0.25f)) width += 0.8f;  // two leaves
      const std::uint32_t seed = random.bits();
      const float left = length_ - at;
      if (width > left - 0.15f) {
        add(PanelKind::wall, at, length_, seed);
        return;
      }
      add_fitting(fitting, at, at + width, seed);
      at += width;
      // A pier, so that fittings stand apart.
      const float pier = std::min(random.real(0.12f, 0.5f), length_ - at);
      if (pier > 0.0f) add(PanelKind::wall, at, at + pier, random.bits());
      at += pier;
    }
  }

 private:
  void add_fitting(Fitting fitting, float from, float to, std::uint32_t seed) {
    if (fitting == Fitting::niche && from > 0.6f && to < length_ - 0.6f) return add_niche(from, to, seed);
    if (fitting == Fitting::row) return add_row(from, to, seed);
    add(flush_kind(fitting), from, to, seed);
    if (fitting == Fitting::outer_window) {
      const Vector middle = from_ + along_ * ((from + to) * 0.5f);
      building_->add_lamp({{middle.x, 1.6f, middle.z}, -outwards_.x, -outwards_.z, to - from, seed});
    }
  }

  // Lockers, shelves or cabinets at the wall, where there is room for them.
  void add_row(float from, float to, std::uint32_t seed) {
    Sequence random(hash(seed, 522));
    const Stretch& stretch = building_->stretches()[stretch_];
    constexpr std::array<PanelKind, 4> kKinds{PanelKind::lockers, PanelKind::shelf, PanelKind::cabinet,
                                              PanelKind::bench};
    const PanelKind kind = kKinds[static_cast<std::size_t>(random.integer(0, 3))];
    const bool low = kind == PanelKind::bench || (kind == PanelKind::cabinet && random.chance(0.6f));
    const float top = kind == PanelKind::bench ? 0.45f
                      : low                    ? random.real(0.75f, 1.2f)
                                               : random.real(1.6f, 2.1f);
    const float depth = kind == PanelKind::shelf ? 0.3f : random.real(0.35f, 0.5f);
    add(PanelKind::wall, from, to, seed);
    if (stretch.half_width < 1.05f) return;
    const Vector middle = from_ + along_ * ((from + to) * 0.5f) - outwards_ * (depth * 0.5f + 0.005f);
    building_->add_box(kind, stretch_, middle, depth * 0.5f, (to - from) * 0.5f, 0.0f, top, seed);
    const float along = stretch.along(middle);
    building_->take(stretch_, side_, along - (to - from) * 0.5f, along + (to - from) * 0.5f, depth);
  }

  // A recess or the mouth of a side corridor.
  void add_niche(float from, float to, std::uint32_t seed) {
    Sequence random(hash(seed, 523));
    const float depth = random.chance(0.5f) ? random.real(0.3f, 0.9f) : random.real(1.5f, 3.0f);
    const Vector back = outwards_ * depth;
    const Vector a = from_ + along_ * from;
    const Vector b = from_ + along_ * to;
    const PanelKind end = random.chance(0.4f)   ? PanelKind::door
                          : random.chance(0.3f) ? PanelKind::outer_window
                                                : PanelKind::wall;
    add_between(PanelKind::wall, a, a + back, 0.0f, seed);
    add_between(end, a + back, b + back, from, seed + 1);
    add_between(random.chance(0.3f) ? PanelKind::board : PanelKind::wall, b + back, b, 0.0f, seed + 2);
    if (depth > 0.7f && random.chance(0.5f)) {
      const Vector middle = (a + b) * 0.5f + outwards_ * (depth * 0.7f);
      building_->add_box(random.chance(0.5f) ? PanelKind::parcel : PanelKind::cabinet, stretch_, middle,
                         depth * 0.2f, (to - from) * random.real(0.2f, 0.4f), 0.0f, random.real(0.5f, 1.4f),
                         seed);
    }
  }

  void add(PanelKind kind, float from, float to, std::uint32_t seed) {
    add_between(kind, from_ + along_ * from, from_ + along_ * to, from, seed);
  }
  void add_between(PanelKind kind, Vector a, Vector b, float offset, std::uint32_t seed) {
    building_->add_panel(kind, stretch_, side_, a, b, 0.0f, building_->ceiling(), offset, seed);
  }

  Building* building_;
  std::size_t stretch_;
  int side_;
  Vector from_;
  float length_;
  Vector along_;
  Vector outwards_;
};

void hang_lamps(Building* building, std::size_t index) {
  const Stretch& stretch = building->stretches()[index];
  const Decor& decor = stretch.decor;
  const int count = static_cast<int>(stretch.length / decor.lamp_spacing);
  for (int row = 0; row < decor.lamp_rows; ++row) {
    const float right = lamp_right(stretch, row);
    for (int i = 0; i <= count; ++i) {
      const float along = (static_cast<float>(i) + 0.5f) * decor.lamp_spacing;
      if (along > stretch.length) break;
      building->add_lamp({stretch.point(along, right, building->ceiling()), 0.0f, 0.0f,
                          4.0f * decor.lamp_half_along * decor.lamp_half_across, lamp_seed(decor, i, row)});
    }
  }
}

void add_columns(Building* building, std::size_t index, Sequence* random) {
  const Stretch& stretch = building->stretches()[index];
  const float half = random->real(0.15f, 0.28f);
  const float spacing = random->real(2.5f, 4.5f);
  for (const int side : {0, 1}) {
    if (!random->chance(0.6f)) continue;
    const float out = stretch.half_width * random->real(0.55f, 0.75f);
    const std::uint32_t seed = random->bits();
    for (float along = 1.2f; along < stretch.length - 1.0f; along += spacing) {
      const float right = side == 0 ? -out : out;
      building->add_box(PanelKind::column, index, stretch.point(along, right, 0.0f), half, half, 0.0f,
                        building->ceiling(), seed);
      building->take(index, side, along - half, along + half, stretch.half_width - out + half);
    }
  }
}

// A frame across the walk, as around fire doors, with a sign or not.
void add_portal(Building* building, std::size_t index, Sequence* random) {
  const Stretch& stretch = building->stretches()[index];
  const float half = stretch.half_width;
  const float bottom = std::min(random->real(2.05f, 2.3f), building->ceiling() - 0.15f);
  const std::uint32_t seed = random->bits();
  building->add_box(PanelKind::beam, index, stretch.point(0.3f, 0.0f, 0.0f), half, 0.08f, bottom,
                    building->ceiling(), seed);
  for (const float side : {-1.0f, 1.0f}) {
    const float jamb = random->real(0.04f, 0.12f);
    building->add_box(PanelKind::beam, index, stretch.point(0.3f, side * (half - jamb), 0.0f), jamb, 0.08f,
                      0.0f, bottom, seed);
    building->take(index, side < 0.0f ? 0 : 1, 0.2f, 0.4f, 2.0f * jamb);
  }
}

void add_objects(Building* building, std::size_t index, Sequence* random) {
  const Stretch& stretch = building->stretches()[index];
  if (random->chance(0.45f)) {  // a sign that hangs from the ceiling
    const float top = building->ceiling() - random->real(0.02f, 0.2f);
    const float right = random->real(-0.5f, 0.5f) * stretch.half_width;
    building->add_box(
        PanelKind::sign, index, stretch.point(random->real(1.0f, stretch.length - 0.5f), right, 0.0f),
        random->real(0.18f, 0.45f), 0.03f, top - random->real(0.16f, 0.3f), top, random->bits());
  }
  if (stretch.half_width < 1.2f) return;
  for (float along = random->real(0.8f, 5.0f); along < stretch.length - 0.8f;
       along += random->real(2.0f, 7.0f)) {
    const int side = random->integer(0, 1);
    const float half = random->real(0.15f, 0.32f);
    const float right = (side == 0 ? -1.0f : 1.0f) * (stretch.half_width - half - 0.05f);
    const Vector foot = stretch.point(along, right, 0.0f);
    const std::uint32_t seed = random->bits();
    const float top = random->real(0.35f, 1.0f);
    if (random->chance(0.35f)) {  // a pot; the plant itself is a panel that turns to the camera
      building->add_box(PanelKind::parcel, index, foot, half * 0.7f, half * 0.7f, 0.0f, 0.4f, seed);
      building->add_plant({foot.x, 0.35f, foot.z}, half * 1.5f, random->real(0.9f, 1.9f), seed);
    } else {
      building->add_box(PanelKind::parcel, index, foot, half, random->real(0.15f, 0.5f), 0.0f, top, seed);
    }
    building->take(index, side, along - 0.4f, along + 0.4f, 2.0f * half + 0.05f);
  }
}

}  // namespace

void furnish_wall(Building* building, std::size_t stretch, int side, Vector from, Vector to) {
  if (length(to - from) > 0.05f) WallBuilder(building, stretch, side, from, to).build();
}

void furnish(Building* building) {
  for (std::size_t i = 0; i < building->stretches().size(); ++i) {
    const Stretch& stretch = building->stretches()[i];
    Sequence random(hash(stretch.decor.seed, 531));
    hang_lamps(building, i);
    if (stretch.hall) add_columns(building, i, &random);
    if (i > 0 && random.chance(0.3f) && building->stretches()[i - 1].cosine == stretch.cosine)
      add_portal(building, i, &random);
    add_objects(building, i, &random);
  }
}

}  // namespace bitplace::world
