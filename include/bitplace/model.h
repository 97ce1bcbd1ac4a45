// A trained network as the robot gets it: one .vpr file, read, checked and closed (docs/format.md).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bitplace/descriptor.h"
#include "bitplace/export.h"
#include "bitplace/result.h"

namespace bitplace {

struct ModelContents;

// Immutable and cheap to copy. Nothing of the file is used after open() returns.
class BITPLACE_API Model {
 public:
  // Errors: io (cannot be read), corrupt (a hash, offset or count does not hold), unsupported (made by a
  // newer version, or a graph that this version cannot run), out_of_memory.
  static Result<Model> open(const char* path) noexcept;
  static Result<Model> from_memory(const void* data, std::size_t bytes, const char* name = "memory") noexcept;

  const std::string& network() const noexcept;
  const DescriptorSpec& descriptor_spec() const noexcept;
  int input_width() const noexcept;  // the size that describe() resizes every image to
  int input_height() const noexcept;
  std::size_t file_bytes() const noexcept;
  std::string identity() const;  // 32 hexadecimal digits
  const std::vector<std::pair<std::string, std::string>>& metadata() const noexcept;

  const ModelContents& contents() const noexcept { return *contents_; }

 private:
  std::shared_ptr<const ModelContents> contents_;
  DescriptorSpec spec_;
  std::size_t file_bytes_ = 0;
};

}  // namespace bitplace
