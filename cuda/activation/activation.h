// Activations (kernels/activation/activation.h) on the GPU: the CPU's definition, which activate.h compiles
// for both. All threads of a launch take the same branch.
#pragma once

#include "cuda/elementwise/elementwise.h"
#include "kernels/activation/activate.h"

namespace bitplace::cuda {

// Element: float, or std::uint16_t for f16.
template <typename Element>
struct Activation : UnaryOperation<Activation<Element>, ActivationCall, Element, Element> {
  static BITPLACE_DEVICE Element apply(const ActivationCall& call, Element x) {
    return element_of<Element>(activate(call.kind, call.alpha, number_of(x)));
  }
};

}  // namespace bitplace::cuda
