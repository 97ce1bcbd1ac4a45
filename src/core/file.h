// Whole files in and out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "core/bytes.h"

namespace bitplace {

// A regular file, read from its start to its end.
class InputFile {
 public:
  static Result<InputFile> open(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  std::uint64_t size() const { return size_; }  // when it was opened
  // Exactly the next `bytes` bytes, or an error.
  Status read(void* out, std::size_t bytes);

 private:
  InputFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

// The whole file, if it is a regular file of at most `limit` bytes.
Result<std::vector<std::byte>> read_file(const std::string& path, std::size_t limit);

// Writes a temporary file beside `path`, flushes it to the disk and renames it over `path`: the file appears
// whole or not at all, and an older one survives every failure. Behind a symbolic link its target is written;
// what is no regular file stays what it is, and is an error.
Status write_file(const std::string& path, ByteSpan bytes);
// The same, of pieces that follow each other.
Status write_pieces(const std::string& path, std::span<const ByteSpan> pieces);

// Whether that can work, before hours go into what is to be written: the folder is there and lets files be
// made, and nothing but a regular file is in the way.
Status check_writable(const std::string& path);

}  // namespace bitplace
