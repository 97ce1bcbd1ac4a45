// NumPy's .npy files, version 1.0.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "bitplace/result.h"

namespace bitplace::tools {

// The file of a float32 array [rows, columns], C order; values.size() is rows * columns.
std::vector<std::byte> npy_file(std::span<const float> values, std::size_t rows, std::size_t columns);

// The file appears whole or not at all.
Status write_npy(const std::string& path, std::span<const float> values, std::size_t rows,
                 std::size_t columns);

}  // namespace bitplace::tools
