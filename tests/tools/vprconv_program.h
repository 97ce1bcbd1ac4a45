// vprconv as people and scripts run it: command lines in, exit codes, output and files out.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bitplace::test {

namespace fs = std::filesystem;

// An empty folder of this test's own, gone at its end.
class Folder {
 public:
  Folder() {
    path_ = fs::temp_directory_path() / ("bitplace_vprconv_" + std::to_string(::getpid()));
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

inline std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Outcome {
  int exit_code;
  std::string output, errors;
};

inline Outcome vprconv(const Folder& folder, const std::string& arguments) {
  const std::string out = folder / "stdout", err = folder / "stderr";
  const std::string command =
      std::string("'") + BITPLACE_VPRCONV + "' " + arguments + " > '" + out + "' 2> '" + err + "'";
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), text_of(out), text_of(err)};
}

// A small picture that differs with the seed.
inline void write_picture(const std::string& path, int seed) {
  std::ofstream file(path, std::ios::binary);
  file << "P6\n64 48\n255\n";
  for (int i = 0; i < 64 * 48 * 3; ++i)
    file.put(static_cast<char>((i * (7 + seed) + i / 191 * 31) & 255));
}

// The folder's images.
inline std::string write_pictures(const Folder& folder, int count) {
  const std::string images = folder / "images";
  fs::create_directories(images);
  for (int i = 0; i < count; ++i)
    write_picture(images + "/" + std::to_string(i) + ".ppm", i);
  return images;
}

}  // namespace bitplace::test
