#include "plan/preprocessing_step.h"

#include "plan/layer_support.h"

namespace bitplace {
StepInfo describe_preprocessing(const Preprocessor& preprocessor, IsaFeatures features) {
  const Preprocessing& rules = preprocessor.rules();
  const ResizeKernel& resize = preprocessor.resize_kernel();
  const ResampleKernel* resample = preprocessor.resample_kernel();
  StepInfo info;
  info.layer = "image";
  info.operation = std::string("resize ") + resize_rule_name(rules.resize) + " to " +
                   channel_order_name(rules.channel_order);
  info.kernel = resample != nullptr ? resample->name : resize.name;
  info.passed_over = resample != nullptr ? passed_over_text(resample_kernels(), resample, features)
                                         : passed_over_text(resize_kernels(), &resize, features);
  IsaFeatures needed = resample != nullptr ? resample->features : resize.features;
  if (const NormalizeKernel* normalize = preprocessor.normalize_kernel()) {
    info.operation += std::string(" + normalize to ") + data_type_name(rules.input_type);
    info.kernel += std::string(" + ") + normalize->name;
    needed |= normalize->features;
  }
  info.isa = needed_tier(needed);
  info.reference = needed == 0 && features != 0;
  info.packed_bytes = preprocessor.table_bytes();
  info.scratch_bytes = preprocessor.scratch_bytes(preprocessor.useful_parts());
  return info;
}

}  // namespace bitplace
