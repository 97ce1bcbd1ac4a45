#include "quantize/calibration.h"

#include "core/error.h"
#include "quantize/clip_search.h"
#include "quantize/float_runner.h"

namespace bitplace {
namespace {

constexpr CalibrationMethod kMethods[] = {CalibrationMethod::min_max, CalibrationMethod::percentile,
                                          CalibrationMethod::mse, CalibrationMethod::kl};

float clip(const MagnitudeHistogram& histogram, const RangeOptions& options, int largest_code) {
  switch (options.method) {
    case CalibrationMethod::min_max:
      break;
    case CalibrationMethod::percentile:
      return percentile_clip(histogram, options.share);
    case CalibrationMethod::mse:
      return squared_error_clip(histogram, largest_code);
    case CalibrationMethod::kl:
      return entropy_clip(histogram, largest_code);
  }
  return histogram.largest();
}

}  // namespace

const char* calibration_method_name(CalibrationMethod method) {
  switch (method) {
    case CalibrationMethod::min_max:
      return "min-max";
    case CalibrationMethod::percentile:
      return "percentile";
    case CalibrationMethod::mse:
      return "mse";
    case CalibrationMethod::kl:
      return "kl";
  }
  return "unknown";
}

bool calibration_method_from_name(const std::string& name, CalibrationMethod* method) {
  for (const CalibrationMethod known : kMethods) {
    if (name != calibration_method_name(known)) continue;
    *method = known;
    return true;
  }
  return false;
}

bool Calibration::add(ValueId value, const float* numbers, std::int64_t count, double weight) {
  return histograms_[static_cast<std::size_t>(value)].add(numbers, count, weight);
}

const MagnitudeHistogram& Calibration::histogram(ValueId value) const {
  return histograms_[static_cast<std::size_t>(value)];
}

ActivationRanges Calibration::ranges(const RangeOptions& options) const {
  ActivationRanges ranges;
  ranges.reserve(histograms_.size());
  for (const MagnitudeHistogram& histogram : histograms_) {
    const bool negative = histogram.negative();
    const float largest8 = clip(histogram, options, 127);
    ranges.push_back({largest8, clip(histogram, options, negative ? 7 : 15), negative,
                      negative ? largest8 : clip(histogram, options, 255)});
  }
  return ranges;
}

Result<Calibration> calibrate(const ModelContents& model, const CalibrationImages& images,
                              const CalibrationProgress& progress) {
  BITPLACE_ASSIGN(runner, FloatRunner::create(model));
  const Graph& graph = runner.graph();
  Calibration calibration(graph.values.size());
  const auto calibrate_image = [&](const ImageView& image, double weight) {
    return runner.run(image, [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
      if (calibration.add(value, numbers, count, weight)) return {};
      return make_error(ErrorCode::invalid_argument,
                        "layer '" + graph.values[static_cast<std::size_t>(value)].name + "'",
                        "a number that it gives is not finite");
    });
  };
  BITPLACE_TRY(for_each_image(images, progress, calibrate_image));
  return calibration;
}

}  // namespace bitplace
