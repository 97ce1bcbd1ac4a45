// Real-valued networks: fold, project, calibrate, choose precisions, encode the descriptor.
#include <cmath>
#include <filesystem>

#include "common/progress.h"
#include "core/error.h"
#include "image/decode.h"
#include "lowering/real_model.h"
#include "lowering/rewrite.h"
#include "quantize/principal_components.h"
#include "vprconv/conversion.h"
#include "vprconv/images.h"
#include "vprconv/stage_bars.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kMostCalibrationImages = 512;
constexpr std::size_t kMostProjectionImages = 8192;
constexpr std::size_t kMostReportImages = 32;
// What verification asks of networks with bits or levels in them (integer_layers.h).
constexpr double kLeastCosine = 0.9999;
constexpr double kLeastCosineOfCodes = 0.999;  // with activations of 8 bits or fewer
constexpr double kFarthestTurn = 0.01;
constexpr double kFarthestTurnOfCodes = 0.25;

Error needs_images(const std::string& option) {
  return make_error(ErrorCode::invalid_argument, option,
                    "needs images to look at: give a folder or a CSV file with --calibrate");
}

Result<PrecisionMap> precisions_of(const std::string& text, const Graph& graph) {
  PrecisionMap map;
  if (precision_from_name(text, &map.otherwise)) return map;
  std::error_code ignored;
  if (!std::filesystem::exists(text, ignored)) {
    return make_error(ErrorCode::invalid_argument, "--precision " + text,
                      "is none of fp32, fp32-ordered, fp16, int8, w4a8, w4a4, and no file");
  }
  return read_precision_map(text, graph);
}

bool is_all_fp32(const PrecisionMap& precisions, const Graph& graph) {
  for (const std::string& layer : weighted_layers(graph)) {
    if (precisions.of(layer) != Precision::fp32) return false;
  }
  return true;
}

// The f32 descriptors of the images, one row each.
Result<std::vector<float>> describe_all(const ModelContents& model, const ImageList& list,
                                        std::size_t dimension) {
  BITPLACE_ASSIGN(describer, describer_of(model));
  std::vector<float> rows(dimension * list.paths.size());
  Progress progress("describe", static_cast<std::int64_t>(list.paths.size()));
  for (std::size_t i = 0; i < list.paths.size(); ++i) {
    BITPLACE_ASSIGN(image, read_image(list.paths[i]));
    const Status described =
        describer.describe(image.view(), &rows[i * dimension], dimension * sizeof(float));
    if (!described.ok()) return with_context(described.error(), list.paths[i]);
    progress.advance();
  }
  progress.finish();
  return rows;
}

// Behind the L2-normalised features: a linear layer from D to d numbers.
Result<Graph> append_projection(const Graph& graph, const LinearProjection& projection) {
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes)
    BITPLACE_TRY(rewrite.copy(node));
  const ValueId features = rewrite.find(graph.features);
  const std::int64_t inputs = value_at(graph, graph.features).shape.elements();
  const auto outputs = static_cast<std::int64_t>(projection.bias.size());
  BITPLACE_ASSIGN(flat, rewrite.append({"projection/flatten", Op::reshape, {features}, kNone, {}, {}}));
  BITPLACE_ASSIGN(normalized,
                  rewrite.append({"projection/normalize", Op::l2_normalize, {flat}, kNone, {}, {}}));
  Tensor weight = make_tensor("projection.weight", projection.weights);
  weight.shape = Shape(outputs, 1, 1, inputs);
  ConvolutionAttributes attributes;
  attributes.epilogue = Epilogue::affine;
  BITPLACE_ASSIGN(
      projected,
      rewrite.append({"projection",
                      Op::convolution,
                      {normalized},
                      kNone,
                      attributes,
                      {{"weight", rewrite.add_tensor(std::move(weight))},
                       {"bias", rewrite.add_tensor(make_tensor("projection.bias", projection.bias))}}}));
  BITPLACE_ASSIGN(projected_graph, rewrite.finish());
  projected_graph.features = projected_graph.descriptor = projected;
  return projected_graph;
}

QuantizationTrials trials_of(const ConvertOptions& options) {
  QuantizationTrials trials;
  trials.ranges.clear();
  for (const CalibrationMethod method : {CalibrationMethod::min_max, CalibrationMethod::percentile,
                                         CalibrationMethod::mse, CalibrationMethod::kl}) {
    if (options.calibration_method == "auto" || options.calibration_method == calibration_method_name(method))
      trials.ranges.push_back({method});
  }
  trials.unsigned_codes = options.unsigned_codes == "auto";
  trials.equalize = !options.no_equalization;
  trials.round_weights = !options.no_weight_rounding;
  trials.correct_biases = !options.no_bias_correction;
  // A file says what it wants for each layer; a name is an order with the promise that goes with it.
  Precision named = Precision::fp32;
  if (precision_from_name(options.precision, &named)) trials.allowed_loss = kAllowedLoss;
  return trials;
}

class RealConversion {
 public:
  RealConversion(const ConvertOptions& options, const Source& source, const PassObserver& observe)
      : options_(options), source_(source), observe_(observe) {}

