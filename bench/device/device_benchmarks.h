// The benchmarks of a device's kernels.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/device/device_work.h"
#include "bench/device/layer_limit.h"
#include "bench/device/library.h"
#include "bench/shapes.h"

namespace bitplace::bench {

// One row of the program's output.
struct DeviceBenchmark {
  std::string layer;        // "resnet18/c56@256": with the number of images
  std::string name;         // "convolution_s8_s8__bytes32", or a library's
  bool of_library = false;  // which the layer's other benchmarks are compared with
  double products = 0.0;    // 0 where the layer is no convolution
  std::string instruction;  // what our rows promise
  std::function<MadeWork()> make;
};

// Of every layer and number of images: first the libraries, then the rows that accept it. Layers of other
// operations, whose limit is moving, come last.
std::vector<DeviceBenchmark> list_device_benchmarks(cuda::Device& device,
                                                    const std::vector<ConvolutionShape>& shapes,
                                                    const std::vector<int>& batches,
                                                    const std::vector<Library>& libraries);

// Registers them. The list, the limits and the device must live until they have run.
void register_device_benchmarks(cuda::Device& device, const DeviceLimits& limits,
                                const std::vector<DeviceBenchmark>& benchmarks);

// Measures the limits of the device that the name means, runs what is registered for it, and returns the
// program's exit status.
int run_device_benchmarks(const std::string& device_name, const std::string& shapes,
                          const std::vector<int>& batches);

}  // namespace bitplace::bench
