// Folders, lists and pictures for the tests of training.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/image_encoding.h"
#include "core/file.h"

namespace bitplace::test {

// A folder of this process that is gone afterwards.
class TrainingFolder {
 public:
  TrainingFolder() {
    path_ = (std::filesystem::temp_directory_path() / "bitplace-training-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) FAIL("no temporary folder");
  }
  TrainingFolder(const TrainingFolder&) = delete;
  TrainingFolder& operator=(const TrainingFolder&) = delete;
  ~TrainingFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  // Folders above the file are made. Returns its path.
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = made(name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  // A PNG, grey, all pixels of one level.
  std::string write_picture(const std::string& name, int width, int height, std::uint8_t level) const {
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width * height), level);
    const auto png = tools::encode_png({pixels.data(), width, height, 0, PixelFormat::gray8});
    REQUIRE(png.ok());
    const std::string path = made(name);
    REQUIRE(write_file(path, *png).ok());
    return path;
  }

 private:
  std::string made(const std::string& name) const {
    const std::filesystem::path path = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(path.parent_path());
    return path.string();
  }

  std::string path_;
};

}  // namespace bitplace::test
