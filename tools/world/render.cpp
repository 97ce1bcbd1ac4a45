#include "world/render.h"

#include <algorithm>
#include <cmath>

#include "world/shading.h"

namespace bitplace::world {
namespace {

constexpr int kSamples = 2;          // per pixel and direction
constexpr float kFocal = 0.9f;       // of the picture's width: about 58 degrees across
constexpr float kFarthest = 170.0f;  // metres; haze hides the rest
constexpr float kNearest = 0.3f;
constexpr float kHazeDistance = 260.0f;

// A box or sprite that the rays of one column meet; distances are along the camera's axis.
struct Hit {
  float near = 0.0f;
  float far = 0.0f;
  const Box* box = nullptr;
  const Sprite* sprite = nullptr;
  float u = 0.0f;  // box: metres along the wall; sprite: -1 to 1
  float width = 0.0f;
  Vector normal;
  bool front = false;
};

// Right and forward axes of the camera on the ground.
struct GroundCamera {
  Pose pose;
  float sine;
  float cosine;

  explicit GroundCamera(const Pose& p) : pose(p), sine(std::sin(p.heading)), cosine(std::cos(p.heading)) {}
  float depth(float x, float z) const { return (x - pose.x) * sine + (z - pose.z) * cosine; }
  float right(float x, float z) const { return (x - pose.x) * cosine - (z - pose.z) * sine; }
  // Ground direction of a column whose rays go `across` to the right per metre of depth.
  Vector direction(float across) const { return {sine + across * cosine, 0.0f, cosine - across * sine}; }
};

// Within the picture of the plain camera, or, for other lenses, anywhere around it.
bool in_view(const GroundCamera& camera, float x, float z, float radius, bool all_round) {
  if (all_round) return std::hypot(x - camera.pose.x, z - camera.pose.z) < kFarthest + radius;
  const float depth = camera.depth(x, z);
  if (depth + radius < kNearest || depth - radius > kFarthest) return false;
  const float edge = 0.5f / kFocal;
  return std::abs(camera.right(x, z)) < (depth + radius) * edge + radius * 1.3f;
}

// The part of a ray inside the box's footprint, by slabs in the box's own axes.
bool hit_box(const Box& box, const Pose& pose, Vector d, Hit* hit) {
  const float ox = (pose.x - box.x) * box.cosine - (pose.z - box.z) * box.sine;
  const float oz = (pose.x - box.x) * box.sine + (pose.z - box.z) * box.cosine;
  const float dx = d.x * box.cosine - d.z * box.sine;
  const float dz = d.x * box.sine + d.z * box.cosine;
  const float inverse_x = 1.0f / (std::abs(dx) < 1e-6f ? 1e-6f : dx);
  const float inverse_z = 1.0f / (std::abs(dz) < 1e-6f ? 1e-6f : dz);
  const float x_near = (-std::copysign(box.half_across, inverse_x) - ox) * inverse_x;
  const float x_far = (std::copysign(box.half_across, inverse_x) - ox) * inverse_x;
  const float z_near = (-std::copysign(box.half_along, inverse_z) - oz) * inverse_z;
  const float z_far = (std::copysign(box.half_along, inverse_z) - oz) * inverse_z;
  hit->near = std::max(x_near, z_near);
  hit->far = std::min(x_far, z_far);
  if (hit->near >= hit->far || hit->near < kNearest || hit->near > kFarthest) return false;
  hit->box = &box;
  hit->front = x_near > z_near;
  if (hit->front) {
    const float sign = dx > 0.0f ? -1.0f : 1.0f;
    hit->normal = {sign * box.cosine, 0.0f, -sign * box.sine};
    hit->u = oz + hit->near * dz + box.half_along;
    hit->width = 2.0f * box.half_along;
  } else {
    const float sign = dz > 0.0f ? -1.0f : 1.0f;
    hit->normal = {sign * box.sine, 0.0f, sign * box.cosine};
    hit->u = ox + hit->near * dx + box.half_across;
    hit->width = 2.0f * box.half_across;
  }
  return true;
}

bool hit_sprite(const Sprite& sprite, const GroundCamera& camera, float across, Hit* hit) {
  const float depth = camera.depth(sprite.x, sprite.z);
  if (depth < 1.0f || depth > kFarthest) return false;
  hit->u = (across * depth - camera.right(sprite.x, sprite.z)) / sprite.half_width;
  hit->near = depth;
  hit->far = depth;
  hit->sprite = &sprite;
  return std::abs(hit->u) <= 1.0f;
}

class Renderer {
 public:
  Renderer(const Street& street, const Light& light, const Frame& frame, bool all_round)
      : street_(street), light_(light), camera_(frame.pose) {
    for (const auto* list : {&street.boxes(), &frame.boxes}) {
      for (const Box& box : *list) {
        if (in_view(camera_, box.x, box.z, std::hypot(box.half_across, box.half_along), all_round))
          boxes_.push_back(&box);
      }
    }
    for (const auto* list : {&street.sprites(), &frame.sprites}) {
      for (const Sprite& sprite : *list) {
        if (in_view(camera_, sprite.x, sprite.z, sprite.half_width, all_round)) sprites_.push_back(&sprite);
      }
    }
  }

