// What the oracle tests share: images to compute with, and a place for checkpoints.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/random.h"

namespace bitplace::test {

// A folder of this process, since the tiers of the tests run at the same time.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "bitplace-libtorch-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) FAIL("no temporary folder");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Shapes of several sizes under noise, RGB: edges and flat areas, dark and bright.
inline std::vector<std::uint8_t> random_scene(std::int64_t height, std::int64_t width, Random* random) {
  const auto row = static_cast<std::size_t>(width);
  std::vector<std::uint8_t> image(static_cast<std::size_t>(height) * row * 3);
  for (int shape = 0; shape < 40; ++shape) {
    const auto edge = [&](std::int64_t extent) {
      return static_cast<std::size_t>(random->integer(0, extent - 1));
    };
    const auto [top, bottom] = std::minmax({edge(height), edge(height)});
    const auto [left, right] = std::minmax({edge(width), edge(width)});
    const std::uint32_t color = random->bits();
    for (std::size_t y = top; y <= bottom; ++y) {
      for (std::size_t x = left; x <= right; ++x) {
        for (std::size_t c = 0; c < 3; ++c)
          image[(y * row + x) * 3 + c] = static_cast<std::uint8_t>(color >> (8 * c));
      }
    }
  }
  for (std::uint8_t& pixel : image)
    pixel = static_cast<std::uint8_t>(std::clamp<std::int64_t>(pixel + random->integer(-20, 20), 0, 255));
  return image;
}

}  // namespace bitplace::test
