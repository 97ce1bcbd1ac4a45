// Device memory full of numbers, for libraries' inputs and weights.
#pragma once

#include "bench/device/library_shape.h"
#include "cuda/runtime/device.h"

namespace bitplace::bench {

// Codes from -127 to 127, or halves within +-1: zeros would cost a device less power than numbers do.
Result<cuda::Memory> random_device_memory(cuda::Device& device, std::int64_t elements, LibraryType type);

}  // namespace bitplace::bench
