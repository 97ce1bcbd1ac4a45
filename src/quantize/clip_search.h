// Which magnitude should become the largest code: what lies beyond saturates, what lies below is rounded.
#pragma once

#include "quantize/magnitude_histogram.h"

namespace bitplace {

// All of these: 0 where the histogram holds nothing but zeros; never beyond its largest magnitude.
// Codes are whole numbers from 0 to largest_code for magnitudes, with or without a sign.

// The magnitude that the given share of all numbers, zeros included, does not exceed. Where that share are
// zeros, the largest one.
float percentile_clip(const MagnitudeHistogram& histogram, double share);

// The clip with the least mean squared error.
float squared_error_clip(const MagnitudeHistogram& histogram, int largest_code);
// That error, magnitudes being spread evenly within their bins.
double squared_error(const MagnitudeHistogram& histogram, double clip, int largest_code);

// The clip whose codes lose the least information about the magnitudes: the smallest Kullback-Leibler
// divergence of the distribution that the codes give from the true one, as TensorRT's entropy calibration has
// it. Zeros are left out: they are exact whatever the clip is. Since no code is taken
// narrower than one of the 2048 bins used here, 8 bits get no clip below a sixteenth of the range.
float entropy_clip(const MagnitudeHistogram& histogram, int largest_code);

}  // namespace bitplace
