#include "networks/random_parameters.h"

#include <cmath>

namespace bitplace {

Result<std::vector<float>> RandomParameters::take(const std::string& name,
                                                  const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape)
    count *= extent;
  std::vector<float> values(static_cast<std::size_t>(count));
  float low = 0.0f, high = 0.0f;
  if (shape.size() >= 2) {
    // Variance 2 / (products per sum), of a uniform distribution.
    const double bound = std::sqrt(6.0 / static_cast<double>(count / shape[0]));
    high = static_cast<float>(bound);
    low = -high;
  } else if (name.ends_with("running_var")) {
    low = high = 1.0f;
  } else if (name.ends_with("weight")) {
    low = 0.5f, high = 1.5f;
  } else if (name.ends_with("bias") || name.ends_with("running_mean")) {
    low = -0.25f, high = 0.25f;
  }
  for (float& value : values)
    value = random_.uniform(low, high);
  return values;
}

}  // namespace bitplace
