// u8 or s8 activations x s4 weights with vpdpbusd, as
// kernels/convolution_s8_s8/convolution_s8_s8_avx512vnni.cpp.
//
//   nibbles  weights stay at 4 bits: an and, or a shift and an and, make bytes of 16 times the weight, and
//   sums
//            are shifted down at the end. |16 * sum| < 2^31 at any depth below 75 000
//   7x64     weights widened to bytes when the plan is made: for windows of few quads, where unpacking them
//   for
//            2 or 4 pixels costs more than reading them
#include <immintrin.h>

#include "kernels/common/quad_convolution_avx512.h"
#include "kernels/common/quad_forms_avx512.h"
#include "kernels/convolution_s8_s4/convolution_s8_s4.h"

namespace bitplace {
namespace {

using namespace quad_convolution;

struct Nibbles : ByteSource, NibbleWeights {
  static constexpr Form kForm = {1, true, 4};
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    return _mm512_dpbusd_epi32(sum, activations, weights);
  }
};
using NibbleRow = Row<Nibbles>;

struct Widened : ByteSource, WideWeights {
  static constexpr Form kForm = {1, false, 4};
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    return _mm512_dpbusd_epi32(sum, activations, weights);
  }
};
using WidenedRow = Row<Widened>;

bool accepts_nibbles(const ConvolutionProblem& p) {
  const Geometry g = geometry(p, Nibbles::kForm);
  return accepts(p) && (!g.by_runs || g.pixels == 1);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s4__avx512vnni_nibbles_7x64 = {
    "convolution_s8_s4__avx512vnni_nibbles_7x64",
    isa_feature::avx512 | isa_feature::avx512vnni,
    accepts_nibbles,
    NibbleRow::packed_bytes,
    NibbleRow::pack,
    NibbleRow::scratch_bytes,
    NibbleRow::prepare_tasks,
    NibbleRow::prepare,
    NibbleRow::run_tasks,
    NibbleRow::run};

extern const ConvolutionKernel convolution_s8_s4__avx512vnni_7x64 = {
    "convolution_s8_s4__avx512vnni_7x64",
    isa_feature::avx512 | isa_feature::avx512vnni,
    accepts,
    WidenedRow::packed_bytes,
    WidenedRow::pack,
    WidenedRow::scratch_bytes,
    WidenedRow::prepare_tasks,
    WidenedRow::prepare,
    WidenedRow::run_tasks,
    WidenedRow::run};

}  // namespace bitplace
