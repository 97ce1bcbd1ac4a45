// Arranges the columns of an image for the vector rows of resize, once per image.
#pragma once

#include "kernels/resize/resize.h"

namespace bitplace {

// Memory that holds the groups of any image of this output width.
std::size_t column_group_bytes(std::int32_t width);

// Fills `memory`, aligned to 64, and columns->groups from the taps and channels. A row has `row_bytes` bytes,
// at least kWindowBytes, a pixel `pixel_bytes`.
void group_blended_columns(std::uint32_t row_bytes, std::uint32_t pixel_bytes, void* memory,
                           ResizeColumns* columns);
void group_gathered_columns(std::uint32_t row_bytes, std::uint32_t pixel_bytes, void* memory,
                            ResizeColumns* columns);

}  // namespace bitplace
