// Weights in the type of a layer's arithmetic.
#pragma once

#include <vector>

#include "bitplace/result.h"
#include "quantize/precision.h"

namespace bitplace {

// Codes of a layer's f32 weights, one scale per filter: weight is about code * scale.
struct WeightCodes {
  Tensor tensor;  // s8 or s4
  std::vector<float> scales;
};
WeightCodes quantize_weights(const Tensor& weight, Precision precision);

// Rounded to nearest even. A weight that f16 cannot hold is an error that says which.
Result<Tensor> weights_to_f16(const Tensor& weight);

}  // namespace bitplace
