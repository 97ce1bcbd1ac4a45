// How far a model's descriptors are from another's.
#pragma once

#include <vector>

#include "graph/model_contents.h"
#include "quantize/calibration_images.h"

namespace bitplace {

// Image after image, as numbers: codes as they are, bits as -1 and +1.
using Descriptors = std::vector<std::vector<float>>;
Result<Descriptors> describe_images(const ModelContents& model, const CalibrationImages& images,
                                    const CalibrationProgress& progress = {});

// Cosines between descriptors of the same images; what scales they have does not matter.
struct DescriptorSimilarity {
  double mean = 0.0;  // by the images' weights
  double least = 1.0;
};
DescriptorSimilarity compare_descriptors(const Descriptors& a, const Descriptors& b,
                                         const std::vector<double>& weights);

// 1 for two vectors of zeros, 0 where only one is.
double cosine(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace bitplace
