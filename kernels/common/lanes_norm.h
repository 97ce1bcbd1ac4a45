// The scale that makes a vector's length 1, with the lanes L of an instruction set. Included by
// instruction-set files only.
#pragma once

namespace bitplace {
namespace {

// torch.nn.functional.normalize's floor: a zero vector stays zero.
constexpr double kSmallestNorm = 1e-12;

template <typename L>
inline float reciprocal_norm(double sum_of_squares) {
  const double norm = L::square_root(sum_of_squares);
  return static_cast<float>(1.0 / (norm < kSmallestNorm ? kSmallestNorm : norm));
}

}  // namespace
}  // namespace bitplace
