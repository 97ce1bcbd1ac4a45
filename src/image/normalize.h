// What a grey level becomes in an input that is not u8.
//
// Per channel c two constants are made in binary64 from left to right out of the binary32 numbers of the
// model, and rounded to binary32 once:
//   f32, f16   multiplier = value_scale / standard_deviation[c]                 offset = -mean[c] /
//   standard_deviation[c] s8         multiplier = value_scale / standard_deviation[c] / input_scale   offset
//   = -mean[c] / standard_deviation[c]
//                                                                                        / input_scale
// Then y = float(v) * multiplier + offset in binary32, product and sum rounded to nearest even and never
// fused:
//   f32        y
//   f16        y rounded to nearest even
//   s8         round_half_even(clamp(y, -127, 127))
// So a channel has 256 possible values, a table; kernels may look them up or compute them, it is the same.
#pragma once

#include <array>
#include <cstddef>

#include "bitplace/result.h"
#include "graph/model_contents.h"

namespace bitplace {

inline constexpr int kGreyLevels = 256;

struct Normalization {
  std::array<float, 3> multiplier;
  std::array<float, 3> offset;
};

Normalization normalization_of(const Preprocessing& preprocessing);

// The constants can be used: each a normal number, deviations and scale positive, means and offsets normal or
// 0, no input that is infinite, no code beyond 2^24 before it is clamped. With u8 all are at their defaults.
Status check_normalization(const Preprocessing& preprocessing);

// Bytes of the table of all inputs, [channel][grey level] in the input's type; none for u8.
std::size_t input_table_bytes(DataType input_type);
void fill_input_table(const Preprocessing& preprocessing, std::byte* table);

}  // namespace bitplace
