// Layers that a device spends its time on moving: sums, pooling, packing of bits.
#pragma once

#include <vector>

#include "bench/device/device_work.h"
#include "bitplace/tensor.h"
#include "cuda/common/launch.h"
#include "plan/step.h"

namespace bitplace::bench {

// One step of a plan, on one image. The CPU's kernel in it is the reference.
struct MovingLayer {
  const char* layer;  // "resnet18/add56"
  const cuda::DeviceKernel* kernel;
  Step step;
  DataType input_type;
  std::int64_t input_elements;
  bool two_inputs;
  std::size_t output_bytes;
};
std::vector<MovingLayer> moving_layers();

// All images are the same one. After a launch the first and the last one's results must be the reference's.
MadeWork make_moving_layer(cuda::Device& device, const MovingLayer& layer, int batch);

}  // namespace bitplace::bench
