// IEEE binary16 as a storage type, in portable code. Instruction-set files have instructions for this and
// must not include it: its functions have external linkage.
#pragma once

#include <cstdint>

namespace bitplace {

// Exact: every binary16 is a binary32. A NaN stays a NaN, made quiet, with its payload.
float half_to_float(std::uint16_t half);

// Rounded to nearest even; beyond 65504 to infinity; subnormal halves are kept. NaN as above.
std::uint16_t float_to_half(float value);

}  // namespace bitplace
