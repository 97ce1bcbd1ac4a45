// Max-pooling with SSE4.2: four running maxima of 16 bytes (4 floats) of an output pixel, then one.
//
//   s8, u8, s32  the instruction of that type
//   f32          tap > best ? tap : best, so that a NaN tap loses and of equal zeros the earlier stays; f16
//   the same between two exact conversions b1           best AND (tap xor flip), xor flip at the end
//
// Taps are read in whole vectors (an arena tensor's tail allows it), and only existing channels are written.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 112 x 112 x 64, window 3 x 3 stride 2: s8 38, f32 115 us; 13 x
// 13 x 256, window 2 x 2: s32 2.5, b1 0.31 us.
#include "kernels/common/lanes_sse42.h"
#include "kernels/max_pool/max_pool_lanes.h"

namespace bitplace {

extern const MaxPoolKernel max_pool_s8__sse42 = {"max_pool_s8__sse42", isa_feature::sse42,
                                                 run_numbers<MaximumS8<Sse42>>};
extern const MaxPoolKernel max_pool_u8__sse42 = {"max_pool_u8__sse42", isa_feature::sse42,
                                                 run_numbers<MaximumU8<Sse42>>};
extern const MaxPoolKernel max_pool_s32__sse42 = {"max_pool_s32__sse42", isa_feature::sse42,
                                                  run_numbers<MaximumS32<Sse42>>};
extern const MaxPoolKernel max_pool_f16__sse42 = {"max_pool_f16__sse42", isa_feature::sse42,
                                                  run_numbers<MaximumOfFloats<Sse42, std::uint16_t>>};
extern const MaxPoolKernel max_pool_f32__sse42 = {"max_pool_f32__sse42", isa_feature::sse42,
                                                  run_numbers<MaximumOfFloats<Sse42, float>>};
extern const MaxPoolKernel max_pool_b1__sse42 = {"max_pool_b1__sse42", isa_feature::sse42, run_bits<Sse42>};

}  // namespace bitplace
