#include "world/render.h"
#include "world/scene.h"

namespace bitplace::world {
namespace {

class StreetScene final : public Scene {
 public:
  explicit StreetScene(const SceneOptions& options)
      : options_{options.seed, options.places, options.spacing},
        street_(options.seed, static_cast<float>(options.places) * options.spacing) {
    if (options.lens) lens_ = random_lens(options.seed, *options.lens);
  }

  Traversal first() const override { return traversal(first_drive(street_, options_), 0); }
  Traversal second() const override { return traversal(second_drive(street_, options_), 1); }
  Traversal random(int index) const override {
    return traversal(random_drive(street_, options_, index), static_cast<std::uint32_t>(index));
  }

 private:
  Traversal traversal(Drive drive, std::uint32_t index) const {
    const auto kept = std::make_shared<const Drive>(std::move(drive));
    if (!lens_) {
      return [this, kept](std::size_t place) {
        const Frame& frame = kept->frames[place];
        return develop(render(street_, kept->light, frame, kWidth, kHeight), frame.film);
      };
    }
    const Lens lens = mounted_again(*lens_, hash(options_.seed, index));
    return [this, kept, lens](std::size_t place) {
      const Frame& frame = kept->frames[place];
      return develop(render(street_, kept->light, frame, lens, kWidth, kHeight), frame.film);
    };
  }

  DriveOptions options_;
  Street street_;
  std::optional<Lens> lens_;  // none: the plain camera
};

}  // namespace

std::unique_ptr<Scene> create_street_scene(const SceneOptions& options) {
  return std::make_unique<StreetScene>(options);
}

}  // namespace bitplace::world
