// Whole files in and out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "core/bytes.h"

namespace bitplace {

// The whole file, if it is a regular file of at most `limit` bytes.
Result<std::vector<std::byte>> read_file(const std::string& path, std::size_t limit);

// Writes a temporary file beside `path`, flushes it to the disk and renames it over `path`: the file appears
// whole or not at all, and an older one survives every failure.
Status write_file(const std::string& path, ByteSpan bytes);

}  // namespace bitplace
