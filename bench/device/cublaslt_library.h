// Products of matrices of cuBLASLt.
#pragma once

#include "bench/device/library.h"

namespace bitplace::bench {

// Bytes with sums in s32 that are scaled to bytes, and halves with sums in f32. Windows lie gathered already.
Result<std::vector<Library>> cublaslt_libraries(cuda::Device& device, int device_number);

}  // namespace bitplace::bench
