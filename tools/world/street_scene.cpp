#include "world/render.h"
#include "world/scene.h"

namespace bitplace::world {
namespace {

class StreetScene final : public Scene {
 public:
  explicit StreetScene(const SceneOptions& options)
      : options_{options.seed, options.places, options.spacing},
        street_(options.seed, static_cast<float>(options.places) * options.spacing) {}

  Traversal first() const override { return traversal(first_drive(street_, options_)); }
  Traversal second() const override { return traversal(second_drive(street_, options_)); }
  Traversal random(int index) const override { return traversal(random_drive(street_, options_, index)); }

 private:
  Traversal traversal(Drive drive) const {
    return [this, drive = std::make_shared<const Drive>(std::move(drive))](std::size_t place) {
      const Frame& frame = drive->frames[place];
      return develop(render(street_, drive->light, frame, kWidth, kHeight), frame.film);
    };
  }

  DriveOptions options_;
  Street street_;
};

}  // namespace

std::unique_ptr<Scene> create_street_scene(const SceneOptions& options) {
  return std::make_unique<StreetScene>(options);
}

}  // namespace bitplace::world
