// Depthwise u8 or s8 activations x s8 weights with AVX-VNNI.
//
//   code = x - min(input_low, 0), in [0, 254];  accumulator = start + sum of code * w,  start = low * sum of
//   w
//
// Layout: depthwise_slots.h, 4 slots. One vpdpbusd adds 4 vertically adjacent products to each of 8 channels.
// Preconditions: windows that fit the buffer of depthwise_build.h.
//
// Measured in the EVEX encoding only: docs/performance/int8-avx2.md.
#include "kernels/depthwise_s8_s8/depthwise_dot.h"
#include "kernels/depthwise_s8_s8/depthwise_s8_s8.h"

namespace bitplace {

using namespace depthwise_slots;

extern const ConvolutionKernel depthwise_s8_s8__avxvnni_2x32 = {"depthwise_s8_s8__avxvnni_2x32",
                                                                isa_feature::avx2 | isa_feature::avxvnni,
                                                                accepts<DotStep>,
                                                                step_packed_bytes<DotStep>,
                                                                step_pack<DotStep>,
                                                                no_scratch,
                                                                no_prepare_tasks,
                                                                prepare_nothing,
                                                                step_tasks<DotStep>,
                                                                run_task<DotStep>};

}  // namespace bitplace
