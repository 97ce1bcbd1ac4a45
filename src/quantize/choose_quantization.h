// Tries ways to quantize a network and keeps what is best on images that none of them was fitted to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quantize/calibration.h"
#include "quantize/quantized_model.h"
#include "quantize/raise_layers.h"

namespace bitplace {

struct QuantizationTrials {
  std::vector<RangeOptions> ranges = {RangeOptions{}};  // calibrations to choose from
  bool unsigned_codes = true;                           // also with codes without a sign (precision.h)
  bool equalize = true;                                 // also with layers equalised
  bool round_weights = true;                            // also with each filter's weights rounded together
  bool correct_biases = true;                           // also with biases corrected
  // Of networks of few levels: the 1 - cosine beyond which layers are raised (raise_layers.h).
  std::optional<double> allowed_loss;
  std::size_t held_out_every = 5;    // this share of the images judges, the others calibrate
  std::size_t rounding_images = 96;  // at most as many round weights
  std::size_t bias_images = 32;      // at most as many correct biases
  std::size_t judging_images = 64;   // as many say whether layers are to be raised
  std::size_t quick_images = 8;      // and as many what each of them costs alone
};

// 1 - the mean cosine between the descriptors of the quantized and of the float model.
struct QuantizationTrial {
  std::string
      name;  // "percentile", "percentile, equalised", "percentile, equalised, weights rounded together", ...
  double descriptor_error = 0.0;
};

struct ChosenQuantization {
  Quantization quantization;
  Graph reference;  // the float graph that it is to be compared with (quantization_report.h)
  std::vector<QuantizationTrial> trials;  // in the order in which they were made
  std::size_t chosen = 0;                 // index into these
  std::vector<RaisedLayer> raised;
};

// Half of what a network of few levels may lose in all: other images may lose more than those that were
// looked at.
inline constexpr double kAllowedLoss = 0.0005;

// `stage` says what the progress that follows counts.
using StageProgress = std::function<void(const std::string& stage, std::size_t done, std::size_t total)>;

// Calibrates the folded graph and every variation that the trials ask for: first the methods against each
// other, then layers are raised where the best of them loses too much, then the best of them with codes
// without a sign, then the better with layers equalised, then these two with weights rounded together,
// whichever was better without, then codes without a sign once more, then the best of all so far with biases
// corrected. What comes closest to the float model's descriptors of the held-out images is kept; codes
// without a sign, which cost time, where they take a fifth off the error.
Result<ChosenQuantization> choose_quantization(const Graph& folded, const PrecisionMap& precisions,
                                               const ModelMaker& make, const CalibrationImages& images,
                                               const QuantizationTrials& trials = {},
                                               const StageProgress& progress = {});

}  // namespace bitplace
