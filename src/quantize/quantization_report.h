// What quantization did to each layer of a network, measured on images.
#pragma once

#include <string>
#include <vector>

#include "quantize/calibration_images.h"
#include "quantize/descriptor_error.h"
#include "quantize/quantized_model.h"

namespace bitplace {

struct LayerReport {
  std::string layer;
  Op op = Op::convolution;
  int weight_bits = 0;   // 0: it has no weights
  bool codes = false;    // what it gives are codes
  float scale = 1.0f;    // of these codes
  double clipped = 0.0;  // share of the float layer's numbers that lie beyond the codes
  // In decibels: the float layer's sum of squares over that of the differences; infinite where nothing
  // differs.
  double signal_to_noise = 0.0;
};

struct QuantizationReport {
  std::vector<LayerReport> layers;  // in the graph's order; only what the quantized model still has
  DescriptorSimilarity descriptor;  // of the quantized model to the float one
};

// `reference` is the float graph that quantization.folded was made of: equalised where that is, since layers
// between equalised pairs would differ by the factors alone, but with the biases as they were.
Result<QuantizationReport> quantization_report(const Quantization& quantization, const Graph& reference,
                                               const ModelMaker& make, const CalibrationImages& images,
                                               const CalibrationProgress& progress = {});

}  // namespace bitplace
