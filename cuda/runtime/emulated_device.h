// A device whose kernels are the emulator's and whose memory is the host's. For tests.
#pragma once

#include "cuda/common/emulate.h"
#include "cuda/runtime/device.h"

namespace bitplace::cuda {

// `memory_bytes` is how much it has to give.
struct EmulatedDeviceOptions {
  int architecture = 87;
  std::size_t memory_bytes = std::size_t{1} << 30;
  ThreadOrder order = ThreadOrder::rising;
};

std::shared_ptr<Device> create_emulated_device(const EmulatedDeviceOptions& options = {});

}  // namespace bitplace::cuda
