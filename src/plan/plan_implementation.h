// What a plan holds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bitplace/plan.h"
#include "core/arena.h"
#include "graph/model_contents.h"
#include "image/preprocess.h"
#include "plan/step.h"

namespace bitplace {

namespace cuda {
class DevicePlan;
}

struct Plan::Implementation {
  Model model;
  IsaFeatures features = 0;
  AlignedBuffer packed;  // constants of all steps
  std::size_t packed_bytes = 0;
  std::vector<Step> steps;            // in order; each needs the one before it to be complete
  std::vector<StepInfo> info;         // one per layer that does something
  std::vector<ValueId> layer_values;  // what each of these layers writes
  std::size_t arena_bytes = 0;
  Preprocessor preprocessor;
  StepInfo preprocessing;                        // the same for people
  std::size_t input_offset = 0;                  // NHWC
  std::size_t preprocessing_scratch_offset = 0;  // preprocessing's own memory
  std::size_t features_offset = 0;
  DataType features_type = DataType::f32;
  std::int64_t feature_count = 0;
  std::size_t descriptor_offset = 0;

  // Of a plan for a GPU, whose arena and steps the members above do not describe.
  std::shared_ptr<const cuda::DevicePlan> device_plan;
  std::string device = "cpu";
};

}  // namespace bitplace
