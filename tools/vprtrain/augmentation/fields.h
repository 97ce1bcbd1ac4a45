// Changes that vary over the picture: uneven light, snow, noise, what stands in the way.
#pragma once

#include <cstdint>
#include <vector>

#include "core/split_mix.h"
#include "vprtrain/augmentation/warp.h"

namespace bitplace::train {

// Random values at the corners of a coarse grid over the picture, bilinear between them.
struct SmoothField {
  int columns = 0;  // of cells; a grid has one corner more
  int rows = 0;
  std::vector<float> corners;

  // The values of one row of pixels.
  void row(int y, Extent extent, float* out) const;
};

struct FieldChanges {
  SmoothField light;        // factors; empty: none
  SmoothField snow;         // cover, 0 or less to 1 or more; empty: none
  float snow_level = 0.0f;  // grey level of full cover
  float noise = 0.0f;       // standard deviation in grey levels
  std::uint64_t noise_seed = 0;

  bool any() const { return !light.corners.empty() || !snow.corners.empty() || noise > 0.0f; }
};

FieldChanges draw_fields(const AugmentationOptions& options, SplitMix64* light, SplitMix64* snow,
                         SplitMix64* noise);

// Light, then snow, then noise, and one rounding; in place. `scratch` is kept between calls.
void apply_fields(const FieldChanges& changes, Extent extent, std::uint8_t* bytes,
                  std::vector<float>* scratch);

// A rectangle of one colour or of noise.
void occlude(Extent extent, SplitMix64* random, std::uint8_t* bytes);

}  // namespace bitplace::train