  // All that the rays of a column can meet, nearest first.
  void begin_column(float across) {
    direction_ = camera_.direction(across);
    hits_.clear();
    for (const Box* box : boxes_) {
      Hit hit;
      if (hit_box(*box, camera_.pose, direction_, &hit)) hits_.push_back(hit);
    }
    for (const Sprite* sprite : sprites_) {
      Hit hit;
      if (hit_sprite(*sprite, camera_, across, &hit)) hits_.push_back(hit);
    }
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) { return a.near < b.near; });
  }

  // The same for all rays of one direction on the ground, in radians to the right of the z axis.
  void begin_direction(float heading) {
    Pose pose = camera_.pose;
    pose.heading = heading;
    camera_ = GroundCamera(pose);
    begin_column(0.0f);
  }

  // The colour that a ray of this column sees; it rises `rise` metres per metre of depth.
  Color trace(float rise) const {
    const float ground = rise < 0.0f ? -camera_.pose.eye / rise : kFarthest * 10.0f;
    for (const Hit& hit : hits_) {
      if (hit.near > ground) break;
      Color color;
      if (hit_color(hit, rise, &color)) return haze(color, hit.near);
    }
    if (ground < kFarthest) return haze(ground_color(street_, light_, point_at(ground, rise)), ground);
    return sky_color(light_, {direction_.x, std::max(rise, 0.0f), direction_.z});
  }

 private:
  Vector point_at(float depth, float rise) const {
    return {camera_.pose.x + depth * direction_.x, camera_.pose.eye + depth * rise,
            camera_.pose.z + depth * direction_.z};
  }

  Color haze(Color color, float depth) const {
    return mix(light_.horizon * 0.9f, color, std::exp(-depth / kHazeDistance));
  }

  bool hit_color(const Hit& hit, float rise, Color* color) const {
    const Vector point = point_at(hit.near, rise);
    if (hit.sprite != nullptr) {
      const Sprite& sprite = *hit.sprite;
      const float y = (point.y - sprite.bottom) / (sprite.top - sprite.bottom);
      return y >= 0.0f && y <= 1.0f && sprite_color(light_, sprite, hit.u, y, color);
    }
    const Box& box = *hit.box;
    if (point.y >= box.bottom && point.y <= box.top) {
      *color = box_color(street_, light_, box, point, hit.normal, hit.front, hit.u, point.y, hit.width);
      return true;
    }
    // From above, the ray may come down on the top before it leaves the footprint.
    if (point.y < box.top || rise >= 0.0f) return false;
    const float depth = (box.top - camera_.pose.eye) / rise;
    if (depth > hit.far) return false;
    *color = box_color(street_, light_, box, point_at(depth, rise), {0.0f, 1.0f, 0.0f}, false, 0.5f,
                       box.top - 0.01f, 1.0f);
    return true;
  }

