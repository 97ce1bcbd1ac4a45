#include "plan/preprocessing_step.h"

namespace bitplace {
namespace {

// The lowest tier that has every feature that the kernels need.
const char* needed_tier(IsaFeatures features) {
  for (const IsaTier& tier : isa_tiers()) {
    if ((features & ~tier.features) == 0) return tier.name;
  }
  return isa_name(features);
}

}  // namespace

StepInfo describe_preprocessing(const Preprocessor& preprocessor, IsaFeatures features) {
  const Preprocessing& rules = preprocessor.rules();
  const ResizeKernel& resize = preprocessor.resize_kernel();
  StepInfo info;
  info.layer = "image";
  info.operation = std::string("resize ") + resize_rule_name(rules.resize) + " to " +
                   channel_order_name(rules.channel_order);
  info.kernel = resize.name;
  IsaFeatures needed = resize.features;
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
