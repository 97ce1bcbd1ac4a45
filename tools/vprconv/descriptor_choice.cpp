#include "vprconv/descriptor_choice.h"

#include "common/progress.h"
#include "core/error.h"
#include "core/number_text.h"
#include "image/decode.h"
#include "quantize/descriptor_calibration.h"
#include "vprconv/images.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kMostImages = 8192;  // about 300 MB of features of FloppyNet
// Rare large features may saturate: the others keep more of their digits.
constexpr double kKeptShare = 0.999;

// What the descriptor is made of: integer features as they are, real ones as the f32 descriptor has them.
Status read_features(Describer& describer, FeatureKind kind, const ImageView& image,
                     std::vector<float>* features) {
  if (kind == FeatureKind::integers) return describer.features(image, features->data(), features->size());
  return describer.describe(image, features->data(), features->size() * sizeof(float));
}

Result<DescriptorCalibration> gather(const ModelContents& model, const ImageList& list) {
  BITPLACE_ASSIGN(describer, describer_of(model));
  std::vector<float> features(describer.feature_count());
  const FeatureKind kind = feature_kind(model.graph);
  DescriptorCalibration calibration(features.size(), kind);
  Progress progress("calibrate", static_cast<std::int64_t>(list.paths.size()));
  for (std::size_t i = 0; i < list.paths.size(); ++i) {
    BITPLACE_ASSIGN(image, read_image(list.paths[i]));
    const Status described = read_features(describer, kind, image.view(), &features);
    if (!described.ok()) return with_context(described.error(), list.paths[i]);
    const Status added = calibration.add(features.data(), list.weights[i]);
    if (!added.ok()) return with_context(added.error(), list.paths[i]);
    progress.advance();
  }
  progress.finish();
  return calibration;
}

Result<DescriptorChoice> choose_without_images(DataType type, const ModelContents& model) {
  DescriptorChoice choice;
  choice.encoding.type = type;
  if (type == DataType::b1) {
    choice.text = "bits, sign of each feature";
    return choice;
  }
  choice.encoding.scale = exact_code_scale(model.graph);
  if (choice.encoding.scale == 0.0f) {
    return make_error(ErrorCode::unsupported, "--descriptor s8",
                      "the features have no known range: give images with --calibrate");
  }
  choice.text = "s8, scale " + number_text(choice.encoding.scale) +
                ": the largest feature there can be is 127 (--calibrate finds a finer one)";
  return choice;
}

}  // namespace

Result<DescriptorChoice> choose_descriptor(DataType type, const std::string& calibrate,
                                           const ModelContents& model) {
  DescriptorChoice choice;
  choice.encoding.type = type;
  choice.text = "f32, L2-normalised";
  if (type == DataType::f32) return choice;
  if (calibrate.empty()) return choose_without_images(type, model);
  BITPLACE_ASSIGN(list, find_images(calibrate, kMostImages));
  BITPLACE_ASSIGN(calibration, gather(model, list));
  if (type == DataType::b1) {
    if (feature_kind(model.graph) == FeatureKind::integers) {
      choice.encoding.thresholds = calibration.median_thresholds();
    } else {
      choice.encoding.normalized_thresholds = calibration.normalized_median_thresholds();
    }
    choice.text = "bits, each feature compared with its median over " + images_text(calibrate, list);
    if (list.datasets > 1)
      choice.text += ", whose " + std::to_string(list.datasets) + " datasets count alike";
    return choice;
  }
  choice.encoding.scale = calibration.code_scale(kKeptShare);
  choice.text = "s8, scale " + number_text(choice.encoding.scale) + ": " + number_text(100.0 * kKeptShare) +
                " % of the features of " + images_text(calibrate, list) + " do not saturate";
  return choice;
}

}  // namespace bitplace::tools
