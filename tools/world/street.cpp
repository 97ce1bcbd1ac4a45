#include "world/street.h"

#include <cmath>

namespace bitplace::world {
namespace {

constexpr float kBehind = 30.0f;  // the street goes on behind the first place and beyond the last
constexpr float kBeyond = 220.0f;
constexpr float kBinLength = 10.0f;

// Two bends of different length; |slope| stays below 0.3.
struct Bend {
  float amplitude;
  float wavelength;
};
constexpr std::array<Bend, 3> kBends{{{14.0f, 90.0f}, {3.0f, 34.0f}, {6.0f, 61.0f}}};

}  // namespace

Street::Street(std::uint32_t seed, float length) : seed_(seed), begin_(-kBehind), end_(length + kBeyond) {
  for (std::size_t i = 0; i < phases_.size(); ++i)
    phases_[i] = unit_interval(hash(seed, 77, static_cast<std::uint32_t>(i))) * 6.2832f;
  for (auto& side : skyline_)
    side.assign(static_cast<std::size_t>(end_ - begin_) + 1, 0.0f);
  for (const int side : {-1, 1}) {
    add_row(side);
    add_trees(side);
  }
  crown_bins_.resize(static_cast<std::size_t>((end_ - begin_) / kBinLength) + 1);
  for (std::size_t i = 0; i < sprites_.size(); ++i) {
    if (sprites_[i].kind == SpriteKind::crown) {
      crown_bins_[static_cast<std::size_t>((sprites_[i].z - begin_) / kBinLength)].push_back(i);
    }
  }
}

float Street::centre(float z) const {
  float x = 0.0f;
  for (std::size_t i = 0; i < kBends.size(); ++i)
    x += kBends[i].amplitude * std::sin(z / kBends[i].wavelength + phases_[i]);
  return x;
}

float Street::slope(float z) const {
  float dx = 0.0f;
  for (std::size_t i = 0; i < kBends.size(); ++i)
    dx += kBends[i].amplitude / kBends[i].wavelength * std::cos(z / kBends[i].wavelength + phases_[i]);
  return dx;
}

Box Street::place(BoxKind kind, float z, float offset, float half_across, float half_along, float height,
                  std::uint32_t seed) const {
  const float heading = std::atan(slope(z));
  Box box;
  box.kind = kind;
  box.sine = std::sin(heading);
  box.cosine = std::cos(heading);
  box.x = centre(z) + offset * box.cosine;
  box.z = z - offset * box.sine;
  box.half_across = half_across;
  box.half_along = half_along;
  box.top = height;
  box.seed = seed;
  return box;
}

void Street::add_building(int side, float begin, float width, std::uint32_t seed) {
  Sequence random(seed);
  const int floors = random.integer(1, 5);
  const float height = 4.0f + 3.0f * static_cast<float>(floors) + random.real(0.0f, 1.5f);
  const float half_depth = random.real(4.0f, 7.0f);
  const float setback = random.chance(0.25f) ? random.real(1.0f, 3.5f) : random.real(0.0f, 0.5f);
  const float offset = static_cast<float>(side) * (kFacadeDistance + setback + half_depth);
  const float middle = begin + width / 2.0f;
  boxes_.push_back(place(BoxKind::building, middle, offset, half_depth, width / 2.0f, height, seed));
  for (float z = begin; z < begin + width; z += 1.0f) {
    const auto bin = static_cast<std::size_t>(z - begin_);
    if (z >= begin_ && bin < skyline_[0].size()) skyline_[side < 0 ? 0 : 1][bin] = height;
  }
  // Attics, chimneys and tanks make each roof line its own.
  const int roofs = random.integer(0, 3);
  for (int i = 0; i < roofs; ++i) {
    const float half_along = random.real(0.4f, width * 0.3f);
    const float along = random.real(-width / 2.0f + half_along, width / 2.0f - half_along);
    Box roof = place(BoxKind::roof, middle + along,
                     offset - static_cast<float>(side) * random.real(0.0f, half_depth - 1.5f),
                     random.real(0.5f, 1.4f), half_along, height + random.real(0.8f, 2.8f), random.bits());
    roof.bottom = height;
    boxes_.push_back(roof);
  }
}

void Street::add_row(int side) {
  Sequence random(hash(seed_, side < 0 ? 11u : 12u));
  float z = begin_ + random.real(0.0f, 5.0f);
  while (z < end_ - 25.0f) {
    const float width = random.real(7.0f, 17.0f);
    add_building(side, z, width, random.bits());
    z += width;
    if (random.chance(0.28f)) z += random.real(3.0f, 10.0f);  // a side street or a yard
  }
}

void Street::add_trees(int side) {
  Sequence random(hash(seed_, side < 0 ? 21u : 22u));
  for (float z = begin_ + 2.0f; z < end_ - 5.0f; z += random.real(7.0f, 26.0f)) {
    const float offset = static_cast<float>(side) * (kRoadHalfWidth + random.real(0.8f, 1.6f));
    const float x = centre(z) + offset;
    const std::uint32_t seed = random.bits();
    if (random.chance(0.3f)) {
      sprites_.push_back({SpriteKind::lamp, x, z, 0.9f, 0.0f, 6.0f, seed});
      continue;
    }
    const float height = random.real(4.0f, 9.0f);
    const float radius = random.real(1.2f, 2.4f);
    const float foot = std::max(height - 2.2f * radius, 1.6f);
    sprites_.push_back({SpriteKind::trunk, x, z, random.real(0.1f, 0.22f), 0.0f, foot + 0.8f, seed});
    sprites_.push_back({SpriteKind::crown, x, z - 0.01f, radius, foot, height, seed});
  }
}

float Street::skyline(int side, float z) const {
  const auto bin = static_cast<std::ptrdiff_t>(std::floor(z - begin_));
  const auto& heights = skyline_[side < 0 ? 0 : 1];
  if (bin < 0 || bin >= static_cast<std::ptrdiff_t>(heights.size())) return 0.0f;
  return heights[static_cast<std::size_t>(bin)];
}

float Street::crown_shadow(float x, float z, float dx, float dz) const {
  constexpr float kTypicalHeight = 5.0f;
  const float at = z + dz * kTypicalHeight - begin_;
  const auto bin = static_cast<std::ptrdiff_t>(std::floor(at / kBinLength));
  float darkness = 0.0f;
  for (std::ptrdiff_t b = bin - 1; b <= bin + 1; ++b) {
    if (b < 0 || b >= static_cast<std::ptrdiff_t>(crown_bins_.size())) continue;
    for (const std::size_t index : crown_bins_[static_cast<std::size_t>(b)]) {
      const Sprite& crown = sprites_[index];
      const float height = (crown.bottom + crown.top) / 2.0f;
      const float ex = x + dx * height - crown.x;
      const float ez = z + dz * height - crown.z;
      const float distance = std::sqrt(ex * ex + ez * ez) / crown.half_width;
      if (distance > 1.15f) continue;
      const float leaves = fractal_noise(crown.seed, x * 2.0f, z * 2.0f, 2);
      darkness = std::max(darkness, smooth_step(1.15f, 0.55f, distance + leaves * 0.4f));
    }
  }
  return darkness;
}

}  // namespace bitplace::world
