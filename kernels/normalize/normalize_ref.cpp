// The definition of normalisation: look it up.

#include "kernels/normalize/normalize.h"

namespace bitplace {
namespace {

template <typename T>
void look_up(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, T* out) {
  const T* table = static_cast<const T*>(map.table);
  for (std::int64_t i = 0; i < count; ++i)
    out[i] = table[i % 3 * 256 + row[i]];
}

}  // namespace

extern const NormalizeKernel normalize__ref = {"normalize__ref", 0, look_up<std::int8_t>, look_up<float>,
                                               look_up<std::uint16_t>};

}  // namespace bitplace