  const Street& street_;
  const Light& light_;
  GroundCamera camera_;
  std::vector<const Box*> boxes_;
  std::vector<const Sprite*> sprites_;
  Vector direction_;
  std::vector<Hit> hits_;
};

// A ray of a picture: where it counts, and its rise per metre of ground.
struct Sample {
  std::size_t pixel;
  float rise;
  float gain;
};

// The rays of a picture through any lens, by their direction on the ground: a fan for each.
class Fans {
 public:
  Fans(const Camera& camera, int width, int height) : fans_(kFans) {
    const float scale = 1.0f / static_cast<float>(kSamples * width);
    for (int row = 0; row < height * kSamples; ++row) {
      for (int column = 0; column < width * kSamples; ++column) {
        const Ray ray =
            camera.ray((static_cast<float>(column) + 0.5f) * scale, (static_cast<float>(row) + 0.5f) * scale);
        if (ray.gain >= kDimmest)
          add(ray, static_cast<std::size_t>(row / kSamples * width + column / kSamples));
      }
    }
  }

  static float heading(std::size_t fan) { return (static_cast<float>(fan) + 0.5f) * (kTurn / kFans); }
  const std::vector<std::vector<Sample>>& fans() const { return fans_; }

 private:
  static constexpr int kFans = 8192;
  static constexpr float kTurn = 6.2831853f;
  static constexpr float kDimmest = 0.002f;

  void add(const Ray& ray, std::size_t pixel) {
    const Vector d = ray.direction;
    const float heading = std::atan2(d.x, d.z);
    const float turn = heading < 0.0f ? heading + kTurn : heading;
    const auto fan = static_cast<std::size_t>(turn * (kFans / kTurn)) % kFans;
    fans_[fan].push_back({pixel, d.y / std::max(std::hypot(d.x, d.z), 1e-4f), ray.gain});
  }

  std::vector<std::vector<Sample>> fans_;
};

}  // namespace

Canvas render(const Street& street, const Light& light, const Frame& frame, int width, int height) {
  Canvas canvas{width, height, {}};
  canvas.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  Renderer renderer(street, light, frame, false);
  const float focal = kFocal * static_cast<float>(width);
  const float horizon = frame.pose.horizon * static_cast<float>(height);
  constexpr float kShare = 1.0f / (kSamples * kSamples);
  for (int column = 0; column < width * kSamples; ++column) {
    const float x = (static_cast<float>(column) + 0.5f) / kSamples;
    renderer.begin_column((x - static_cast<float>(width) * 0.5f) / focal);
    for (int row = 0; row < height * kSamples; ++row) {
      const float y = (static_cast<float>(row) + 0.5f) / kSamples;
      canvas.pixels[static_cast<std::size_t>(row / kSamples * width + column / kSamples)] +=
          renderer.trace((horizon - y) / focal) * kShare;
    }
  }
  return canvas;
}

Canvas render(const Street& street, const Light& light, const Frame& frame, const Lens& lens, int width,
              int height) {
  Canvas canvas{width, height, {}};
  canvas.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  Renderer renderer(street, light, frame, true);
  const Fans fans(Camera(lens, {frame.pose.heading, frame.pose.horizon - 0.5f, 0.0f}), width, height);
  constexpr float kShare = 1.0f / (kSamples * kSamples);
  for (std::size_t fan = 0; fan < fans.fans().size(); ++fan) {
    if (fans.fans()[fan].empty()) continue;
    renderer.begin_direction(Fans::heading(fan));
    for (const Sample& sample : fans.fans()[fan])
      canvas.pixels[sample.pixel] += renderer.trace(sample.rise) * (sample.gain * kShare);
  }
  return canvas;
}

}  // namespace bitplace::world
