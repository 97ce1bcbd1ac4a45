#include "quantize/calibration_images.h"

#include <algorithm>

#include "core/error.h"

namespace bitplace {
namespace {

CalibrationImages subset(const CalibrationImages& images, std::vector<std::size_t> indices) {
  CalibrationImages taken;
  for (const std::size_t index : indices) {
    taken.names.push_back(images.names[index]);
    taken.weights.push_back(images.weights[index]);
  }
  taken.read = [read = images.read, indices = std::move(indices)](std::size_t i) { return read(indices[i]); };
  return taken;
}

}  // namespace

Status for_each_image(const CalibrationImages& images, const CalibrationProgress& progress,
                      const std::function<Status(const ImageView& image, double weight)>& use) {
  if (images.size() == 0)
    return make_error(ErrorCode::invalid_argument, "calibration", "there are no images");
  for (std::size_t i = 0; i < images.size(); ++i) {
    BITPLACE_ASSIGN(image, images.read(i));
    const Status used = use(image.view(), images.weights[i]);
    if (!used.ok()) return with_context(used.error(), images.names[i]);
    if (progress) progress(i + 1, images.size());
  }
  return {};
}

SplitImages hold_out(const CalibrationImages& images, std::size_t every) {
  if (images.size() < every) return {images, images};
  std::vector<std::size_t> calibrating, held_out;
  for (std::size_t i = 0; i < images.size(); ++i)
    ((i + 1) % every == 0 ? held_out : calibrating).push_back(i);
  return {subset(images, std::move(calibrating)), subset(images, std::move(held_out))};
}

CalibrationImages some_images(const CalibrationImages& images, std::size_t most) {
  const std::size_t count = std::min(most, images.size());
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < count; ++i)
    indices.push_back(i * images.size() / count);
  return subset(images, std::move(indices));
}

}  // namespace bitplace
