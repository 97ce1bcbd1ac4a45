// u8 or s8 activations x s8 weights on CPUs with AVX-512 BW alone, exact in two ways:
//
//   bytes  activations within [0, 127]: vpmaddubsw sums pairs within 2 * 127 * 127 < 2^15, vpmaddwd by 1
//   pairs
//          of those, vpaddd
//   words  any: vpmaddwd of 16-bit activations and weights, vpaddd; copies the input, twice as wide
//
// Both multiply 32 pairs of codes per multiplying instruction. Layout, tasks:
// kernels/common/quad_convolution.h; tiles: kernels/common/quad_tiles_avx512.h.
#include <immintrin.h>

#include "kernels/common/quad_convolution_avx512.h"
#include "kernels/common/quad_forms_avx512.h"
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"

namespace bitplace {
namespace {

using namespace quad_convolution;

struct Bytes : ByteSource, WideWeights {
  static constexpr Form kForm = {1, false, 8};
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    const __m512i pairs = _mm512_maddubs_epi16(activations, weights);
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
  }
};
using ByteRow = Row<Bytes>;

struct Words : WordSource, WideWeights {
  static constexpr Form kForm = {2, false, 8};
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    return _mm512_add_epi32(sum, _mm512_madd_epi16(activations, weights));
  }
};
using WordRow = Row<Words>;

bool accepts_bytes(const ConvolutionProblem& p) {
  return p.input_low >= 0 && p.input_high <= 127 && accepts(p);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s8__avx512_bytes_7x64 = {"convolution_s8_s8__avx512_bytes_7x64",
                                                                       isa_feature::avx512,
                                                                       accepts_bytes,
                                                                       ByteRow::packed_bytes,
                                                                       ByteRow::pack,
                                                                       ByteRow::scratch_bytes,
                                                                       ByteRow::prepare_tasks,
                                                                       ByteRow::prepare,
                                                                       ByteRow::run_tasks,
                                                                       ByteRow::run};

extern const ConvolutionKernel convolution_s8_s8__avx512_words_7x64 = {"convolution_s8_s8__avx512_words_7x64",
                                                                       isa_feature::avx512,
                                                                       accepts,
                                                                       WordRow::packed_bytes,
                                                                       WordRow::pack,
                                                                       WordRow::scratch_bytes,
                                                                       WordRow::prepare_tasks,
                                                                       WordRow::prepare,
                                                                       WordRow::run_tasks,
                                                                       WordRow::run};

}  // namespace bitplace
