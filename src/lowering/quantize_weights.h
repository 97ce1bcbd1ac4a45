// Weights in the type of a layer's arithmetic.
#pragma once

#include <cstdint>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"
#include "quantize/precision.h"

namespace bitplace {

inline constexpr int kLargestPair = 129;

// How many weights lie side by side in a window, where it pays to limit pairs of them; otherwise 0. Two of
// one sign in places 2 i and 2 i + 1 of a run then sum up to kLargestPair at most, so that 16 bits hold their
// products with any two bytes and AVX2 can multiply bytes although activations have a sign; that makes the
// steps of trained networks' weights about 1.2 times as large.
std::int64_t limited_run(const ConvolutionAttributes& attributes, const Tensor& weight, Precision precision,
                         bool signed_input);

// One step per filter of a layer's f32 weights.
std::vector<float> weight_scales(const Tensor& weight, Precision precision, std::int64_t run);

// Filter by filter: weight is about code * scale.
std::vector<std::int32_t> nearest_codes(const Tensor& weight, Precision precision,
                                        const std::vector<float>& scales);

// The same, packed as s8 or s4.
Tensor quantize_weights(const Tensor& weight, Precision precision, const std::vector<float>& scales);

// The codes of a layer's f32 weights and their steps: those that it was trained or rounded with, where its
// precision holds them, or else the nearest.
struct LayerCodes {
  Tensor codes;
  std::vector<float> steps;
};
LayerCodes layer_codes(const Graph& graph, const Node& convolution, Precision precision, bool signed_input);

// Rounded to nearest even. A weight that f16 cannot hold is an error that says which.
Result<Tensor> weights_to_f16(const Tensor& weight);

}  // namespace bitplace
