#include "core/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

using namespace bitplace;

namespace {

namespace fs = std::filesystem;

// An empty folder of this test's own, gone at its end.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("bitplace_file_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
  }

 private:
  fs::path path_;
};

Status write_text(const std::string& path, const std::string& text) {
  return write_file(path, std::as_bytes(std::span(text)));
}

std::string text_of(const std::string& path) {
  const auto bytes = read_file(path, 1000);
  if (!bytes.ok()) return bytes.error().message();
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

std::string message_of(const Status& status) {
  return status.ok() ? "" : status.error().message();
}

}  // namespace

TEST_CASE("a file is replaced as a whole and nothing else is left") {
  const Folder folder;
  const std::string path = folder / "a";
  CHECK(write_text(path, "first").ok());
  CHECK(write_text(path, "second").ok());
  CHECK(text_of(path) == "second");
  CHECK(folder.entries() == 1);
}

TEST_CASE("behind a symbolic link its target is written") {
  const Folder folder;
  fs::create_directories(folder / "elsewhere");
  REQUIRE(write_text(folder / "elsewhere/target", "old").ok());
  fs::create_symlink("elsewhere/target", folder / "link");
  CHECK(write_text(folder / "link", "new").ok());
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(text_of(folder / "elsewhere/target") == "new");
}

TEST_CASE("what is no regular file is not replaced by one") {
  const Folder folder;
  const std::string pipe = folder / "pipe", inner = folder / "inner";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  fs::create_directories(inner);
  for (const std::string& path : {pipe, inner, std::string("/dev/null")}) {
    INFO(path);
    CHECK(message_of(check_writable(path)) == message_of(write_text(path, "text")));
    CHECK(message_of(write_text(path, "text")).starts_with(path + ": write: is "));
  }
  CHECK(fs::is_fifo(pipe));
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(folder.entries() == 2);
}

TEST_CASE("whether a file can be written is known before") {
  const Folder folder;
  CHECK(check_writable(folder / "new").ok());
  CHECK_FALSE(fs::exists(folder / "new"));
  REQUIRE(write_text(folder / "old", "text").ok());
  CHECK(check_writable(folder / "old").ok());
  CHECK(text_of(folder / "old") == "text");
  CHECK_FALSE(check_writable("").ok());
  CHECK(message_of(check_writable(folder / "absent/new")) ==
        (folder / "absent/new") + ": write: folder " + (folder / "absent") + ": No such file or directory");
  CHECK(message_of(check_writable(folder / "old/new")).ends_with("is not a folder"));
  CHECK(check_writable("in_this_folder").ok());
}
