// u8 or s8 activations x s4 weights with AVX-VNNI.
//
//   code = x - min(input_low, 0), in [0, 254];  accumulator = start + sum of code * w,  start = low * sum of
//   w
//
// Layout: quad_plan.h, bytes. One vpdpbusd adds 4 products to each of 8 channels, so 4-bit weights are
// widened when a plan is made. Registers: 12 accumulators for 6 pixels x 16 channels, enough for a latency of
// 6 cycles at 2 instructions a cycle; 2 weights, 1 broadcast quad. Depth: the sums are exact modulo 2^32, so
// any that the accumulator's type holds. Preconditions: none beyond the table's.
//
// Measured in the EVEX encoding only: docs/performance/int8-avx2.md.
#include "kernels/convolution_s8_s4/convolution_s8_s4.h"
#include "kernels/convolution_s8_s8/quad_dot.h"

namespace bitplace {
namespace {

using namespace quad_plan;

}  // namespace

extern const ConvolutionKernel convolution_s8_s4__avxvnni_6x16 = {"convolution_s8_s4__avxvnni_6x16",
                                                                  isa_feature::avx2 | isa_feature::avxvnni,
                                                                  accepts_quads,
                                                                  step_packed_bytes<DotStep<4>>,
                                                                  step_pack<DotStep<4>>,
                                                                  step_scratch_bytes<DotStep<4>>,
                                                                  step_prepare_tasks<DotStep<4>>,
                                                                  step_prepare<DotStep<4>>,
                                                                  run_tasks,
                                                                  run_task<DotStep<4>>};

}  // namespace bitplace
