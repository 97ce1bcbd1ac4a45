// Convolutions of cuDNN.
#pragma once

#include "bench/device/library.h"

namespace bitplace::bench {

// Bytes with sums in s32 and halves with sums in f32, both NHWC on tensor cores where cuDNN has them.
Result<std::vector<Library>> cudnn_libraries(cuda::Device& device, int device_number);

}  // namespace bitplace::bench
