// Which part of a TFLite model its last feature map is computed by.
#pragma once

#include <cstdint>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"

namespace bitplace {

struct TfliteFeatures {
  std::int32_t tensor = -1;          // the last map of more than one pixel on the way to an output
  std::vector<bool> needed;          // by operator: whether the map depends on it
  std::vector<std::size_t> dropped;  // the other operators that an output depends on: the classifier
};

Result<TfliteFeatures> find_tflite_features(const TfliteModel& model);

}  // namespace bitplace
