// The street that both drives go along: a winding road between buildings, with trees, lamps and side streets.
// Ground coordinates are metres: z along the street, x across it; y is height.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "world/color.h"

namespace bitplace::world {

inline constexpr float kRoadHalfWidth = 4.6f;
inline constexpr float kFacadeDistance = 8.5f;  // from the middle of the road, without a setback

enum class BoxKind : std::uint8_t { building, roof, car_body, car_cabin, bus };

// An upright box, turned about its vertical axis. Local axes: `u` across (away from the road's left), `v`
// along the street.
struct Box {
  BoxKind kind = BoxKind::building;
  float x = 0.0f;  // centre
  float z = 0.0f;
  float half_across = 0.0f;
  float half_along = 0.0f;
  float sine = 0.0f;  // of the heading
  float cosine = 1.0f;
  float bottom = 0.0f;
  float top = 0.0f;
  std::uint32_t seed = 0;
};

enum class SpriteKind : std::uint8_t { crown, trunk, lamp, person };

// A flat picture that always faces the camera.
struct Sprite {
  SpriteKind kind = SpriteKind::crown;
  float x = 0.0f;
  float z = 0.0f;
  float half_width = 0.0f;
  float bottom = 0.0f;
  float top = 0.0f;
  std::uint32_t seed = 0;
};

class Street {
 public:
  Street(std::uint32_t seed, float length);

  float centre(float z) const;  // x of the middle of the road
  float slope(float z) const;   // dx/dz of the middle of the road
  std::uint32_t seed() const { return seed_; }
  const std::vector<Box>& boxes() const { return boxes_; }
  const std::vector<Sprite>& sprites() const { return sprites_; }

  // A box beside or on the road, in line with it; `offset` is its centre's distance right of the middle.
  Box place(BoxKind kind, float z, float offset, float half_across, float half_along, float height,
            std::uint32_t seed) const;

  // Height of the building row on one side (-1 left, +1 right) beside z, 0 in a gap.
  float skyline(int side, float z) const;
  // Darkness (0 to 1) that the crowns of trees cast on the ground at a point, for light that comes along
  // (dx, dz) per metre of height.
  float crown_shadow(float x, float z, float dx, float dz) const;

 private:
  void add_row(int side);
  void add_building(int side, float begin, float width, std::uint32_t seed);
  void add_trees(int side);

  std::uint32_t seed_;
  float begin_;
  float end_;
  std::array<float, 3> phases_{};
  std::vector<Box> boxes_;
  std::vector<Sprite> sprites_;
  std::array<std::vector<float>, 2> skyline_;         // per side, one value per metre
  std::vector<std::vector<std::size_t>> crown_bins_;  // indices of crowns by stretch of the street
};

}  // namespace bitplace::world
