#include "quantize/descriptor_error.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "quantize/float_runner.h"

namespace bitplace {

Result<Descriptors> describe_images(const ModelContents& model, const CalibrationImages& images,
                                    const CalibrationProgress& progress) {
  BITPLACE_ASSIGN(runner, FloatRunner::create(model));
  Descriptors descriptors;
  const auto observe = [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
    if (value == model.graph.descriptor) descriptors.emplace_back(numbers, numbers + count);
    return {};
  };
  BITPLACE_TRY(for_each_image(images, progress,
                              [&](const ImageView& image, double) { return runner.run(image, observe); }));
  return descriptors;
}

DescriptorSimilarity compare_descriptors(const Descriptors& a, const Descriptors& b,
                                         const std::vector<double>& weights) {
  DescriptorSimilarity similarity;
  double total = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double found = cosine(a[i], b[i]);
    similarity.mean += weights[i] * found;
    similarity.least = std::min(similarity.least, found);
    total += weights[i];
  }
  if (total > 0.0) similarity.mean /= total;
  return similarity;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i], y = b[i];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa == 0.0 || bb == 0.0) return aa == bb ? 1.0 : 0.0;
  return ab / std::sqrt(aa * bb);
}

}  // namespace bitplace
