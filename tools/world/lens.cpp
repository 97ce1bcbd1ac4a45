#include "world/lens.h"

#include "world/noise.h"

namespace bitplace::world {
namespace {

constexpr float kRadians = 0.017453293f;
constexpr float kCorner = 0.625f;  // from the middle of a 4:3 picture

Vector cross(Vector a, Vector b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

Lens pinhole(Sequence* random) {
  Lens lens;
  lens.focal = 0.5f / std::tan(random->real(60.0f, 100.0f) * 0.5f * kRadians);
  lens.vignette = random->real(0.05f, 0.35f);
  return lens;
}

Lens fisheye(Sequence* random) {
  Lens lens;
  lens.kind = LensKind::fisheye;
  lens.circle = random->chance(0.65f) ? random->real(0.36f, 0.5f) : random->real(0.5f, 0.68f);
  lens.focal = lens.circle / (random->real(120.0f, 180.0f) * 0.5f * kRadians);
  lens.centre_x += random->real(-0.02f, 0.02f);
  lens.centre_y += random->real(-0.02f, 0.02f);
  lens.ring = random->real(0.02f, 0.3f);
  lens.vignette = random->real(0.2f, 0.6f);
  return lens;
}

}  // namespace

Camera::Camera(const Lens& lens, const Mounting& mounting) : lens_(lens) {
  const float sine = std::sin(mounting.heading);
  const float cosine = std::cos(mounting.heading);
  const Vector level{cosine, 0.0f, -sine};
  const float flat = std::cos(mounting.pitch);
  forward_ = {sine * flat, std::sin(mounting.pitch), cosine * flat};
  const Vector above = cross(forward_, level);
  right_ = level * std::cos(mounting.roll) + above * std::sin(mounting.roll);
  up_ = above * std::cos(mounting.roll) - level * std::sin(mounting.roll);
}

Vector Camera::to_world(Vector v) const {
  return right_ * v.x + up_ * v.y + forward_ * v.z;
}

Ray Camera::ray(float x, float y) const {
  const float across = x - lens_.centre_x;
  const float up = lens_.centre_y - y;
  const float radius = std::sqrt(across * across + up * up);
  if (lens_.kind == LensKind::pinhole) {
    const Vector v{across / lens_.focal, up / lens_.focal, 1.0f};
    const float edge = radius / kCorner;
    return {to_world(v) * (1.0f / length(v)), 1.0f - lens_.vignette * edge * edge};
  }
  float inside = radius;
  float gain = 1.0f;
  if (radius > lens_.circle) {  // the barrel mirrors the edge of the picture, in rings that fade outwards
    const float beyond = (radius - lens_.circle) / lens_.circle;
    inside = std::max(lens_.circle * (1.0f - 1.5f * beyond), 0.0f);
    const float groove = 0.6f + 0.4f * std::sin(beyond * 90.0f);
    gain = 0.006f + lens_.ring * groove * std::exp(-beyond * 16.0f);
  }
  const float edge = inside / lens_.circle;
  gain *= 1.0f - lens_.vignette * std::pow(edge, 6.0f);
  const float angle = inside / lens_.focal;
  const float scale = radius > 1e-6f ? std::sin(angle) / radius : 0.0f;
  return {to_world({across * scale, up * scale, std::cos(angle)}), gain};
}

Lens random_lens(std::uint32_t seed, LensChoice choice) {
  Sequence random(hash(seed, 401));
  const bool wide = choice == LensChoice::fisheye || (choice == LensChoice::mixed && random.chance(0.6f));
  return wide ? fisheye(&random) : pinhole(&random);
}

Lens mounted_again(const Lens& lens, std::uint32_t seed) {
  Sequence random(hash(seed, 402));
  Lens again = lens;
  const float zoom = random.real(0.97f, 1.03f);
  again.focal *= zoom;
  if (lens.kind == LensKind::fisheye) again.circle *= zoom;
  again.centre_x += random.real(-0.012f, 0.012f);
  again.centre_y += random.real(-0.012f, 0.012f);
  again.ring *= random.real(0.7f, 1.3f);
  return again;
}

}  // namespace bitplace::world
