// Convolutions with weights of one bit by the phases of the device's kernels against the reference on the
// CPU.

#include <algorithm>
#include <catch2/catch.hpp>

#include "cuda/common/architecture.h"
#include "cuda/convolution_b1_b1/convolution_b1_b1.h"
#include "cuda/convolution_u8_b1/convolution_u8_b1.h"
#include "cuda/device_convolution.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_sweep.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/kernel_rows.h"
#include "kernels/layer_bound.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Operation {
  ConvolutionInput input;
  KernelTable<cuda::DeviceConvolutionKernel> device;
  KernelTable<ConvolutionKernel> host;
};

Operation bits_with_bits() {
  return {ConvolutionInput::b1, cuda::convolution_b1_b1_kernels(), convolution_b1_b1_kernels()};
}

Operation pixels_with_bits() {
  return {ConvolutionInput::u8, cuda::convolution_u8_b1_kernels(), convolution_u8_b1_kernels()};
}

// A batch that shares one case's constants.
struct Batch {
  ConvolutionCase first;
  std::vector<Bytes> images;
};

Bytes reference_output(const Operation& operation, const Batch& batch, Random& random) {
  Bytes all;
  std::string damage;
  ConvolutionCase c = batch.first;
  for (const Bytes& image : batch.images) {
    c.input = image;
    const Bytes one = run_kernel(reference_row(operation.host), c, Placement::against_end, random, &damage);
    all.insert(all.end(), one.begin(), one.end());
  }
  REQUIRE(damage.empty());
  return all;
}

Bytes device_output(const DeviceRun& run, const Batch& batch, std::string* damage) {
  Bytes images;
  for (const Bytes& image : batch.images)
    images.insert(images.end(), image.begin(), image.end());
  const ConvolutionCase& c = batch.first;
  const auto null_if_empty = [](const auto& values) { return values.empty() ? nullptr : values.data(); };
  const ConvolutionConstants constants = {c.weight_rows.data(), null_if_empty(c.threshold),
                                          null_if_empty(c.flip), null_if_empty(c.scale),
                                          null_if_empty(c.bias)};
  return run_on_device(run, c.problem, constants, images, output_bytes(c.problem), damage);
}

class Comparison {
 public:
  explicit Comparison(Operation operation) : operation_(operation), runs_(operation.device) {}

  void compare(const ConvolutionProblem& problem, Fill input, Fill weights) {
    DeviceRun run = runs_.next(problem);
    Batch batch = {make_case(problem, operation_.input, input, weights, random_), {}};
    for (std::int32_t i = 0; i < run.batch; ++i)
      batch.images.push_back(make_case(problem, operation_.input, input, weights, random_).input);
    const Bytes raw = compare(run, batch);
    batch.first.problem.epilogue = ConvolutionEpilogue::threshold_b1;
    if (run.row->accepts(batch.first.problem, run.row->kernel.lowest_architecture)) {
      const Bytes first_image(raw.begin(),
                              raw.begin() + static_cast<std::ptrdiff_t>(raw.size() / batch.images.size()));
      choose_thresholds(batch.first, as_s32(first_image), random_);
      compare(run, batch);
    }
    if (operation_.input == ConvolutionInput::u8) return;
    batch.first.problem.epilogue = ConvolutionEpilogue::affine_f32;
    choose_scales(batch.first, random_);
    compare(run, batch);
  }

  Random& random() { return random_; }
  std::string never_drawn() const { return runs_.never_drawn(); }

 private:
  Bytes compare(const DeviceRun& run, const Batch& batch) {
    std::string damage;
    const Bytes expected = reference_output(operation_, batch, random_);
    const Bytes actual = device_output(run, batch, &damage);
    damage += difference(expected, actual);
    if (!damage.empty()) {
      FAIL_CHECK(run.row->kernel.name << run.tile << ": " << damage << "\n  " << describe(batch.first.problem)
                                      << ", batch " << run.batch);
    }
    return expected;
  }

  Operation operation_;
  DeviceRuns runs_;
  Random random_;
};

