// The step between neighbouring codes of a row of weights: weight = code * scale, codes in
// [-largest_code, largest_code].
#pragma once

#include <cstdint>

namespace bitplace {

// max_abs: the largest weight becomes the largest code and nothing saturates; the right choice for 8 bits,
// where rounding costs little. smallest_error: the scale with the least sum of squared errors of all, for 4
// bits, where a step that spares the many small weights is worth saturating a few large ones.
enum class WeightScaleMethod { max_abs, smallest_error };

// 8 bits: max_abs; fewer: smallest_error.
WeightScaleMethod weight_scale_method(int largest_code);

// `row` holds finite numbers. A row of zeros, or of nothing beyond 1e-30, has the scale 1: all its codes are
// 0. Time of smallest_error: count * (log(count) + largest_code^2).
float weight_scale(const float* row, std::int64_t count, int largest_code, WeightScaleMethod method);

// round_half_even(weight / scale) inside [-largest_code, largest_code].
std::int32_t weight_code(float weight, float scale, int largest_code);

}  // namespace bitplace
