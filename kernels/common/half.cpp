#include "kernels/common/half.h"

#include "kernels/common/half_bits.h"

namespace bitplace {

float half_to_float(std::uint16_t half) {
  return float_of_half(half);
}

std::uint16_t float_to_half(float value) {
  return half_of_float(value);
}

}  // namespace bitplace