  Result<Conversion> run() {
    BITPLACE_ASSIGN(folded, fold_real(source_.network.graph, observe_));
    network_ = {source_.network.name, std::move(folded), source_.network.preprocessing};
    if (options_.descriptor_size) BITPLACE_TRY(project());
    BITPLACE_ASSIGN(precisions, precisions_of(options_.precision, network_.graph));
    lowering_.precisions = std::move(precisions);
    if (options_.unsigned_codes != "auto")
      lowering_.precisions.unsigned_codes = options_.unsigned_codes == "always";
    if (has_integer_layers(network_.graph, lowering_.precisions)) BITPLACE_TRY(quantize());
    BITPLACE_TRY(choose_encoding());
    lowering_.observe = observe_;
    BITPLACE_ASSIGN(model, make_real_model(network_, lowering_));
    result_.model = std::move(model);
    const Graph& trained = result_.reference ? *result_.reference : source_.network.graph;
    result_.decisions = real_decisions(trained, result_.model);
    for (const Node& node : trained.nodes) {
      if (rounds_trained_levels(trained, node, result_.model.graph))
        result_.notes.push_back(node.name + ": weights of more levels than 8 bits hold, rounded");
    }
    const bool mixed = has_bits_or_levels(source_.network.graph);
    result_.exact = !mixed && is_all_fp32(lowering_.precisions, network_.graph);
    if (mixed) {
      result_.least_cosine = result_.quantization ? kLeastCosineOfCodes : kLeastCosine;
      result_.farthest_turn = result_.quantization ? kFarthestTurnOfCodes : kFarthestTurn;
    }
    return std::move(result_);
  }

 private:
  // Before minutes go into describing them: n images span n - 1 dimensions around their mean.
  Status check_descriptor_size(std::int64_t features, std::size_t images) const {
    const auto dimensions = static_cast<std::int64_t>(images) - 1;
    if (*options_.descriptor_size <= std::min(features, dimensions)) return {};
    return make_error(ErrorCode::invalid_argument,
                      "--descriptor-size " + std::to_string(*options_.descriptor_size),
                      "there are " + std::to_string(features) + " features, and " + std::to_string(images) +
                          " images span at most " + std::to_string(dimensions) + " dimensions");
  }

  // Principal components of the descriptors of the calibration images.
  Status project() {
    BITPLACE_ASSIGN(list, find_images(options_.calibrate, kMostProjectionImages));
    const std::int64_t features = value_at(network_.graph, network_.graph.features).shape.elements();
    BITPLACE_TRY(check_descriptor_size(features, list.paths.size()));
    BITPLACE_ASSIGN(model, make_float_model(network_));
    BITPLACE_ASSIGN(rows, describe_all(model, list, static_cast<std::size_t>(features)));
    BITPLACE_ASSIGN(principal,
                    fit_principal_components(rows, features, {*options_.descriptor_size, options_.whiten}));
    const LinearProjection projection = linear_projection(principal);
    BITPLACE_ASSIGN(projected, append_projection(network_.graph, projection));
    network_.graph = std::move(projected);
    BITPLACE_ASSIGN(reference, append_projection(source_.network.graph, projection));
    result_.reference = std::move(reference);
    result_.notes.push_back(std::to_string(features) + " features projected to " +
                            std::to_string(*options_.descriptor_size) + " principal components of " +
                            images_text(options_.calibrate, list) + (options_.whiten ? ", whitened" : "") +
                            ": " + percent_text(principal.variance_kept()) + " of the variance");
    return {};
  }

  // Chooses how to calibrate, and whether to equalise layers and to correct biases, by what it does to the
  // descriptors of images that were held out.
  Status quantize() {
    if (options_.calibrate.empty()) return needs_images("--precision " + options_.precision);
    BITPLACE_ASSIGN(list, find_images(options_.calibrate, kMostCalibrationImages));
    const CalibrationImages images = calibration_images(list);
    StageBars bars;
    BITPLACE_ASSIGN(
        chosen, choose_quantization(network_.graph, lowering_.precisions, real_model_maker(network_), images,
                                    trials_of(options_), std::ref(bars)));
    BITPLACE_ASSIGN(report,
                    quantization_report(
                        chosen.quantization, chosen.reference, real_model_maker(network_),
                        some_images(images, kMostReportImages),
                        [&](std::size_t done, std::size_t total) { bars("measure layers", done, total); }));
    result_.trials = std::move(chosen.trials);
    result_.chosen_trial = chosen.chosen;
    result_.raised = std::move(chosen.raised);
    result_.quantization = std::move(report);
    network_.graph = std::move(chosen.quantization.folded);
    lowering_.precisions = std::move(chosen.quantization.precisions);
    lowering_.ranges = std::move(chosen.quantization.ranges);
    result_.notes.push_back("quantized by " + result_.trials[result_.chosen_trial].name + " on " +
                            images_text(options_.calibrate, list));
    return {};
  }

  Status choose_encoding() {
    const DataType type = descriptor_type_of(options_.descriptor);
    if (type == DataType::s8 && options_.calibrate.empty()) return needs_images("--descriptor s8");
    BITPLACE_ASSIGN(model, make_real_model(network_, lowering_));
    BITPLACE_ASSIGN(descriptor, choose_descriptor(type, options_.calibrate, model));
    result_.descriptor = std::move(descriptor);
    lowering_.descriptor = result_.descriptor.encoding;
    return {};
  }

  static std::string percent_text(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", 100.0 * share);
    return text;
  }

  const ConvertOptions& options_;
  const Source& source_;
  const PassObserver& observe_;
  RealNetwork network_;
  RealLoweringOptions lowering_;
  Conversion result_;
};

}  // namespace

Result<Conversion> convert_real(const ConvertOptions& options, const Source& source,
                                const PassObserver& observe) {
  return RealConversion(options, source, observe).run();
}

}  // namespace bitplace::tools
