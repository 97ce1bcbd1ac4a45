// Bias correction: rounding weights and activations shifts the mean of what a layer gives, and every layer
// behind it sees the shift. The bias takes it back (Nagel et al. 2019, section 4.2, with images).
#pragma once

#include "quantize/calibration_images.h"
#include "quantize/quantized_model.h"

namespace bitplace {

// The folded graph with other biases in its integer layers. Layer after layer in the graph's order, the model
// quantized so far runs on the images, and per channel E[y_float - y_quantized] is added to the layer's bias.
// Where a clamp follows, only the share of the numbers that lie inside it moves with the bias, so the
// difference is divided by that share, or by 1/2 if it is smaller. Numbers that go beyond a calibrated range
// count as the codes have them.
//
// `reference` is the float graph that gives y_float: quantization.folded before its weights were rounded or
// its biases changed. The corrected graph is good for quantizing with these precisions and ranges, not for
// running in floats. Time: one model and on average half a run over the images per integer layer; `progress`
// counts the layers.
Result<Graph> correct_biases(const Quantization& quantization, const Graph& reference, const ModelMaker& make,
                             const CalibrationImages& images, const CalibrationProgress& progress = {});

}  // namespace bitplace
