// Convolutions of codes and floats by the phases of the device's kernels against the reference on the CPU:
// integers and ordered floats bit for bit, other floats within the bound of the CPU's own rows.

#include <catch2/catch.hpp>

#include "cuda/device_convolution.h"
#include "cuda/plan/device_convolution.h"
#include "kernels/convolution_sweep.h"
#include "kernels/kernel_rows.h"
#include "kernels/layer_bound.h"
#include "kernels/layer_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

KernelTable<cuda::DeviceConvolutionKernel> device_rows(const std::string& name) {
  for (const cuda::DeviceConvolutionTable& table : cuda::device_convolution_tables()) {
    if (name == table.name) return table.rows();
  }
  FAIL("no table " << name);
  return {nullptr, 0};
}

class Comparison {
 public:
  explicit Comparison(const char* name)
      : table_(*find_convolution_table(name)),
        exact_(!is_float_table(table_) || table_.name == std::string_view("convolution_f32_ordered")),
        runs_(device_rows(name)) {}

  void compare(ConvolutionProblem problem, ConvolutionEpilogue epilogue, Fill input, Fill weights) {
    problem = with_ranges(problem, table_, epilogue, random_);
    const DeviceRun run = runs_.next(problem);
    LayerCase c = make_layer_case(table_, problem, input, weights, random_);
    std::vector<Bytes> inputs = {c.input};
    while (inputs.size() < static_cast<std::size_t>(run.batch))
      inputs.push_back(make_layer_case(table_, problem, input, weights, random_).input);
    std::string damage;
    const Bytes actual = device_output(run, c, inputs, &damage);
    const std::size_t bytes = layer_output_bytes(problem);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      c.input = inputs[i];
      const auto first = actual.begin() + static_cast<std::ptrdiff_t>(i * bytes);
      damage += error_of(c, {first, first + static_cast<std::ptrdiff_t>(bytes)});
    }
    if (!damage.empty())
      FAIL_CHECK(run.row->kernel.name << run.tile << ": " << damage << "\n  " << describe(c));
  }

  ConvolutionEpilogue next_epilogue() {
    const std::vector<ConvolutionEpilogue> all = epilogues_of(table_);
    return all[static_cast<std::size_t>(epilogues_++) % all.size()];
  }
  Random& random() { return random_; }
  std::string never_drawn() const { return runs_.never_drawn(); }

 private:
  Bytes device_output(const DeviceRun& run, const LayerCase& c, const std::vector<Bytes>& inputs,
                      std::string* damage) const {
    Bytes images;
    for (const Bytes& input : inputs)
      images.insert(images.end(), input.begin(), input.end());
    const bool raw = c.problem.epilogue == ConvolutionEpilogue::raw_s32;
    const ConvolutionConstants constants = {c.weight_rows.data(), nullptr, nullptr,
                                            raw || c.scale.empty() ? nullptr : c.scale.data(),
                                            raw ? nullptr : c.bias.data()};
    return run_on_device(run, c.problem, constants, images, layer_output_bytes(c.problem), damage);
  }

  std::string error_of(const LayerCase& c, const Bytes& actual) {
    std::string damage;
    const Bytes expected =
        run_layer(reference_row(table_.rows()), c, Placement::against_end, random_, &damage);
    return damage +
           (exact_ ? difference(expected, actual) : beyond_bound(c, magnitudes(c), expected, actual));
  }

  const ConvolutionTable& table_;
  bool exact_;
  DeviceRuns runs_;
  Random random_;
  int epilogues_ = 0;
};

constexpr Fill kFills[] = {Fill::random, Fill::random, Fill::random, Fill::all_ones, Fill::all_zeros};

// Every epilogue over the sweep, then more than one tile and stage, and sums at both ends of their range.
void compare_table(const char* name) {
  Comparison comparison(name);
  Random random;
  const auto compare = [&](const ConvolutionProblem& problem) {
    comparison.compare(problem, comparison.next_epilogue(), kFills[random.integer(0, 4)],
                       kFills[random.integer(0, 4)]);
  };
  for (const ConvolutionProblem& problem : sweep(SweepChannels::codes, 1, random))
    compare(problem);
  for (const ConvolutionProblem& problem :
       {square_problem(7, 64, 70, 3, 1, 1), square_problem(12, 96, 66, 1, 1, 0),
        square_problem(1, 2500, 130, 1, 1, 0), square_problem(19, 3, 35, 3, 1, 1)}) {
    for (int repetition = 0; repetition < 4; ++repetition)
      compare(problem);
  }
  CHECK(comparison.never_drawn().empty());
}

}  // namespace

TEST_CASE("every s8 x s8 convolution for GPUs equals the reference") {
  compare_table("convolution_s8_s8");
}
TEST_CASE("every s8 x s4 convolution for GPUs equals the reference") {
  compare_table("convolution_s8_s4");
}
TEST_CASE("every f16 convolution for GPUs keeps the bound of the CPU's") {
  compare_table("convolution_f16_f16");
}
TEST_CASE("every f32 convolution for GPUs keeps the bound of the CPU's") {
  compare_table("convolution_f32_f32");
}

TEST_CASE("every ordered f32 convolution for GPUs equals the reference") {
  compare_table("convolution_f32_ordered");
}

TEST_CASE("integer convolutions for GPUs are exact however deep they are") {
  const auto compare_ends = [](const char* name, const ConvolutionProblem& problem) {
    Comparison comparison(name);
    for (int repetition = 0; repetition < 2; ++repetition) {
      for (const Fill input : {Fill::all_zeros, Fill::all_ones}) {
        for (const Fill weights : {Fill::all_zeros, Fill::all_ones})
          comparison.compare(problem, comparison.next_epilogue(), input, weights);
      }
    }
  };
  compare_ends("convolution_s8_s8", square_problem(2, 25088, 3, 1, 1, 0));
  compare_ends("convolution_s8_s4", square_problem(2, 25088, 3, 1, 1, 0));
  // Too deep for nibbles.
  compare_ends("convolution_s8_s4", square_problem(1, 80000, 2, 1, 1, 0));
}
