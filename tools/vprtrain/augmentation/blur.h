// Blur, as of a lens or of motion.
#pragma once

#include <cstdint>
#include <vector>

#include "core/split_mix.h"
#include "vprtrain/augmentation/warp.h"

namespace bitplace::train {

// A weighted sum of shifted images; weights are in units of 2^-8 and add up to 2^8.
struct BlurTap {
  int x;
  int y;
  std::uint16_t weight;
};
using BlurPass = std::vector<BlurTap>;
inline constexpr int kBlurReach = 8;  // no tap is further away

// Gaussian, by rows and by columns, or along a line. The longer side of the picture sets the scale.
std::vector<BlurPass> draw_blur(Extent extent, SplitMix64* random);

// The passes one after another, in place, the border repeated; `scratch` is kept between calls.
void apply_blur(const std::vector<BlurPass>& passes, Extent extent, std::uint8_t* bytes,
                std::vector<std::uint8_t>* scratch);

}  // namespace bitplace::train
