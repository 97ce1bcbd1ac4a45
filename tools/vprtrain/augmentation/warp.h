// A perspective map of an image, sampled straight into another one.
#pragma once

#include <array>
#include <cstdint>

#include "bitplace/image.h"
#include "core/split_mix.h"
#include "graph/model_contents.h"
#include "vprtrain/augmentation/augmentation.h"

namespace bitplace::train {

// Row by row, of homogeneous coordinates. From the centre of an output pixel, counted in output pixels, to a
// point of the source, counted in source pixels, both with the middle of the first pixel at 0.
using Homography = std::array<double, 9>;

struct Extent {
  int width;
  int height;
};

// Without any change it is the resize from `source` to `target` with half-pixel centres.
Homography draw_viewpoint(const AugmentationOptions& options, Extent source, Extent target,
                          SplitMix64* random);

// Writes target.height x target.width x 3 bytes: four source pixels each, bilinearly, the border's where a
// point lies outside, rounded to nearest.
void warp(const ImageView& source, const Homography& map, Extent target, ChannelOrder order,
          std::uint8_t* out);

}  // namespace bitplace::train
