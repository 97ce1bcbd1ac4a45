// How large the values of a float graph become, as calibration found it.
#pragma once

#include <vector>

namespace bitplace {

// Magnitudes that become the largest code: 127 of 8 bits, 255 of 8 without a sign; of 4 bits 7, or 15 where
// nothing is negative. What lies beyond saturates. 0 where a value was never anything but 0.
struct ActivationRange {
  float largest8 = 0.0f;
  float largest4 = 0.0f;
  bool negative = false;  // some number was below 0
  float largest_unsigned = 0.0f;
  float pixel =
      0.0f;  // of an image: what one grey level is worth, where its numbers are that multiple of them
};

// One per value of the graph, by ValueId.
using ActivationRanges = std::vector<ActivationRange>;

}  // namespace bitplace
