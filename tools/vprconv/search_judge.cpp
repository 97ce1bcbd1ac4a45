#include "vprconv/search_judge.h"

#include <memory>

#include "core/error.h"
#include "image/decode.h"

namespace bitplace::tools {
namespace {

// The mean squared distance between L2-normalised descriptors, divided by their dimension.
double mean_squared_error(const Descriptors& a, const Descriptors& b, const std::vector<double>& weights) {
  double sum = 0.0, total = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double distance = 0.0;
    for (std::size_t k = 0; k < a[i].size(); ++k) {
      const double difference = static_cast<double>(a[i][k]) - static_cast<double>(b[i][k]);
      distance += difference * difference;
    }
    sum += weights[i] * distance / static_cast<double>(a[i].size());
    total += weights[i];
  }
  return total > 0.0 ? sum / total : 0.0;
}

}  // namespace

Status SearchJudge::set_images(const CalibrationImages& images) {
  auto pictures = std::make_shared<std::vector<DecodedImage>>();
  for (std::size_t i = 0; i < images.size(); ++i) {
    BITPLACE_ASSIGN(picture, images.read(i));
    pictures->push_back(std::move(picture));
  }
  images_ = {images.names, images.weights,
             [pictures](std::size_t i) -> Result<DecodedImage> { return (*pictures)[i]; }};
  return {};
}

Status SearchJudge::set_expected(const ModelContents& float_model) {
  BITPLACE_ASSIGN(expected, describe_images(float_model, images_));
  expected_ = std::move(expected);
  return {};
}

Result<double> SearchJudge::error_of(const ModelContents& model) const {
  BITPLACE_ASSIGN(found, describe_images(model, images_));
  return mean_squared_error(expected_, found, images_.weights);
}

}  // namespace bitplace::tools
