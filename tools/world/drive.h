// A drive along the street: its hour and weather, its lane, what moves and what is parked, its camera.
#pragma once

#include <cstdint>
#include <vector>

#include "world/film.h"
#include "world/street.h"

namespace bitplace::world {

struct Light {
  float sun_x = 0.0f;  // towards the sun, unit length
  float sun_y = 1.0f;
  float sun_z = 0.0f;
  Color sun;      // light of the sun on a surface that faces it
  Color ambient;  // light of the sky
  Color zenith;   // colours of the sky
  Color horizon;
  float clouds = 0.3f;       // share of the sky
  float lit_windows = 0.0f;  // brightness of windows with a lamp behind them
  float snow = 0.0f;         // share of the ground and the roofs under snow; trees are bare from one half on
  std::uint32_t sky_seed = 0;
};

struct Pose {
  float x = 0.0f;
  float z = 0.0f;
  float heading = 0.0f;  // radians to the right of the z axis
  float eye = 1.6f;      // height above the road
  float horizon = 0.5f;  // height of the horizon in the picture, as a share from the top
};

struct Frame {
  Pose pose;
  std::vector<Box> boxes;       // cars and buses
  std::vector<Sprite> sprites;  // people
  Film film;
};

struct Drive {
  Light light;
  std::vector<Frame> frames;
};

struct DriveOptions {
  std::uint32_t seed = 0;
  int places = 100;
  float spacing = 5.0f;  // metres from one place to the next
};

// The first drive: a clear midday, in the right lane.
Drive first_drive(const Street& street, const DriveOptions& options);
// The second: a hazy late afternoon with a low, warm sun, in the middle of the road, other traffic, a less
// steady camera.
Drive second_drive(const Street& street, const DriveOptions& options);
// Drive number `index` of many, for training: its season, hour, weather, lane, traffic and camera are drawn
// from the seed and the index.
Drive random_drive(const Street& street, const DriveOptions& options, int index);

}  // namespace bitplace::world
