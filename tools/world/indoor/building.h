// The inside of a building: a walk through corridors and halls, their walls and what stands in them.
// Ground coordinates are metres, as in a street; y is height.
#pragma once

#include <cstdint>
#include <vector>

#include "world/color.h"
#include "world/vector.h"

namespace bitplace::world {

// What decides the look of one stretch.
struct Decor {
  std::uint32_t seed = 0;
  Color wall[2];  // left, right
  Color dado[2];  // below dado_height
  float dado_height = 0.0f;
  Color skirting;
  Color door;
  Color frame;
  Color floor[2];
  int floor_pattern = 0;  // 0 carpet, 1 tiles, 2 lino, 3 parquet
  float floor_mirror = 0.0f;
  int ceiling_pattern = 0;  // 0 tiles, 1 plaster, 2 slats, 3 dark with ducts
  float lamp_spacing = 2.4f;
  float lamp_half_along = 0.3f;
  float lamp_half_across = 0.3f;
  float lamp_offset = 0.0f;  // right of the middle
  bool lamp_round = false;
  int lamp_rows = 1;
};

// A straight piece of the walk.
struct Stretch {
  float x = 0.0f;  // where it begins
  float z = 0.0f;
  float sine = 0.0f;  // of the heading
  float cosine = 1.0f;
  float begin = 0.0f;  // metres from the walk's beginning
  float length = 0.0f;
  float half_width = 1.0f;
  bool hall = false;
  Decor decor;

  Vector point(float along, float right, float y) const {
    return {x + along * sine + right * cosine, y, z + along * cosine - right * sine};
  }
  float along(Vector p) const { return (p.x - x) * sine + (p.z - z) * cosine; }
  float right(Vector p) const { return (p.x - x) * cosine - (p.z - z) * sine; }
};

enum class PanelKind : std::uint8_t {
  wall,
  door,
  room_window,
  glass_wall,
  outer_window,
  board,
  lockers,
  shelf,
  cabinet,
  column,
  bench,
  parcel,
  sign,
  beam,
  plant,
  person
};

// An upright rectangle, the same from both sides.
struct Panel {
  PanelKind kind = PanelKind::wall;
  Vector corner;         // at its foot
  float along_x = 0.0f;  // unit length, along its foot
  float along_z = 1.0f;
  float normal_x = 0.0f;  // unit length, to the right of that
  float normal_z = 0.0f;
  float width = 0.0f;
  float top = 0.0f;
  float offset = 0.0f;  // of its corner from the beginning of the wall that it is a part of
  std::uint16_t stretch = 0;
  std::uint8_t side = 0;  // of the stretch: 0 left, 1 right
  std::uint32_t seed = 0;
};

// A level rectangle: the top or the underside of a box.
struct Lid {
  PanelKind kind = PanelKind::wall;
  Vector centre;
  float sine = 0.0f;
  float cosine = 1.0f;
  float half_across = 0.0f;
  float half_along = 0.0f;
  bool upwards = true;
  std::uint32_t seed = 0;
};

struct Lamp {
  Vector position;
  float normal_x = 0.0f;  // of a window that lets in daylight; 0, 0 for a lamp in the ceiling
  float normal_z = 0.0f;
  float area = 1.0f;
  std::uint32_t seed = 0;
};

// A flat picture that turns to the camera.
struct Cutout {
  PanelKind kind = PanelKind::plant;
  Vector foot;
  float half_width = 0.3f;
  float top = 1.7f;
  std::uint32_t seed = 0;
};

// Lamps hang in rows along a stretch; number `index` of a row is (index + 1/2) * lamp_spacing along it.
inline float lamp_right(const Stretch& stretch, int row) {
  const float apart = static_cast<float>(2 * row + 1 - stretch.decor.lamp_rows);
  return stretch.decor.lamp_offset + apart * stretch.half_width * 0.5f;
}
inline std::uint32_t lamp_seed(const Decor& decor, int index, int row) {
  return hash(decor.seed, 541, static_cast<std::uint32_t>(index * 4 + row));
}

struct Standpoint {
  float x = 0.0f;
  float z = 0.0f;
  float heading = 0.0f;
};

class Building {
 public:
  Building(std::uint32_t seed, float length);

  std::uint32_t seed() const { return seed_; }
  float ceiling() const { return ceiling_; }
  const std::vector<Stretch>& stretches() const { return stretches_; }
  const std::vector<Panel>& panels() const { return panels_; }
  const std::vector<Lid>& lids() const { return lids_; }
  const std::vector<Cutout>& plants() const { return plants_; }
  const std::vector<Lamp>& lamps() const { return lamps_; }

  // The point `right` metres beside the walk's middle, as far as walls and furniture leave room, and the
  // direction in which one walks there.
  Standpoint standpoint(float distance, float right) const;

  // For those who furnish it.
  void add_panel(PanelKind kind, std::size_t stretch, int side, Vector from, Vector to, float bottom,
                 float top, float offset, std::uint32_t seed);
  void add_box(PanelKind kind, std::size_t stretch, Vector centre, float half_across, float half_along,
               float bottom, float top, std::uint32_t seed);
  void take(std::size_t stretch, int side, float from, float to, float depth);
  void add_plant(Vector foot, float half_width, float top, std::uint32_t seed) {
    plants_.push_back({PanelKind::plant, foot, half_width, top, seed});
  }
  void add_lamp(const Lamp& lamp) { lamps_.push_back(lamp); }

 private:
  // A part of a stretch where something stands at a wall.
  struct Taken {
    std::size_t stretch;
    int side;
    float from;  // along the stretch
    float to;
    float depth;
  };

  void lay_out(float length);
  void build_walls();
  Vector walk_point(float distance) const;
  float free_width(float distance, int side) const;

  std::uint32_t seed_;
  float ceiling_ = 2.7f;
  std::vector<Stretch> stretches_;
  std::vector<Panel> panels_;
  std::vector<Lid> lids_;
  std::vector<Cutout> plants_;
  std::vector<Lamp> lamps_;
  std::vector<Taken> taken_;
};

}  // namespace bitplace::world