void compare_sweep(const Operation& operation) {
  Comparison comparison(operation);
  Random random;
  constexpr Fill kFills[] = {Fill::random, Fill::random, Fill::random, Fill::all_ones, Fill::all_zeros};
  for (const ConvolutionProblem& problem : sweep(operation.input, 1, random))
    comparison.compare(problem, kFills[random.integer(0, 4)], kFills[random.integer(0, 4)]);
  CHECK(comparison.never_drawn().empty());
}

}  // namespace

TEST_CASE("every 1 x 1-bit convolution for GPUs equals the reference over a sweep of shapes") {
  compare_sweep(bits_with_bits());
}

TEST_CASE("every u8 x 1-bit convolution for GPUs equals the reference over a sweep of shapes") {
  compare_sweep(pixels_with_bits());
}

TEST_CASE("u8 x 1-bit convolutions for GPUs are exact over several tiles, and at the range's ends") {
  using enum ConvolutionPadding;
  Comparison comparison(pixels_with_bits());
  const Fill fills[] = {Fill::random, Fill::all_ones, Fill::all_zeros};
  ConvolutionProblem first = square_problem(43, 3, 96, 11, 1, 0);
  first.stride_height = first.stride_width = 4;
  first.pool_height = first.pool_width = 2;
  REQUIRE(infer_output(first));
  for (const ConvolutionProblem& problem :
       {first, square_problem(9, 3, 70, 3, 1, 1), square_problem(4, 256, 66, 3, 1, 1)}) {
    for (int repetition = 0; repetition < 3; ++repetition) {
      comparison.compare(problem, fills[comparison.random().integer(0, 2)],
                         fills[comparison.random().integer(0, 2)]);
    }
  }
  CHECK(comparison.never_drawn().empty());
}

TEST_CASE(
    "1 x 1-bit convolutions for GPUs are exact over several tiles and stages, and at the range's ends") {
  using enum ConvolutionPadding;
  Comparison comparison(bits_with_bits());
  const Fill fills[] = {Fill::random, Fill::all_ones, Fill::all_zeros};
  for (const ConvolutionProblem& problem :
       {square_problem(6, 128, 70, 3, 1, 1), square_problem(9, 512, 66, 1, 1, 0),
        square_problem(5, 96, 40, 5, 1, 2, one, 1), square_problem(1, 20007, 7, 1, 1, 0)}) {
    for (int repetition = 0; repetition < 6; ++repetition) {
      comparison.compare(problem, fills[comparison.random().integer(0, 2)],
                         fills[comparison.random().integer(0, 2)]);
    }
  }
  CHECK(comparison.never_drawn().empty());
}

TEST_CASE(
    "every convolution with weights of one bit has a row, pools of any size and groups of any width too") {
  using enum ConvolutionPadding;
  ConvolutionProblem pool = square_problem(9, 40, 37, 2, 1, 0);
  pool.pool_height = 8;
  pool.pool_width = 5;
  REQUIRE(infer_output(pool));
  ConvolutionProblem depthwise = square_problem(6, 35, 35, 3, 1, 1);
  depthwise.groups = 35;
  for (const Operation& operation : {bits_with_bits(), pixels_with_bits()}) {
    Comparison comparison(operation);
    comparison.compare(pool, Fill::random, Fill::random);
    for (int repetition = 0; repetition < 6; ++repetition)
      comparison.compare(depthwise, Fill::random, Fill::random);
    for (const ConvolutionEpilogue epilogue :
         {ConvolutionEpilogue::raw_s32, ConvolutionEpilogue::threshold_b1}) {
      depthwise.epilogue = epilogue;
      for (const int architecture : cuda::architectures()) {
        const auto accepts = [&](const cuda::DeviceConvolutionKernel& row) {
          return runs_on(row.kernel, architecture) && row.accepts(depthwise, architecture);
        };
        const auto* const* end = operation.device.rows + operation.device.count;
        CHECK(std::any_of(operation.device.rows, end, [&](const auto* row) { return accepts(*row); }));
      }
    }
    depthwise.epilogue = ConvolutionEpilogue::raw_s32;
  }
}
