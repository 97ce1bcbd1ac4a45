// One step of a device's plan: the CPU's step, whose call says what is to be done, and the device's kernel.
#pragma once

#include "cuda/common/launch.h"
#include "cuda/plan/step_memory.h"
#include "cuda/runtime/device.h"
#include "plan/step.h"

namespace bitplace::cuda {

struct DeviceStep {
  const DeviceKernel* kernel = nullptr;
  Step step;              // its constants' addresses are the device's
  std::size_t layer = 0;  // index into the plan's info
};

// A step's constants that lie at `from` on the host will be at `to` on the device. Not a convolution's.
void move_constants(Step* step, const std::byte* from, const std::byte* to);

// Puts the step on a stream.
Status issue(const DeviceStep& step, const StepMemory& memory, Stream& stream);

}  // namespace bitplace::cuda
