// u8 or s8 activations x s4 weights on CPUs with AVX-512 BW alone: vpmaddubsw sums pairs within 2 * 255 * 7 <
// 2^15, vpmaddwd by 1 pairs of those, vpaddd. Layout, tasks: kernels/common/quad_convolution.h, weights
// widened to bytes; tiles: kernels/common/quad_tiles_avx512.h.
#include <immintrin.h>

#include "kernels/common/quad_convolution_avx512.h"
#include "kernels/common/quad_forms_avx512.h"
#include "kernels/convolution_s8_s4/convolution_s8_s4.h"

namespace bitplace {
namespace {

using namespace quad_convolution;

struct Bytes : ByteSource, WideWeights {
  static constexpr Form kForm = {1, false, 4};
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    const __m512i pairs = _mm512_maddubs_epi16(activations, weights);
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
  }
};
using ByteRow = Row<Bytes>;

bool accepts_short_windows(const ConvolutionProblem& p) {
  constexpr std::int64_t kFewQuads = 20;
  const Geometry g = geometry(p, Bytes::kForm);
  return accepts(p) && (g.quads <= kFewQuads || g.pixels == 1);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s4__avx512_7x64 = {"convolution_s8_s4__avx512_7x64",
                                                                 isa_feature::avx512,
                                                                 accepts_short_windows,
                                                                 ByteRow::packed_bytes,
                                                                 ByteRow::pack,
                                                                 ByteRow::scratch_bytes,
                                                                 ByteRow::prepare_tasks,
                                                                 ByteRow::prepare,
                                                                 ByteRow::run_tasks,
                                                                 ByteRow::run};

}  // namespace bitplace
