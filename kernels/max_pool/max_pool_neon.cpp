// Max-pooling with NEON: four running maxima of 16 bytes (4 floats) of an output pixel, then one.
//
//   s8, u8, s32  the instruction of that type
//   f32          tap > best ? tap : best, so that a NaN tap loses and of equal zeros the earlier stays; f16
//   the same between two exact conversions b1           best AND (tap xor flip), xor flip at the end
//
// Taps are read in whole vectors (an arena tensor's tail allows it), and only existing channels are written.
#include "kernels/common/lanes_neon.h"
#include "kernels/max_pool/max_pool_lanes.h"

namespace bitplace {

extern const MaxPoolKernel max_pool_s8__neon = {"max_pool_s8__neon", isa_feature::neon,
                                                run_numbers<MaximumS8<Neon>>};
extern const MaxPoolKernel max_pool_u8__neon = {"max_pool_u8__neon", isa_feature::neon,
                                                run_numbers<MaximumU8<Neon>>};
extern const MaxPoolKernel max_pool_s32__neon = {"max_pool_s32__neon", isa_feature::neon,
                                                 run_numbers<MaximumS32<Neon>>};
extern const MaxPoolKernel max_pool_f16__neon = {"max_pool_f16__neon", isa_feature::neon,
                                                 run_numbers<MaximumOfFloats<Neon, std::uint16_t>>};
extern const MaxPoolKernel max_pool_f32__neon = {"max_pool_f32__neon", isa_feature::neon,
                                                 run_numbers<MaximumOfFloats<Neon, float>>};
extern const MaxPoolKernel max_pool_b1__neon = {"max_pool_b1__neon", isa_feature::neon, run_bits<Neon>};

}  // namespace bitplace
