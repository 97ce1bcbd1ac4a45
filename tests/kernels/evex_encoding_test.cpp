// The AVX-VNNI rows on CPUs without AVX-VNNI: the same sources compiled for AVX-512 VNNI and VL, whose
// vpdpbusd and vpdpwssd on 256 bits differ only in their encoding, against the reference rows.

#include <catch2/catch.hpp>
#include <cstdio>

#include "kernels/convolution_sweep.h"
#include "kernels/layer_case.h"

namespace bitplace {
extern const ConvolutionKernel convolution_s8_s8__evex_6x16;
extern const ConvolutionKernel convolution_s8_s8__evex_winograd_6x16;
extern const ConvolutionKernel convolution_s8_s4__evex_6x16;
extern const ConvolutionKernel convolution_s8_s4__evex_winograd_6x16;
extern const ConvolutionKernel depthwise_s8_s8__evex_2x32;
}  // namespace bitplace

using namespace bitplace;
using namespace bitplace::test;

namespace {

// A kernel for 3 x 3 that the sweep's few pixels and channels seldom suit.
ConvolutionProblem many_channels() {
  ConvolutionProblem p{};
  p.input_height = p.input_width = 13;
  p.input_channels = 272;
  p.output_channels = 21;
  p.kernel_height = p.kernel_width = 3;
  p.stride_height = p.stride_width = p.dilation_height = p.dilation_width = p.groups = 1;
  p.pad_top = p.pad_left = 1;
  p.padding = ConvolutionPadding::zero;
  p.pool_height = p.pool_width = 1;
  REQUIRE(infer_output(p));
  return p;
}

// Runs of pixels and wide blocks of channels, likewise.
ConvolutionProblem many_pixels() {
  ConvolutionProblem p = many_channels();
  p.input_channels = 20;
  p.output_channels = 77;
  p.kernel_height = p.kernel_width = 1;
  p.pad_top = p.pad_left = 0;
  p.padding = ConvolutionPadding::valid;
  REQUIRE(infer_output(p));
  return p;
}

void compare(const char* name, const ConvolutionKernel& kernel) {
  const ConvolutionTable& table = *find_convolution_table(name);
  const KernelTable<ConvolutionKernel> rows = table.rows();
  const ConvolutionKernel& reference = *rows.rows[rows.count - 1];
  Random random;
  auto problems = sweep(table.depthwise ? SweepChannels::depthwise : SweepChannels::codes, 1, random);
  if (!table.depthwise) problems.insert(problems.end(), 6, many_channels());
  if (!table.depthwise) problems.insert(problems.end(), 4, many_pixels());
  int accepted = 0;
  for (const ConvolutionProblem& drawn : problems) {
    for (const ConvolutionEpilogue epilogue : epilogues_of(table)) {
      const ConvolutionProblem problem = with_ranges(drawn, table, epilogue, random);
      if (!kernel.accepts(problem)) continue;
      ++accepted;
      for (const Fill fill : {Fill::random, Fill::all_ones}) {
        const LayerCase c = make_layer_case(table, problem, fill, fill, random);
        std::string damage;
        const auto expected = run_layer(reference, c, Placement::against_end, random, &damage);
        const auto actual = run_layer(kernel, c, Placement::against_end, random, &damage);
        INFO(kernel.name << ": " << damage << describe(c));
        CHECK(damage.empty());
        CHECK((expected == actual));
      }
    }
  }
  CHECK(accepted > 0);
}

}  // namespace

TEST_CASE("the rows for AVX-VNNI equal the reference in their AVX-512 encoding") {
  constexpr IsaFeatures kNeeded = isa_feature::avx2 | isa_feature::avx512 | isa_feature::avx512vnni;
  if ((cpu_features() & kNeeded) != kNeeded) {
    std::printf("SKIPPED the rows for AVX-VNNI: this CPU lacks AVX-512 VNNI\n");
    return;
  }
  compare("convolution_s8_s8", convolution_s8_s8__evex_6x16);
  compare("convolution_s8_s8", convolution_s8_s8__evex_winograd_6x16);
  compare("convolution_s8_s4", convolution_s8_s4__evex_6x16);
  compare("convolution_s8_s4", convolution_s8_s4__evex_winograd_6x16);
  compare("depthwise_s8_s8", depthwise_s8_s8__evex_2x32);
}
