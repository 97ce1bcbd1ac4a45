#include "quantize/choose_quantization.h"
#include "core/error.h"
#include "quantize/bias_correct.h"
#include "quantize/channel_statistics.h"
#include "quantize/descriptor_error.h"
#include "quantize/equalize.h"
#include "quantize/round_weights.h"

namespace bitplace {
namespace {

// The float model's values begin with the folded graph's own; those of its descriptor come behind them.
ActivationRanges ranges_of(const Graph& folded, const Calibration& calibration, const RangeOptions& options) {
  ActivationRanges ranges = calibration.ranges(options);
  ranges.resize(folded.values.size());
  return ranges;
}

class QuantizationChooser {
 public:
  QuantizationChooser(const PrecisionMap& precisions, const ModelMaker& make, const CalibrationImages& images,
                      const QuantizationTrials& trials, const StageProgress& progress)
      : precisions_(precisions),
        make_(make),
        images_(images),
        split_(hold_out(images, trials.held_out_every)),
        trials_(trials),
        progress_(progress) {}

  Result<ChosenQuantization> run(const Graph& folded) {
    BITPLACE_ASSIGN(model, make_(folded, PrecisionMap{}, {}));
    BITPLACE_ASSIGN(expected, describe_images(model, split_.held_out, stage("describe")));
    expected_ = std::move(expected);
    BITPLACE_TRY(try_methods(folded, model));
    BITPLACE_TRY(try_raised(folded, model));
    if (!has_integer_layers(folded, best_.quantization.precisions)) return std::move(best_);
    BITPLACE_TRY(try_unsigned());
    variations_.push_back({best_.trials[best_.chosen].name, best_.quantization, folded});
    if (trials_.equalize) BITPLACE_TRY(try_equalized(model));
    if (trials_.round_weights) {
      for (const Variation& variation : variations_)
        BITPLACE_TRY(try_rounded(variation));
      BITPLACE_TRY(try_unsigned());  // what coarse weights hid may show now
    }
    if (trials_.correct_biases) BITPLACE_TRY(try_corrected());
    return std::move(best_);
  }

 private:
  // A float graph with ranges that its weights can still be rounded for.
  struct Variation {
    std::string name;
    Quantization quantization;
    Graph reference;
  };

  CalibrationProgress stage(const std::string& name) const {
    if (!progress_) return {};
    return [this, name](std::size_t done, std::size_t total) { progress_(name, done, total); };
  }

  Status try_methods(const Graph& folded, const ModelContents& model) {
    BITPLACE_ASSIGN(calibration, calibrate(model, split_.calibrating, stage("calibrate")));
    for (const RangeOptions& options : trials_.ranges) {
      BITPLACE_TRY(try_out(calibration_method_name(options.method),
                           {folded, precisions_, ranges_of(folded, calibration, options)}, folded));
      if (best_.chosen + 1 == best_.trials.size()) method_ = options;
    }
    return {};
  }

  // A bit that turns on one image in fifty is not seen on ten, and ranges do not fit single images: all may
  // judge.
  Status try_raised(const Graph& folded, const ModelContents& float_model) {
    if (!trials_.allowed_loss || !has_few_levels(folded)) return {};
    const CalibrationImages many = some_images(images_, trials_.judging_images);
    const CalibrationImages few = some_images(many, trials_.quick_images);
    BITPLACE_ASSIGN(expected_of_many, describe_images(float_model, many, stage("describe")));
    BITPLACE_ASSIGN(expected_of_few, describe_images(float_model, few, {}));
    std::size_t tried = 0;
    const auto loss = [&](const PrecisionMap& precisions, bool quick) -> Result<double> {
      const CalibrationImages& images = quick ? few : many;
      BITPLACE_ASSIGN(model, make_(folded, precisions, best_.quantization.ranges));
      const std::string name = "judge layers, mix " + std::to_string(++tried);
      BITPLACE_ASSIGN(found, describe_images(model, images, stage(name)));
      return 1.0 -
             compare_descriptors(quick ? expected_of_few : expected_of_many, found, images.weights).least;
    };
    BITPLACE_ASSIGN(raised, raise_sensitive_layers(folded, precisions_, *trials_.allowed_loss, loss));
    if (raised.layers.empty()) return {};
    best_.raised = std::move(raised.layers);
    const std::string count = std::to_string(best_.raised.size());
    Quantization variation = best_.quantization;
    variation.precisions = std::move(raised.precisions);
    BITPLACE_TRY(judge(best_.trials[best_.chosen].name + ", " + count + " sensitive in f32", variation));
    take(variation, folded);
    return {};
  }

