#include "world/shading.h"

#include <cmath>

namespace bitplace::world {
namespace {

// Whether the row of buildings between a point and the sun is lower than the light.
bool in_sunlight(const Street& street, const Light& light, Vector point) {
  const float slope = street.slope(point.z);
  const float across = light.sun_x - slope * light.sun_z;  // towards the right, per unit of the ray
  if (std::abs(across) < 1e-3f) return true;
  const int side = across > 0.0f ? 1 : -1;
  const float offset = point.x - street.centre(point.z);
  const float length = (static_cast<float>(side) * kFacadeDistance - offset) / across;
  if (length <= 0.0f) return true;
  return point.y + length * light.sun_y > street.skyline(side, point.z + length * light.sun_z);
}

Color lit(const Street& street, const Light& light, Vector point, Vector normal, const Surface& surface) {
  const float facing = normal.x * light.sun_x + normal.y * light.sun_y + normal.z * light.sun_z;
  Color light_here = light.ambient * (0.75f + 0.25f * normal.y);
  if (facing > 0.0f && in_sunlight(street, light, point)) light_here += light.sun * facing;
  // Corners near the ground see less of the sky.
  light_here = light_here * mix(0.7f, 1.0f, smooth_step(0.0f, 2.0f, point.y));
  Color color = surface.albedo * light_here;
  if (surface.mirror > 0.0f)
    color = mix(color, mix(light.horizon, light.zenith, 0.3f), surface.mirror * 0.7f);
  if (surface.glow > 0.0f) color += Color{1.0f, 0.75f, 0.4f} * (surface.glow * light.lit_windows * 0.6f);
  return color;
}

Surface car_surface(const Box& box, float u, float v, float width) {
  const Color paint = random_color(hash(box.seed, 43), 0.55f);
  if (box.kind == BoxKind::car_cabin) {
    const bool pillar =
        v > box.top - 0.12f || u < 0.1f || u > width - 0.1f || std::abs(u - width / 2.0f) < 0.06f;
    return pillar ? Surface{paint, 0.15f, 0.0f} : Surface{{0.03f, 0.035f, 0.04f}, 0.35f, 0.0f};
  }
  if (box.kind == BoxKind::bus) {
    const bool glass = v > 1.3f && v < 2.5f && std::fmod(u, 1.5f) > 0.12f;
    if (glass) return {{0.04f, 0.05f, 0.05f}, 0.4f, 0.5f};
    return {v < 0.8f ? paint * 0.5f : paint, 0.1f, 0.0f};
  }
  const bool wheel =
      v < 0.55f && width > 3.0f && (std::abs(u - width * 0.2f) < 0.32f || std::abs(u - width * 0.8f) < 0.32f);
  if (wheel || v < 0.32f) return {{0.015f, 0.015f, 0.016f}, 0.0f, 0.0f};
  const bool lamp = width < 3.0f && v > 0.6f && v < 0.8f && (u < 0.35f || u > width - 0.35f);
  if (lamp) return {{0.6f, 0.05f, 0.03f}, 0.1f, 0.6f};
  const bool plate = width < 3.0f && v > 0.45f && v < 0.58f && std::abs(u - width / 2.0f) < 0.26f;
  return {plate ? Color{0.8f, 0.8f, 0.75f} : paint, 0.12f, 0.0f};
}

// Snow lies where the noise says, so that paths and edges show through.
Color under_snow(Color albedo, const Light& light, std::uint32_t seed, Vector point) {
  if (light.snow <= 0.0f) return albedo;
  const float bare = fractal_noise(seed, point.x * 0.3f, point.z * 0.3f, 3);
  const float cover = smooth_step(bare - 0.15f, bare + 0.15f, light.snow);
  return mix(albedo, Color{0.85f, 0.87f, 0.92f}, cover);
}

Surface road_surface(const Street& street, Vector point, float offset) {
  const std::uint32_t seed = street.seed();
  const float grain = 0.8f + 0.4f * fractal_noise(seed, point.x * 5.0f, point.z * 5.0f, 2);
  const bool dash = std::abs(offset) < 0.08f && std::fmod(point.z + 600.0f, 6.0f) < 2.6f;
  const float crossing = std::fmod(point.z + 600.0f, 67.0f);
  const bool stripe = crossing < 3.2f && std::fmod(offset + 50.0f, 1.0f) < 0.5f;
  if ((dash || stripe) && grain > 0.88f) return {{0.62f, 0.62f, 0.6f}, 0.0f, 0.0f};
  const float patch = fractal_noise(hash(seed, 91), point.x * 0.25f, point.z * 0.12f, 2);
  const Color asphalt = patch > 0.62f ? Color{0.07f, 0.07f, 0.075f} : Color{0.13f, 0.13f, 0.135f};
  return {asphalt * grain, 0.0f, 0.0f};
}

Surface pavement_surface(const Street& street, Vector point, float offset) {
  const bool joint = std::fmod(std::abs(offset), 0.8f) < 0.05f || std::fmod(point.z + 600.0f, 0.8f) < 0.05f;
  const float tone = lattice(street.seed(), static_cast<int>(std::floor(offset / 0.8f)),
                             static_cast<int>(std::floor(point.z / 0.8f)));
  const Color slab = Color{0.32f, 0.3f, 0.28f} * (0.8f + 0.4f * tone);
  return {joint ? slab * 0.6f : slab, 0.0f, 0.0f};
}

}  // namespace

Color sky_color(const Light& light, Vector direction) {
  const float flat = std::sqrt(direction.x * direction.x + direction.z * direction.z);
  const float elevation = std::atan2(direction.y, flat);
  const float azimuth = std::atan2(direction.x, direction.z);
  const float hills = 0.035f + 0.07f * fractal_noise(7u, azimuth * 5.0f + 40.0f, 0.5f, 3);
  if (elevation < hills) return mix(light.horizon * 0.75f, Color{0.10f, 0.16f, 0.12f}, 0.35f);
  Color sky = mix(light.horizon, light.zenith, smooth_step(0.0f, 0.9f, elevation));
  const float height = std::max(direction.y, 0.02f) / std::max(flat, 1e-3f);
  const float cloud = fractal_noise(light.sky_seed, direction.x / flat * 0.9f / (height + 0.25f) + 20.0f,
                                    direction.z / flat * 0.9f / (height + 0.25f) + 20.0f, 4);
  const float cover = smooth_step(0.72f - 0.4f * light.clouds, 0.95f - 0.4f * light.clouds, cloud);
  sky = mix(sky, light.horizon * 0.6f + Color{0.4f, 0.4f, 0.4f}, cover * 0.8f);
  const float length = std::sqrt(flat * flat + direction.y * direction.y);
  const float towards_sun =
      (direction.x * light.sun_x + direction.y * light.sun_y + direction.z * light.sun_z) / length;
  return sky + light.sun * (0.5f * smooth_step(0.86f, 1.0f, towards_sun));
}

Color box_color(const Street& street, const Light& light, const Box& box, Vector point, Vector normal,
                bool front, float u, float v, float width) {
  switch (box.kind) {
    case BoxKind::building:
      return lit(street, light, point, normal, facade_surface(box, front, u, v, width));
    case BoxKind::roof: {
      const Color tiles = under_snow(random_color(box.seed, 0.5f) * 0.7f, light, box.seed, point);
      const bool row = std::fmod(v, 0.4f) < 0.12f;
      return lit(street, light, point, normal, {row ? tiles * 0.6f : tiles, 0.0f, 0.0f});
    }
    default:
      return lit(street, light, point, normal, car_surface(box, u, v, width));
  }
}

Color ground_color(const Street& street, const Light& light, Vector point) {
  const float offset = point.x - street.centre(point.z);
  const float distance = std::abs(offset);
  Surface surface;
  if (distance < kRoadHalfWidth) {
    surface = road_surface(street, point, offset);
  } else if (distance < kRoadHalfWidth + 0.18f) {
    surface.albedo = {0.45f, 0.44f, 0.42f};
  } else if (distance < kFacadeDistance + 0.6f) {
    surface = pavement_surface(street, point, offset);
  } else {
    const float grass = fractal_noise(street.seed() + 5u, point.x, point.z, 3);
    surface.albedo =
        mix(Color{0.08f, 0.14f, 0.04f}, Color{0.28f, 0.24f, 0.16f}, smooth_step(0.4f, 0.6f, grass));
  }
  surface.albedo = under_snow(surface.albedo, light, street.seed() + 17u, point);
  const Color color = lit(street, light, point, {0.0f, 1.0f, 0.0f}, surface);
  const float shadow =
      street.crown_shadow(point.x, point.z, light.sun_x / light.sun_y, light.sun_z / light.sun_y);
  return color * (1.0f - 0.5f * shadow);
}

bool sprite_color(const Light& light, const Sprite& sprite, float x, float y, Color* color) {
  const Color all_light = light.ambient + light.sun * 0.45f;
  switch (sprite.kind) {
    case SpriteKind::trunk:
      *color =
          Color{0.16f, 0.12f, 0.08f} * (0.7f + 0.3f * noise(sprite.seed, x * 3.0f, y * 20.0f)) * all_light;
      return true;
    case SpriteKind::lamp:
      *color = Color{0.12f, 0.13f, 0.13f} * all_light;
      if (y > 0.95f && x > -0.1f) {
        *color += Color{1.0f, 0.8f, 0.5f} * light.lit_windows;
        return true;
      }
      return std::abs(x) < 0.08f;
    case SpriteKind::person: {
      const bool head = x * x * 1.9f + (y - 0.92f) * (y - 0.92f) * 60.0f < 0.35f;
      const bool torso = y > 0.45f && y < 0.84f && std::abs(x) < 0.75f;
      const bool legs = y <= 0.45f && std::abs(std::abs(x) - 0.32f) < 0.24f;
      if (!head && !torso && !legs) return false;
      const Color cloth = random_color(hash(sprite.seed, legs ? 2u : 1u), 0.8f);
      *color = (head ? Color{0.5f, 0.33f, 0.24f} : cloth) * all_light * 0.8f;
      return true;
    }
    case SpriteKind::crown: {
      const float cy = y * 2.0f - 1.0f;
      const float leaves = fractal_noise(sprite.seed, x * 4.0f + 30.0f, cy * 4.0f, 3);
      if (light.snow > 0.5f) {  // bare branches
        if (x * x + cy * cy > 0.9f || std::abs(leaves - 0.5f) > 0.035f) return false;
        *color = Color{0.14f, 0.11f, 0.09f} * all_light;
        return true;
      }
      if (x * x + cy * cy > 0.55f + 0.75f * (leaves - 0.25f)) return false;
      if (fractal_noise(sprite.seed + 9u, x * 9.0f, cy * 9.0f, 2) > 0.74f) return false;
      const float side = (light.sun_x > 0.0f ? x : -x) * 0.35f + cy * 0.35f;
      const Color green =
          mix(Color{0.06f, 0.15f, 0.03f}, Color{0.2f, 0.26f, 0.05f}, unit_interval(sprite.seed));
      *color = green * (light.ambient + light.sun * std::max(0.1f, 0.5f + side)) * (0.4f + 1.1f * leaves);
      return true;
    }
  }
  return false;
}

}  // namespace bitplace::world
