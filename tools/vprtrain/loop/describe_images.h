// Descriptors as LibTorch computes them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "vprtrain/data/image_store.h"
#include "vprtrain/data/network_image.h"
#include "vprtrain/network.h"

namespace bitplace::train {

struct Descriptors {
  std::int64_t dimension = 0;
  std::vector<float> values;  // image by image
};

struct DescribeOptions {
  torch::Device device = torch::Device(torch::kCPU);
  torch::ScalarType type = torch::kFloat32;  // of the arithmetic: f32 or f64, as the network's tensors are
  std::int64_t batch = 32;
  // Called after each batch with the number of its images; false ends it all early.
  std::function<bool(std::int64_t)> progress;
};

ImageFormat image_format(const NetworkInput& input);

// In evaluation mode, in which the network is left. Empty values where `progress` said false. Errors: of
// images.
Result<Descriptors> describe_images(TrainableNetwork& network, ImageStore& store,
                                    const std::vector<std::string>& paths, const DescribeOptions& options);

}  // namespace bitplace::train
