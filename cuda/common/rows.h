// Rows out of a list. Operations that share a launch are listed in one .inc file, one line each:
//
//   BITPLACE_DEVICE_ROW(name, Kernel)
//
// which is read four times: where rows are declared, where they are defined, in the .cu file, which
// instantiates launch<Kernel>, and where the emulator learns of them.
#pragma once

#include "cuda/common/architecture.h"
#include "cuda/common/launch.h"

namespace bitplace::cuda {

// launch_kernel.h defines it, for .cu files.
template <class Kernel>
int launch(const void* parameters, void* stream);

template <class Kernel>
constexpr DeviceKernel device_row(const char* name) {
  return {name, kLowestArchitecture, kAnyArchitecture, BITPLACE_LAUNCH(launch<Kernel>)};
}

}  // namespace bitplace::cuda
