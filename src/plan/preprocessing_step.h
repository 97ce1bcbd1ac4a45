// What the preprocessing of a plan is, for people and for `vprconv explain`.
#pragma once

#include "bitplace/plan.h"
#include "image/preprocess.h"

namespace bitplace {

StepInfo describe_preprocessing(const Preprocessor& preprocessor, IsaFeatures features);

}  // namespace bitplace
