// How large the values of a float model become, found on images (docs/quantization.md).
#pragma once

#include <string>
#include <vector>

#include "graph/model_contents.h"
#include "quantize/activation_range.h"
#include "quantize/calibration_images.h"
#include "quantize/magnitude_histogram.h"

namespace bitplace {

// What becomes the largest code: the largest magnitude; the one that a share of all magnitudes do not exceed;
// the one with the least mean squared error; the one whose codes lose the least information.
enum class CalibrationMethod { min_max, percentile, mse, kl };

const char* calibration_method_name(CalibrationMethod method);  // "min-max", "percentile", "mse", "kl"
bool calibration_method_from_name(const std::string& name, CalibrationMethod* method);

struct RangeOptions {
  CalibrationMethod method = CalibrationMethod::percentile;
  double share = 0.9999;  // of percentile
};

// Histograms of every value of a graph. They serve any method.
class Calibration {
 public:
  explicit Calibration(std::size_t values) : histograms_(values) {}

  // The numbers of a value on one image, which counts `weight`. False: one is not finite.
  bool add(ValueId value, const float* numbers, std::int64_t count, double weight = 1.0);
  const MagnitudeHistogram& histogram(ValueId value) const;

  // For 8 and for 4 bits, each on its own: codes reach 127, and 7, or 15 where no number was negative. A
  // value that was never anything but 0 has the range 0.
  ActivationRanges ranges(const RangeOptions& options = {}) const;

 private:
  std::vector<MagnitudeHistogram> histograms_;
};

// Runs the model, whose values are floats, on all images. A number that is not finite is an error that names
// the image and the layer.
Result<Calibration> calibrate(const ModelContents& model, const CalibrationImages& images,
                              const CalibrationProgress& progress = {});

}  // namespace bitplace
