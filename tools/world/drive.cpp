#include "world/drive.h"

#include <cmath>

namespace bitplace::world {
namespace {

// How one drive differs from the other.
struct Manner {
  std::uint32_t seed;
  float lane;            // metres right of the middle of the road
  float lane_wander;     // metres
  float along_wander;    // metres
  float heading_wander;  // radians
  float exposure;
  float exposure_wander;  // factor
  float blur;
  float noise;
  float parked;   // probability of a parked car at each spot
  float traffic;  // probability of a car ahead
  float people;   // people per 10 metres and side
};

struct Traffic {
  std::vector<Box> parked;
  std::vector<Sprite> people;
};

void add_car(const Street& street, float z, float offset, std::uint32_t seed, std::vector<Box>* boxes) {
  const bool bus = unit_interval(hash(seed, 40)) < 0.07f;
  if (bus) {
    Box body = street.place(BoxKind::bus, z, offset, 1.25f, 5.0f, 3.1f, seed);
    body.bottom = 0.35f;
    boxes->push_back(body);
    return;
  }
  const float length = mix(1.8f, 2.4f, unit_interval(hash(seed, 41)));
  const float roof = mix(1.35f, 1.85f, unit_interval(hash(seed, 42)));
  Box body = street.place(BoxKind::car_body, z, offset, 0.88f, length, 0.9f, seed);
  body.bottom = 0.22f;
  Box cabin = street.place(BoxKind::car_cabin, z - 0.15f * length, offset, 0.76f, length * 0.55f, roof, seed);
  cabin.bottom = 0.9f;
  boxes->push_back(body);
  boxes->push_back(cabin);
}

Traffic standing_traffic(const Street& street, const Manner& manner, float length) {
  Traffic traffic;
  Sequence random(hash(manner.seed, 71));
  for (const float side : {-1.0f, 1.0f}) {
    for (float z = -10.0f; z < length + 120.0f; z += 6.2f) {
      if (!random.chance(manner.parked)) continue;
      add_car(street, z + random.real(-0.4f, 0.4f), side * (kRoadHalfWidth - 0.75f), random.bits(),
              &traffic.parked);
    }
    for (float z = 0.0f; z < length + 60.0f; z += 10.0f) {
      for (float crowd = manner.people; crowd > 0.0f; crowd -= 1.0f) {
        if (!random.chance(std::min(crowd, 1.0f))) continue;
        const float at = z + random.real(0.0f, 10.0f);
        const float x = street.centre(at) + side * random.real(kRoadHalfWidth + 0.4f, kFacadeDistance - 0.5f);
        const float height = random.real(1.5f, 1.9f);
        traffic.people.push_back({SpriteKind::person, x, at, 0.3f, 0.0f, height, random.bits()});
      }
    }
  }
  return traffic;
}

void add_moving_cars(const Street& street, const Manner& manner, float z, Sequence* random, Frame* frame) {
  if (random->chance(manner.traffic)) {  // ahead, in the same lane
    add_car(street, z + random->real(10.0f, 30.0f), manner.lane, random->bits(), &frame->boxes);
  }
  if (random->chance(manner.traffic)) {  // in the other lane
    add_car(street, z + random->real(7.0f, 45.0f), -manner.lane, random->bits(), &frame->boxes);
  }
}

Frame make_frame(const Street& street, const Manner& manner, const Traffic& traffic, float place_z,
                 std::uint32_t index) {
  Sequence random(hash(manner.seed, 72, index));
  Frame frame;
  const float z = place_z + random.real(-1.0f, 1.0f) * manner.along_wander;
  frame.pose.z = z;
  frame.pose.x = street.centre(z) + manner.lane + random.real(-1.0f, 1.0f) * manner.lane_wander;
  frame.pose.heading = std::atan(street.slope(z + 6.0f)) + random.real(-1.0f, 1.0f) * manner.heading_wander;
  frame.pose.horizon = 0.52f + random.real(-0.012f, 0.012f);
  frame.boxes = traffic.parked;
  frame.sprites = traffic.people;
  add_moving_cars(street, manner, z, &random, &frame);
  frame.film.exposure = manner.exposure * (1.0f + random.real(-1.0f, 1.0f) * manner.exposure_wander);
  frame.film.blur = manner.blur * random.real(0.0f, 1.0f);
  frame.film.noise = manner.noise;
  frame.film.seed = random.bits();
  return frame;
}

Drive make_drive(const Street& street, const DriveOptions& options, const Manner& manner,
                 const Light& light) {
  Drive drive;
  drive.light = light;
  const Traffic traffic =
      standing_traffic(street, manner, static_cast<float>(options.places) * options.spacing);
  for (int place = 0; place < options.places; ++place) {
    drive.frames.push_back(make_frame(street, manner, traffic, static_cast<float>(place) * options.spacing,
                                      static_cast<std::uint32_t>(place)));
  }
  return drive;
}

Light light_from(float azimuth_degrees, float elevation_degrees) {
  constexpr float kRadians = 0.017453293f;
  const float azimuth = azimuth_degrees * kRadians;
  const float elevation = elevation_degrees * kRadians;
  Light light;
  light.sun_x = std::cos(elevation) * std::sin(azimuth);
  light.sun_y = std::sin(elevation);
  light.sun_z = std::cos(elevation) * std::cos(azimuth);
  return light;
}

// Clear, hazy, overcast, dusk or night, with the sun anywhere.
Light random_light(Sequence* random) {
  Light light = light_from(random->real(-180.0f, 180.0f), random->real(8.0f, 60.0f));
  const float warm = random->real(0.0f, 1.0f);
  light.sun = mix(Color{1.6f, 1.5f, 1.35f}, Color{1.6f, 0.95f, 0.5f}, warm) * random->real(0.6f, 1.1f);
  light.ambient = mix(Color{0.42f, 0.48f, 0.6f}, Color{0.46f, 0.44f, 0.46f}, warm);
  light.zenith = mix(Color{0.14f, 0.31f, 0.74f}, Color{0.24f, 0.32f, 0.55f}, warm);
  light.horizon = mix(Color{0.62f, 0.74f, 0.9f}, Color{0.85f, 0.68f, 0.55f}, warm);
  light.clouds = random->real(0.1f, 1.0f);
  const float weather = random->real(0.0f, 1.0f);
  if (weather < 0.3f) {  // overcast
    const float grey = random->real(0.45f, 0.9f);
    light.sun = light.sun * 0.06f;
    light.ambient = {grey, grey, grey * 1.05f};
    light.zenith = light.horizon = Color{grey, grey, grey * 1.04f} * random->real(0.9f, 1.3f);
  } else if (weather < 0.42f) {  // dusk
    light.sun = light.sun * 0.08f;
    light.ambient = light.ambient * 0.3f;
    light.zenith = light.zenith * 0.25f;
    light.horizon = light.horizon * 0.45f;
    light.lit_windows = random->real(0.3f, 0.9f);
  } else if (weather < 0.54f) {  // night: the lamps light the street a little
    light.sun = {};
    light.ambient = Color{0.1f, 0.085f, 0.06f} * random->real(0.5f, 1.5f);
    light.zenith = {0.01f, 0.012f, 0.02f};
    light.horizon = {0.035f, 0.03f, 0.03f};
    light.lit_windows = random->real(0.6f, 1.2f);
  }
  if (random->chance(0.3f)) light.snow = random->real(0.4f, 1.0f);
  light.sky_seed = random->bits();
  return light;
}

Manner random_manner(Sequence* random) {
  Manner manner{};
  manner.seed = random->bits();
  manner.lane = random->real(-2.2f, 2.2f);
  manner.lane_wander = 0.5f;
  manner.along_wander = 1.5f;
  manner.heading_wander = 0.06f;
  manner.exposure = random->real(0.6f, 1.4f);
  manner.exposure_wander = 0.2f;
  manner.blur = random->real(0.0f, 1.5f);
  manner.noise = random->real(0.5f, 5.0f);
  manner.parked = random->real(0.0f, 0.6f);
  manner.traffic = random->real(0.0f, 0.6f);
  manner.people = random->real(0.0f, 1.0f);
  return manner;
}

}  // namespace

Drive random_drive(const Street& street, const DriveOptions& options, int index) {
  Sequence random(hash(options.seed, 301, static_cast<std::uint32_t>(index)));
  const Light light = random_light(&random);
  Manner manner = random_manner(&random);
  if (light.ambient.g < 0.2f) manner.exposure *= 2.0f;  // the camera opens in the dark
  return make_drive(street, options, manner, light);
}

Drive first_drive(const Street& street, const DriveOptions& options) {
  Light light = light_from(-115.0f, 42.0f);
  light.sun = {1.55f, 1.4f, 1.15f};
  light.ambient = {0.42f, 0.48f, 0.58f};
  light.zenith = {0.16f, 0.33f, 0.72f};
  light.horizon = {0.62f, 0.74f, 0.88f};
  light.clouds = 0.35f;
  light.sky_seed = hash(options.seed, 101);
  Manner manner{};
  manner.seed = hash(options.seed, 201);
  manner.lane = 1.7f;
  manner.lane_wander = 0.15f;
  manner.along_wander = 0.2f;
  manner.heading_wander = 0.01f;
  manner.exposure = 1.0f;
  manner.exposure_wander = 0.05f;
  manner.blur = 0.3f;
  manner.noise = 1.5f;
  manner.parked = 0.35f;
  manner.traffic = 0.3f;
  manner.people = 0.5f;
  return make_drive(street, options, manner, light);
}

Drive second_drive(const Street& street, const DriveOptions& options) {
  Light light = light_from(-70.0f, 24.0f);
  light.sun = {1.5f, 1.08f, 0.7f};
  light.ambient = {0.4f, 0.44f, 0.54f};
  light.zenith = {0.18f, 0.31f, 0.63f};
  light.horizon = {0.74f, 0.71f, 0.71f};
  light.clouds = 0.6f;
  light.lit_windows = 0.3f;
  light.sky_seed = hash(options.seed, 102);
  Manner manner{};
  manner.seed = hash(options.seed, 202);
  manner.lane = 0.0f;
  manner.lane_wander = 0.15f;
  manner.along_wander = 0.7f;
  manner.heading_wander = 0.02f;
  manner.exposure = 0.85f;
  manner.exposure_wander = 0.1f;
  manner.blur = 0.5f;
  manner.noise = 2.0f;
  manner.parked = 0.5f;
  manner.traffic = 0.45f;
  manner.people = 0.8f;
  return make_drive(street, options, manner, light);
}

}  // namespace bitplace::world
