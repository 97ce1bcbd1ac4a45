// A picture to measure with.
#pragma once

#include <cstdint>
#include <vector>

namespace bitplace::tools {

// RGB pixels that no branch predictor learns; the same in every run.
std::vector<std::uint8_t> random_pixels(int width, int height);

}  // namespace bitplace::tools
