// Sum of two tensors (kernels/add/add.h) on the GPU.
#pragma once

#include "cuda/common/scalar_math.h"
#include "cuda/elementwise/elementwise.h"
#include "kernels/add/add.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace::cuda {

struct AddCodes : BinaryOperation<AddCodes, AddCall, std::int8_t> {
  static BITPLACE_DEVICE std::int8_t apply(const AddCall& call, std::int8_t a, std::int8_t b) {
    const float sum = number_of(a) * call.scale_a + number_of(b) * call.scale_b;
    return static_cast<std::int8_t>(round_half_even(clamp_number(sum, call.low, call.high)));
  }
};

// Element: float, or std::uint16_t for f16.
template <typename Element>
struct AddNumbers : BinaryOperation<AddNumbers<Element>, AddCall, Element> {
  static BITPLACE_DEVICE Element apply(const AddCall& call, Element a, Element b) {
    return element_of<Element>(clamp_number(number_of(a) + number_of(b), call.low, call.high));
  }
};

}  // namespace bitplace::cuda
