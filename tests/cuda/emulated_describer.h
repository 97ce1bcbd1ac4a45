// Describers on emulated GPUs.
#pragma once

#include <memory>
#include <utility>

#include "cuda/plan/plan_for_device.h"
#include "cuda/runtime/emulated_device.h"
#include "describer/describer_support.h"

namespace bitplace::test {

inline Plan plan_on(const std::shared_ptr<cuda::Device>& device, const Model& model) {
  auto implementation = cuda::plan_for_device(model, 0, device);
  if (!implementation.ok()) FAIL(implementation.error().message());
  return Plan(*std::move(implementation));
}

inline Describer describer_on(const Plan& plan, int batch) {
  DescriberOptions options;
  options.batch = batch;
  auto describer = Describer::create(plan, options);
  if (!describer.ok()) FAIL(describer.error().message());
  return std::move(*describer);
}

inline Describer emulated(const Model& model, int architecture, int batch,
                          cuda::ThreadOrder order = cuda::ThreadOrder::rising) {
  cuda::EmulatedDeviceOptions options;
  options.architecture = architecture;
  options.order = order;
  return describer_on(plan_on(cuda::create_emulated_device(options), model), batch);
}

}  // namespace bitplace::test
