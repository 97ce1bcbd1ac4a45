// Streams of the CUDA runtime.
#pragma once

#include <memory>
#include <string>

#include "cuda/runtime/device.h"

namespace bitplace::cuda {

// `device_name` is for errors.
Result<std::unique_ptr<Stream>> create_cuda_stream(int device, const std::string& device_name);

}  // namespace bitplace::cuda
