// Pictures as PNG and JPEG files, in memory.
#pragma once

#include <cstddef>
#include <vector>

#include "bitplace/image.h"
#include "bitplace/result.h"

namespace bitplace::tools {

// Both take rgb8 or gray8 without gaps between the rows. Errors: invalid_argument, out_of_memory.
Result<std::vector<std::byte>> encode_png(const ImageView& image);
Result<std::vector<std::byte>> encode_jpeg(const ImageView& image, int quality);

}  // namespace bitplace::tools
