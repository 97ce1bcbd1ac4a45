// Activations of f32 and f16 tensors, element by element.
//
//   relu          at_least(x, 0)
//   relu6         clamp(x, 0, 6)
//   hard_tanh     clamp(x, -1, 1)
//   leaky_tanh    c + alpha * (x - c) with c = clamp(x, -1, 1): slope alpha outside [-1, 1]; -0 gives +0
//   leaky_relu    x < 0 ? alpha * x : x
//   hard_sigmoid  clamp(x + 3, 0, 6) * float(1 / 6)
//   hard_swish    x * hard_sigmoid(x)
//   sigmoid       elementary.h
//   silu          x * sigmoid(x)
//   gelu_erf      (0.5 * x) * (1 + erf(x * float(sqrt(1 / 2))))
//   gelu_tanh     (0.5 * x) * (1 + tanh(float(sqrt(2 / pi)) * (x + float(0.044715) * ((x * x) * x))))
//   tanh          elementary.h
//
// at_least(x, l) = l > x ? l : x, at_most(x, h) = h < x ? h : x, clamp(x, l, h) = at_most(at_least(x, l), h).
// Every operation stands for itself, rounded to nearest even in binary32 and never fused; f16 tensors are
// converted to f32, and the result rounded to nearest even once more. Results are byte-identical on every
// instruction set, subnormal numbers included. A NaN gives a NaN (which one is left open), and so does what
// is undefined: silu, gelu and hard_swish of -infinity multiply it by 0, and leaky_tanh with alpha = 0
// multiplies infinity by 0.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

enum class ActivationKind : std::uint8_t {
  relu,
  relu6,
  hard_tanh,
  leaky_tanh,
  leaky_relu,
  hard_sigmoid,
  hard_swish,
  sigmoid,
  silu,
  gelu_erf,
  gelu_tanh,
  tanh
};
inline constexpr int kActivationKinds = 12;

// The output may be the input, or not overlap it. Nothing need be aligned.
struct ActivationCall {
  ActivationKind kind;
  float alpha;  // leaky_tanh and leaky_relu: finite
  const void* input;
  void* output;
};

// Each runs elements [begin, end) and touches no others.
struct ActivationKernel {
  const char* name;
  IsaFeatures features;
  void (*run_f32)(const ActivationCall&, std::int64_t begin, std::int64_t end);
  void (*run_f16)(const ActivationCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<ActivationKernel> activation_kernels();

}  // namespace bitplace
