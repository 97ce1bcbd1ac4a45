#include "world/film.h"
#include "world/indoor/tracer.h"
#include "world/indoor/walk.h"
#include "world/scene.h"

namespace bitplace::world {
namespace {

Canvas render(const Building& building, const Walk& walk, const Step& step) {
  constexpr int kSamples = 2;  // per pixel and direction
  constexpr float kShare = 1.0f / (kSamples * kSamples);
  Canvas canvas{kWidth, kHeight, {}};
  canvas.pixels.resize(std::size_t{kWidth} * std::size_t{kHeight});
  const Tracer tracer(building, walk.condition, step);
  const Camera camera(walk.lens, step.mounting);
  for (int row = 0; row < kHeight * kSamples; ++row) {
    for (int column = 0; column < kWidth * kSamples; ++column) {
      const float x = (static_cast<float>(column) + 0.5f) / (kSamples * kWidth);
      const float y = (static_cast<float>(row) + 0.5f) / (kSamples * kWidth);
      const Ray ray = camera.ray(x, y);
      if (ray.gain < 0.002f) continue;
      canvas.pixels[static_cast<std::size_t>(row / kSamples * kWidth + column / kSamples)] +=
          tracer.trace(ray.direction) * (ray.gain * kShare);
    }
  }
  return canvas;
}

class IndoorScene final : public Scene {
 public:
  explicit IndoorScene(const SceneOptions& options)
      : options_{options.seed, options.places, options.spacing, options.lens.value_or(LensChoice::mixed)},
        building_(options.seed, static_cast<float>(options.places) * options.spacing) {}

  Traversal first() const override { return traversal(first_walk(building_, options_)); }
  Traversal second() const override { return traversal(second_walk(building_, options_)); }
  Traversal random(int index) const override { return traversal(random_walk(building_, options_, index)); }

 private:
  Traversal traversal(Walk walk) const {
    return [this, walk = std::make_shared<const Walk>(std::move(walk))](std::size_t place) {
      const Step& step = walk->steps[place];
      return develop(render(building_, *walk, step), step.film);
    };
  }

  WalkOptions options_;
  Building building_;
};

}  // namespace

std::unique_ptr<Scene> create_indoor_scene(const SceneOptions& options) {
  return std::make_unique<IndoorScene>(options);
}

}  // namespace bitplace::world
