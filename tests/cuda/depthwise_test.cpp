// Depthwise convolutions by the phases of the device's kernels against the reference rows: integers bit for
// bit, floats within the bound that the CPU's rows keep.

#include "cuda/depthwise/depthwise_rows.h"

#include <set>

#include "cuda/device_convolution.h"
#include "kernels/kernel_rows.h"
#include "kernels/layer_bound.h"
#include "kernels/layer_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Bytes = std::vector<std::uint8_t>;
using DeviceTable = KernelTable<cuda::DeviceConvolutionKernel>;

struct Shape {
  std::int32_t height, width, channels, kernel, stride, dilation, pad;
};

// Every row of the tables; column groups that are full and not, channels in whole quads and not, more than a
// block, windows that hang over each side.
constexpr Shape kShapes[] = {{7, 9, 8, 3, 1, 1, 1},   {8, 8, 132, 3, 1, 1, 0}, {9, 7, 16, 3, 2, 1, 1},
                             {10, 13, 4, 3, 2, 1, 0}, {6, 11, 12, 5, 1, 1, 2}, {11, 9, 8, 5, 2, 1, 2},
                             {7, 7, 5, 3, 1, 1, 1},   {9, 10, 8, 3, 1, 2, 2},  {6, 5, 33, 5, 2, 1, 2},
                             {5, 6, 3, 1, 1, 1, 0},   {4, 9, 20, 4, 3, 1, 1},  {2, 2, 4, 3, 1, 1, 2}};
constexpr std::int32_t kBatch = 2;

ConvolutionProblem problem_of(const Shape& s) {
  ConvolutionProblem p{};
  p.input_height = s.height;
  p.input_width = s.width;
  p.input_channels = p.output_channels = p.groups = s.channels;
  p.kernel_height = p.kernel_width = s.kernel;
  p.stride_height = p.stride_width = s.stride;
  p.dilation_height = p.dilation_width = s.dilation;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = s.pad;
  p.padding = s.pad > 0 ? ConvolutionPadding::zero : ConvolutionPadding::valid;
  p.pool_height = p.pool_width = 1;
  const std::int32_t reach = (s.kernel - 1) * s.dilation + 1;
  p.output_height = (s.height + 2 * s.pad - reach) / s.stride + 1;
  p.output_width = (s.width + 2 * s.pad - reach) / s.stride + 1;
  return p;
}

// A batch of different images through one layer, image by image against the reference.
void check_layer(const cuda::DeviceConvolutionKernel& row, const LayerCase (&cases)[kBatch], Random& random) {
  const LayerCase& c = cases[0];
  const bool raw = c.problem.epilogue == ConvolutionEpilogue::raw_s32;
  const ConvolutionConstants constants = {c.weight_rows.data(), nullptr, nullptr,
                                          raw ? nullptr : c.scale.data(), raw ? nullptr : c.bias.data()};
  Bytes images = c.input;
  images.insert(images.end(), cases[1].input.begin(), cases[1].input.end());
  for (const Placement placement : kPlacements) {
    for (const cuda::ThreadOrder order : {cuda::ThreadOrder::rising, cuda::ThreadOrder::falling}) {
      std::string wrong;
      const Bytes actual = run_on_device({&row, "", kBatch, order, placement}, c.problem, constants, images,
                                         layer_output_bytes(c.problem), &wrong);
      CHECK(wrong == "");
      const auto image_bytes = static_cast<std::ptrdiff_t>(layer_output_bytes(c.problem));
      for (std::ptrdiff_t i = 0; i < kBatch; ++i) {
        const LayerCase& one = cases[i];
        const Bytes image(actual.begin() + i * image_bytes, actual.begin() + (i + 1) * image_bytes);
        std::string damage;
        const Bytes expected =
            run_layer(reference_row(one.table->rows()), one, Placement::against_end, random, &damage);
        damage += is_float_table(*one.table) ? beyond_bound(one, magnitudes(one), expected, image)
                                             : difference(expected, image);
        INFO(row.kernel.name << ": " << describe(one));
        CHECK(damage == "");
      }
    }
  }
}

// Every row on every shape that it takes.
void check_table(const char* name, DeviceTable rows) {
  Random random;
  const ConvolutionTable& table = *find_convolution_table(name);
  std::set<std::string> used;
  for (const Shape& shape : kShapes) {
    for (const ConvolutionEpilogue epilogue : epilogues_of(table)) {
      for (std::size_t i = 0; i < rows.count; ++i) {
        const cuda::DeviceConvolutionKernel& row = *rows.rows[i];
        const ConvolutionProblem p = with_ranges(problem_of(shape), table, epilogue, random);
        if (!row.accepts(p, 75)) continue;
        used.insert(row.kernel.name);
        const LayerCase first = make_layer_case(table, p, Fill::random, Fill::random, random);
        LayerCase second = first;
        second.input = make_layer_case(table, p, Fill::random, Fill::random, random).input;
        check_layer(row, {first, second}, random);
      }
    }
  }
  CHECK(used.size() == rows.count);
}

}  // namespace

TEST_CASE("depthwise convolutions of codes on the device equal the reference") {
  check_table("depthwise_s8_s8", cuda::depthwise_s8_s8_kernels());
}

TEST_CASE("depthwise convolutions of floats on the device keep the bound") {
  check_table("depthwise_f16_f16", cuda::depthwise_f16_f16_kernels());
  check_table("depthwise_f32_f32", cuda::depthwise_f32_f32_kernels());
}
