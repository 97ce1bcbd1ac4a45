// A zip archive in memory. Its central directory alone says what it contains; local headers may hold zeros.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bitplace/result.h"
#include "core/bytes.h"

struct zip;

namespace bitplace {

class ZipArchive {
 public:
  // Refuses damaged directories, names that are duplicate, absolute or point upwards, encryption, compression
  // other than DEFLATE, and archives whose entries overlap or would inflate to far more than the archive's
  // own size. `file` stands for the file in errors. The bytes must outlive the archive.
  static Result<ZipArchive> open(const std::string& file, ByteSpan bytes);

  ZipArchive(ZipArchive&& other) noexcept;
  ZipArchive& operator=(ZipArchive&& other) noexcept;
  ~ZipArchive();

  bool contains(std::string_view name) const { return entries_.find(name) != entries_.end(); }
  // Names in alphabetical order.
  std::vector<std::string> names() const;
  // What the directory says; 0 for an entry that is missing.
  std::uint64_t size(std::string_view name) const;
  // The whole entry, checked against its CRC.
  Result<std::vector<std::byte>> read(std::string_view name);

 private:
  struct Entry {
    std::uint64_t index;
    std::uint64_t bytes;
  };

  explicit ZipArchive(const std::string& file) : file_(file) {}
  Status index_entries(std::size_t archive_bytes);
  Status index_entry(std::uint64_t index, std::uint64_t* stored, std::uint64_t* inflated);

  std::string file_;
  zip* handle_ = nullptr;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace bitplace