  Status try_unsigned() {
    constexpr double kWorthItsTime = 0.8;
    if (!trials_.unsigned_codes || best_.quantization.precisions.unsigned_codes) return {};
    Quantization variation = best_.quantization;
    variation.precisions.unsigned_codes = true;
    const std::string name = best_.trials[best_.chosen].name + ", codes without sign";
    const Graph reference = best_.reference;
    return try_out(name, variation, reference, kWorthItsTime);
  }

  Status try_equalized(const ModelContents& model) {
    BITPLACE_ASSIGN(magnitudes, channel_magnitudes(model, split_.calibrating, stage("measure channels")));
    const Quantization& plain = best_.quantization;
    BITPLACE_ASSIGN(equalized, equalize(plain.folded, magnitudes));
    if (equalized.pairs.empty()) return {};
    BITPLACE_ASSIGN(float_model, make_(equalized.graph, PrecisionMap{}, {}));
    BITPLACE_ASSIGN(calibration, calibrate(float_model, split_.calibrating, stage("calibrate equalised")));
    const std::string name = best_.trials[best_.chosen].name + ", equalised";
    const Quantization variation = {equalized.graph, plain.precisions,
                                    ranges_of(equalized.graph, calibration, method_)};
    variations_.push_back({name, variation, equalized.graph});
    return try_out(name, variation, equalized.graph);
  }

  Status try_rounded(const Variation& from) {
    const std::string name = from.name + ", weights rounded together";
    const CalibrationImages images = some_images(split_.calibrating, trials_.rounding_images);
    Quantization variation = from.quantization;
    BITPLACE_ASSIGN(rounded, round_weights(variation, make_, images, stage(name)));
    variation.folded = std::move(rounded);
    return try_out(name, variation, from.reference);
  }

  Status try_corrected() {
    Quantization variation = best_.quantization;
    const CalibrationImages images = some_images(split_.calibrating, trials_.bias_images);
    BITPLACE_ASSIGN(corrected,
                    correct_biases(variation, best_.reference, make_, images, stage("correct biases")));
    variation.folded = std::move(corrected);
    const std::string name = best_.trials[best_.chosen].name + ", biases corrected";
    const Graph reference = best_.reference;
    return try_out(name, variation, reference);
  }

  // Takes the place of the best so far if its error is less than this share of that one's.
  Status try_out(const std::string& name, const Quantization& variation, const Graph& reference,
                 double share = 1.0) {
    const bool first = best_.trials.empty();
    BITPLACE_TRY(judge(name, variation));
    const double error = best_.trials.back().descriptor_error;
    if (first || error < share * best_.trials[best_.chosen].descriptor_error) take(variation, reference);
    return {};
  }

  Status judge(const std::string& name, const Quantization& variation) {
    BITPLACE_ASSIGN(model, make_(variation.folded, variation.precisions, variation.ranges));
    BITPLACE_ASSIGN(found, describe_images(model, split_.held_out, stage("judge " + name)));
    best_.trials.push_back({name, 1.0 - compare_descriptors(expected_, found, split_.held_out.weights).mean});
    return {};
  }

  // What was judged last.
  void take(const Quantization& variation, const Graph& reference) {
    best_.chosen = best_.trials.size() - 1;
    best_.quantization = variation;
    best_.reference = reference;
  }

  const PrecisionMap& precisions_;
  const ModelMaker& make_;
  const CalibrationImages& images_;
  SplitImages split_;
  const QuantizationTrials& trials_;
  const StageProgress& progress_;
  Descriptors expected_;
  RangeOptions method_;
  std::vector<Variation> variations_;
  ChosenQuantization best_;
};

}  // namespace

Result<ChosenQuantization> choose_quantization(const Graph& folded, const PrecisionMap& precisions,
                                               const ModelMaker& make, const CalibrationImages& images,
                                               const QuantizationTrials& trials,
                                               const StageProgress& progress) {
  if (trials.ranges.empty())
    return make_error(ErrorCode::invalid_argument, "quantization", "no calibration method is to be tried");
  return QuantizationChooser(precisions, make, images, trials, progress).run(folded);
}

}  // namespace bitplace
