// A generated scene that is gone through several times, and the options that it is made by.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "world/lens.h"

namespace bitplace::world {

inline constexpr int kWidth = 320;
inline constexpr int kHeight = 240;

struct SceneOptions {
  std::uint32_t seed = 0;
  int places = 100;
  float spacing = 5.0f;            // metres from one place to the next
  std::optional<LensChoice> lens;  // none: what suits the scene
};

// One traversal: the picture at a place, kWidth x kHeight, RGB. It may be called from several threads.
using Traversal = std::function<std::vector<std::uint8_t>(std::size_t place)>;

class Scene {
 public:
  virtual ~Scene() = default;

  // The pair for an evaluation.
  virtual Traversal first() const = 0;
  virtual Traversal second() const = 0;
  // Number `index` of many, for training.
  virtual Traversal random(int index) const = 0;
};

std::unique_ptr<Scene> create_street_scene(const SceneOptions& options);
std::unique_ptr<Scene> create_indoor_scene(const SceneOptions& options);

}  // namespace bitplace::world
