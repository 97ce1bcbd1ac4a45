// A model prepared for a GPU architecture: a kernel for every layer, and where tensors lie for a batch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bitplace/plan.h"
#include "cuda/common/batched_call.h"
#include "cuda/common/convolution.h"
#include "cuda/plan/device_step.h"
#include "cuda/runtime/device.h"
#include "graph/graph.h"
#include "graph/model_contents.h"
#include "plan/layer.h"

namespace bitplace::cuda {

// Where everything lies in the arena of a describer for so many images at a time.
struct DeviceLayout {
  struct StepOffsets {
    std::size_t input = 0, second_input = 0, output = 0, scratch = 0;
  };
  std::vector<StepOffsets> steps;
  std::size_t input_offset = 0;
  std::size_t features_offset = 0;
  std::size_t descriptor_offset = 0;
  std::size_t total_bytes = 0;
};

// Made once, then shared by describers and never changed.
class DevicePlan {
 public:
  // For an architecture, without a device: to be looked at. Error: unsupported, naming the layer and the
  // operation that no kernel runs.
  static Result<DevicePlan> create(const Model& model, int architecture);
  // For a device: constants are packed and uploaded.
  static Result<DevicePlan> create(const Model& model, std::shared_ptr<Device> device);

  const std::shared_ptr<Device>& device() const { return device_; }  // null without one
  int architecture() const { return architecture_; }
  std::size_t packed_bytes() const { return packed_bytes_; }
  std::size_t arena_bytes() const { return arena_bytes_; }  // for one image at a time
  std::size_t descriptor_bytes() const;                     // of an image, as they lie on the device
  const std::vector<StepInfo>& info() const { return info_; }
  const StepInfo& preprocessing_info() const { return preprocessing_info_; }

  const Preprocessing& preprocessing() const;
  const std::vector<DeviceStep>& steps() const { return steps_; }  // of a plan for a device
  // Error: invalid_argument, where so many images at a time are more than the kernels count.
  Result<DeviceLayout> layout(std::int32_t batch) const;
  std::int64_t largest_batch() const { return largest_batch_; }

 private:
  struct Layer {
    PlannedLayer planned;
    const DeviceKernel* kernel = nullptr;
    const DeviceConvolutionKernel* convolution = nullptr;  // where it is one
    std::size_t packed_offset = 0;
  };

  DevicePlan(const Model& model, int architecture);
  const Graph& graph() const;
  Status plan_layers();
  Status add_layer(PlannedLayer planned);
  std::size_t scratch_bytes(const Layer& layer, std::int32_t batch) const;
  void fill_info(const DeviceLayout& placed);
  Status upload();

  Model model_;
  int architecture_;
  std::shared_ptr<Device> device_;
  Memory constants_;
  std::size_t packed_bytes_ = 0;
  std::size_t arena_bytes_ = 0;
  std::int64_t largest_batch_ = kMostBatch;
  std::vector<Layer> layers_;
  std::vector<DeviceStep> steps_;
  std::vector<StepInfo> info_;
  StepInfo preprocessing_info_;
};

}  // namespace bitplace::cuda
