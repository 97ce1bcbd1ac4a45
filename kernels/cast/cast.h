// f32 to f16 and back.
//
// To f16: rounded to nearest even; magnitudes that round beyond 65504 become infinite, subnormal halves are
// kept. To f32: exact. A NaN stays a NaN, made quiet, with the upper bits of its payload. Byte-identical on
// every instruction set (kernels/common/half.h is the definition).
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Input and output do not overlap. Nothing need be aligned.
struct CastCall {
  const void* input;
  void* output;
};

// Each runs elements [begin, end) and touches no others.
struct CastKernel {
  const char* name;
  IsaFeatures features;
  void (*run_f32_f16)(const CastCall&, std::int64_t begin, std::int64_t end);
  void (*run_f16_f32)(const CastCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<CastKernel> cast_kernels();

}  // namespace bitplace
