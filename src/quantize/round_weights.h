// Rounding a filter's weights together: what one weight loses, the ones behind it make good, as far as their
// inputs go together. Rounded to the nearest alone, the errors of taps that always see nearly the same number
// (neighbouring pixels, channels behind a ReLU) add up; rounded together they cancel.
//
// Per filter the codes lessen the variance of x . (w - w_rounded) over the inputs x that images give (its
// mean goes into the bias), by the greedy elimination of Frantar and Alistarh ("Optimal brain compression",
// 2022; with the fixed order of "GPTQ", 2023): with U the upper Cholesky factor of the inverse covariance,
// weight i is rounded, and its error divided by U[i][i] times row i of U is taken from the weights that
// follow.
#pragma once

#include <map>

#include "quantize/calibration_images.h"
#include "quantize/quantized_model.h"

namespace bitplace {

// The folded graph with its integer layers' weights on the codes' own grid; a parameter "weight_scale" of
// each says which it is, one step per filter, so that apply_precision finds exactly these codes again. Steps
// are those that rounding alone would take. Inputs are the float model's. Memory: a matrix of at most 1024 x
// 1024 numbers per layer.
Result<Graph> round_weights(const Quantization& quantization, const ModelMaker& make,
                            const CalibrationImages& images, const CalibrationProgress& progress = {});

// The folded graph with each integer layer as the graph rounded for its precision has it. Layers are rounded
// on their own, so graphs rounded for one precision throughout serve every mix of precisions.
Graph combine_rounded(const Graph& folded, const std::map<Precision, Graph>& rounded,
                      const PrecisionMap& precisions);

}  // namespace bitplace
