// Max-pooling with AVX2: four running maxima of 32 bytes (8 floats) of an output pixel, then one.
//
//   s8, u8, s32  the instruction of that type
//   f32          tap > best ? tap : best, so that a NaN tap loses and of equal zeros the earlier stays; f16
//   the same between two exact conversions b1           best AND (tap xor flip), xor flip at the end
//
// Taps are read in whole vectors (an arena tensor's tail allows it), and only existing channels are written.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 112 x 112 x 64, window 3 x 3 stride 2: s8 29, f16 79, f32 71
// us; 13 x 13 x 256, window 2 x 2: s32 1.7, b1 0.28 us.
#include "kernels/common/lanes_avx2.h"
#include "kernels/max_pool/max_pool_lanes.h"

namespace bitplace {

extern const MaxPoolKernel max_pool_s8__avx2 = {"max_pool_s8__avx2", isa_feature::avx2,
                                                run_numbers<MaximumS8<Avx2>>};
extern const MaxPoolKernel max_pool_u8__avx2 = {"max_pool_u8__avx2", isa_feature::avx2,
                                                run_numbers<MaximumU8<Avx2>>};
extern const MaxPoolKernel max_pool_s32__avx2 = {"max_pool_s32__avx2", isa_feature::avx2,
                                                 run_numbers<MaximumS32<Avx2>>};
extern const MaxPoolKernel max_pool_f16__avx2 = {"max_pool_f16__avx2", isa_feature::avx2,
                                                 run_numbers<MaximumOfFloats<Avx2, std::uint16_t>>};
extern const MaxPoolKernel max_pool_f32__avx2 = {"max_pool_f32__avx2", isa_feature::avx2,
                                                 run_numbers<MaximumOfFloats<Avx2, float>>};
extern const MaxPoolKernel max_pool_b1__avx2 = {"max_pool_b1__avx2", isa_feature::avx2, run_bits<Avx2>};

}  // namespace bitplace
