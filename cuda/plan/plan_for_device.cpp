#include "cuda/plan/plan_for_device.h"

#include <string>
#include <utility>

#include "core/error.h"
#include "cuda/common/architecture.h"
#include "cuda/plan/device_plan.h"

namespace bitplace::cuda {
namespace {

std::shared_ptr<const Plan::Implementation> implementation_of(const Model& model, IsaFeatures features,
                                                              DevicePlan plan, std::string device) {
  const Graph& graph = model.contents().graph;
  const Value& value = graph.values[static_cast<std::size_t>(graph.features)];
  auto result = std::make_shared<Plan::Implementation>();
  result->model = model;
  result->features = features;
  result->packed_bytes = plan.packed_bytes();
  result->info = plan.info();
  result->preprocessing = plan.preprocessing_info();
  result->arena_bytes = plan.arena_bytes();
  result->features_type = value.type;
  result->feature_count = value.shape.elements();
  result->device = std::move(device);
  result->device_plan = std::make_shared<const DevicePlan>(std::move(plan));
  return result;
}

}  // namespace

Result<std::shared_ptr<const Plan::Implementation>> plan_for_device(const Model& model, IsaFeatures features,
                                                                    std::shared_ptr<Device> device) {
  std::string name = device->name();
  BITPLACE_ASSIGN(plan, DevicePlan::create(model, std::move(device)));
  return implementation_of(model, features, std::move(plan), std::move(name));
}

Result<std::shared_ptr<const Plan::Implementation>> plan_for_device(const Model& model, IsaFeatures features,
                                                                    const DeviceName& name) {
  if (name.kind == DeviceName::Kind::gpu) {
    BITPLACE_ASSIGN(device, open_device(name.number));
    return plan_for_device(model, features, std::move(device));
  }
  BITPLACE_ASSIGN(plan, DevicePlan::create(model, name.architecture));
  return implementation_of(model, features, std::move(plan), architecture_name(name.architecture));
}

Result<std::size_t> arena_bytes(const DevicePlan& plan, int batch) {
  BITPLACE_ASSIGN(layout, plan.layout(batch));
  return layout.total_bytes;
}

}  // namespace bitplace::cuda
