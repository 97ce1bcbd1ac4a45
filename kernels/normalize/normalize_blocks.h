// A row of any length out of whole blocks. Each instruction set brings its Constants, made of a map, and
// beside them write_block(constants, row, out).
#pragma once

#include <cstring>

#include "kernels/normalize/normalize.h"

namespace bitplace {
namespace {

template <typename Constants, typename T>
inline void normalize(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, T* out) {
  const Constants constants(map);
  std::int64_t i = 0;
  for (; i + kNormalizeBlock <= count; i += kNormalizeBlock)
    write_block(constants, row + i, out + i);
  if (i == count) return;
  // The last block once more, from as far back as it fits: a multiple of 3 as well.
  if (i != 0) return write_block(constants, row + count - kNormalizeBlock, out + count - kNormalizeBlock);
  std::uint8_t last[kNormalizeBlock] = {};
  T result[kNormalizeBlock];
  std::memcpy(last, row, static_cast<std::size_t>(count));
  write_block(constants, last, result);
  std::memcpy(out, result, static_cast<std::size_t>(count) * sizeof(T));
}

}  // namespace
}  // namespace bitplace
