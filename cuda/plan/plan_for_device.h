// What a public plan holds when its model runs on a GPU.
#pragma once

#include <memory>

#include "cuda/plan/device_name.h"
#include "cuda/runtime/device.h"
#include "plan/plan_implementation.h"

namespace bitplace::cuda {

// `name` is no CPU.
Result<std::shared_ptr<const Plan::Implementation>> plan_for_device(const Model& model, IsaFeatures features,
                                                                    const DeviceName& name);
// For a device that is open already.
Result<std::shared_ptr<const Plan::Implementation>> plan_for_device(const Model& model, IsaFeatures features,
                                                                    std::shared_ptr<Device> device);

Result<std::size_t> arena_bytes(const DevicePlan& plan, int batch);

}  // namespace bitplace::cuda
