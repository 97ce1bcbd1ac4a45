// Every row of the convolution tables against the reference row, bit for bit.

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>
#include <string_view>

#include "bitplace/executor.h"
#include "kernels/common/select.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_sweep.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Table = KernelTable<ConvolutionKernel>;

// The rows to compare: all but the reference that this CPU can run. The others are named.
std::vector<const ConvolutionKernel*> runnable_rows(Table table) {
  std::vector<const ConvolutionKernel*> rows;
  for (std::size_t i = 0; i + 1 < table.count; ++i) {
    if (can_run(table.rows[i]->features, cpu_features())) {
      rows.push_back(table.rows[i]);
    } else {
      std::printf("SKIPPED %s: this CPU lacks an instruction set\n", table.rows[i]->name);
    }
  }
  return rows;
}

// Where two outputs differ first, as text; empty where they are equal.
std::string difference(const std::vector<std::uint8_t>& expected, const std::vector<std::uint8_t>& actual) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] != actual[i]) {
      return "byte " + std::to_string(i) + " of " + std::to_string(expected.size()) + " is " +
             std::to_string(actual[i]) + ", expected " + std::to_string(expected[i]);
    }
  }
  return {};
}

class Comparison {
 public:
  explicit Comparison(Table table)
      : rows_(runnable_rows(table)), reference_(*table.rows[table.count - 1]), accepted_(rows_.size()) {}

  // Compares all rows on one problem with all epilogues of the table; real numbers with every third problem.
  void compare(ConvolutionProblem problem, ConvolutionInput type, Fill input, Fill weights) {
    problem.epilogue = ConvolutionEpilogue::raw_s32;
    ConvolutionCase c = make_case(problem, type, input, weights, random_);
    const std::vector<std::uint8_t> raw = compare_case(c);
    c.problem.epilogue = ConvolutionEpilogue::threshold_b1;
    choose_thresholds(c, as_s32(raw), random_);
    compare_case(c);
    if (type == ConvolutionInput::u8 || problems_++ % 3 != 0) return;
    c.problem.epilogue = ConvolutionEpilogue::affine_f32;
    choose_scales(c, random_);
    compare_case(c);
  }

  // A row that declined everything was not tested.
  void check_that_every_row_took_part() const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      INFO(rows_[i]->name);
      CHECK(accepted_[i] > 0);
    }
  }

 private:
  std::vector<std::uint8_t> compare_case(const ConvolutionCase& c) {
    std::string damage;
    const auto expected = run_kernel(reference_, c, Placement::against_end, random_, &damage);
    if (!damage.empty()) FAIL_CHECK(reference_.name << ": " << damage << describe(c.problem));
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const ConvolutionKernel& row = *rows_[i];
      if (!row.accepts(c.problem)) continue;
      ++accepted_[i];
      for (const Placement placement : {Placement::against_end, Placement::against_start}) {
        damage.clear();
        const auto actual = run_kernel(row, c, placement, random_, &damage);
        damage += difference(expected, actual);
        if (!damage.empty()) FAIL_CHECK(row.name << ": " << damage << "\n  " << describe(c.problem));
      }
    }
    return expected;
  }

  std::vector<const ConvolutionKernel*> rows_;
  const ConvolutionKernel& reference_;
  std::vector<std::int64_t> accepted_;
  Random random_;
  int problems_ = 0;
};

void compare_sweep(Table table, ConvolutionInput type) {
  Comparison comparison(table);
  Random random;
  for (const ConvolutionProblem& problem : sweep(type, 3, random)) {
    const Fill fills[] = {Fill::random, Fill::random, Fill::random, Fill::all_ones, Fill::all_zeros};
    const Fill input = fills[random.integer(0, 4)];
    const Fill weights = fills[random.integer(0, 4)];
    comparison.compare(problem, type, input, weights);
  }
  comparison.check_that_every_row_took_part();
}

ConvolutionProblem grouped(ConvolutionProblem problem, std::int32_t groups) {
  problem.groups = groups;
  return problem;
}

// Extreme data: the accumulators reach both ends of their range and every counter its highest value.
void compare_extremes(Table table, ConvolutionInput type, const ConvolutionProblem& problem) {
  Comparison comparison(table);
  for (const Fill input : {Fill::all_zeros, Fill::all_ones, Fill::random}) {
    for (const Fill weights : {Fill::all_zeros, Fill::all_ones, Fill::random}) {
      comparison.compare(problem, type, input, weights);
    }
  }
}

struct TaskContext {
  const ConvolutionKernel* kernel;
  const ConvolutionCall* call;
};

void prepare_task(std::int64_t task, void* context) {
  const auto* c = static_cast<const TaskContext*>(context);
  c->kernel->prepare(*c->call, task);
}

void run_task(std::int64_t task, void* context) {
  const auto* c = static_cast<const TaskContext*>(context);
  c->kernel->run(*c->call, task);
}

// All tasks at once on several threads; the thread sanitizer then sees tasks that share memory.
void compare_threads(Table table, ConvolutionInput type, ConvolutionProblem problem) {
  Random random;
  const auto pool = create_thread_pool(4);
  REQUIRE(pool.ok());
  ConvolutionCase c = make_case(problem, type, Fill::random, Fill::random, random);
  std::string damage;
  const ConvolutionKernel& reference = *table.rows[table.count - 1];
  const auto raw = run_kernel(reference, c, Placement::against_end, random, &damage);
  c.problem.epilogue = ConvolutionEpilogue::threshold_b1;
  choose_thresholds(c, as_s32(raw), random);
  const auto expected = run_kernel(reference, c, Placement::against_end, random, &damage);
  for (const ConvolutionKernel* row : runnable_rows(table)) {
    if (!row->accepts(c.problem)) continue;
    GuardedMemory packed(row->packed_bytes(c.problem), 0, kAlignment, Placement::against_end);
    std::fill_n(packed.data(), packed.size(), std::byte{0});
    row->pack(c.problem, {c.weight_rows.data(), c.threshold.data(), c.flip.data()}, packed.data());
    GuardedMemory input(c.input.size(), kTailPad, 4, Placement::against_end);
    input.copy_from(c.input.data());
    GuardedMemory scratch(row->scratch_bytes(c.problem), 0, kAlignment, Placement::against_end);
    for (int repetition = 0; repetition < 20; ++repetition) {
      std::vector<std::uint8_t> output(expected.size() + kTailPad, 0x5a);
      const ConvolutionCall call = {&c.problem, packed.data(), input.data(), output.data(), scratch.data()};
      TaskContext context = {row, &call};
      (*pool)->parallel_for(row->prepare_tasks(c.problem), prepare_task, &context);
      (*pool)->parallel_for(row->run_tasks(c.problem), run_task, &context);
      output.resize(expected.size());
      INFO(row->name << " " << describe(c.problem));
      REQUIRE(difference(expected, output).empty());
    }
  }
}

}  // namespace

TEST_CASE("the last row of each convolution table is a reference that runs anywhere") {
  for (const Table table : {convolution_b1_b1_kernels(), convolution_u8_b1_kernels()}) {
    REQUIRE(table.count >= 1);
    const ConvolutionKernel& last = *table.rows[table.count - 1];
    CHECK(last.features == 0);
    CHECK(std::string_view(last.name).ends_with("__ref"));
  }
}

TEST_CASE("every 1 x 1-bit convolution equals the reference over a sweep of shapes") {
  compare_sweep(convolution_b1_b1_kernels(), ConvolutionInput::b1);
}

TEST_CASE("every u8 x 1-bit convolution equals the reference over a sweep of shapes") {
  compare_sweep(convolution_u8_b1_kernels(), ConvolutionInput::u8);
}

TEST_CASE("1 x 1-bit convolutions are exact at the ends of the accumulator's range") {
  using enum ConvolutionPadding;
  const Table table = convolution_b1_b1_kernels();
  compare_extremes(table, ConvolutionInput::b1, square_problem(4, 96, 70, 5, 1, 2, one, 2));
  compare_extremes(table, ConvolutionInput::b1, square_problem(4, 256, 65, 3, 1, 1, zero, 1));
  compare_extremes(table, ConvolutionInput::b1, square_problem(2, 4133, 40, 2, 1, 0, valid, 1));
  compare_extremes(table, ConvolutionInput::b1, square_problem(1, 1, 65, 1, 1, 0, valid, 1));
  // More products than 16 bits count.
  compare_extremes(table, ConvolutionInput::b1, square_problem(2, 66000, 3, 1, 1, 0, valid, 2));
  compare_extremes(table, ConvolutionInput::b1, square_problem(1, 140007, 3, 1, 1, 0, valid, 1));
}

TEST_CASE("the affine epilogue rounds behind the multiplication and behind the addition, and then clamps") {
  Random random;
  const ConvolutionProblem problem = square_problem(5, 40, 37, 3, 1, 1, ConvolutionPadding::zero, 2);
  ConvolutionCase c = make_case(problem, ConvolutionInput::b1, Fill::random, Fill::random, random);
  const Table table = convolution_b1_b1_kernels();
  const ConvolutionKernel& reference = *table.rows[table.count - 1];
  std::string damage;
  const auto raw = as_s32(run_kernel(reference, c, Placement::against_end, random, &damage));
  c.problem.epilogue = ConvolutionEpilogue::affine_f32;
  choose_scales(c, random);
  const auto actual = as_s32(run_kernel(reference, c, Placement::against_end, random, &damage));
  REQUIRE(actual.size() == raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const volatile float product = static_cast<float>(raw[i]) * c.scale[i % 37];
    const volatile float sum = product + c.bias[i % 37];
    const float expected = std::min(std::max(float{sum}, c.problem.output_low), c.problem.output_high);
    REQUIRE(std::bit_cast<float>(actual[i]) == expected);
  }
}

TEST_CASE("u8 x 1-bit convolutions are exact at the ends of the accumulator's range") {
  using enum ConvolutionPadding;
  const Table table = convolution_u8_b1_kernels();
  compare_extremes(table, ConvolutionInput::u8, square_problem(27, 3, 96, 11, 4, 0, valid, 2));
  compare_extremes(table, ConvolutionInput::u8, square_problem(9, 3, 64, 3, 2, 1, zero, 1));
  compare_extremes(table, ConvolutionInput::u8, square_problem(14, 3, 40, 13, 1, 0, valid, 2));
  compare_extremes(table, ConvolutionInput::u8, square_problem(4, 257, 33, 3, 1, 0, valid, 2));
  compare_extremes(table, ConvolutionInput::u8, square_problem(1, 1, 65, 1, 1, 0, valid, 1));
}

TEST_CASE("the tasks of a convolution may run at once") {
  using enum ConvolutionPadding;
  compare_threads(convolution_b1_b1_kernels(), ConvolutionInput::b1,
                  square_problem(13, 64, 130, 3, 1, 1, one, 2));
  // Groups whose outputs fill words, and groups that share them.
  compare_threads(convolution_b1_b1_kernels(), ConvolutionInput::b1,
                  grouped(square_problem(13, 96, 192, 3, 1, 1, one, 1), 2));
  compare_threads(convolution_b1_b1_kernels(), ConvolutionInput::b1,
                  grouped(square_problem(13, 66, 60, 3, 1, 1, zero, 1), 3));
  compare_threads(convolution_u8_b1_kernels(), ConvolutionInput::u8,
                  square_problem(47, 3, 70, 7, 2, 0, valid, 2));
}

#if BITPLACE_X86
TEST_CASE("the first layer looks up sums where that is fast, and multiplies elsewhere") {
  const ConvolutionProblem problem = square_problem(227, 3, 96, 11, 4, 0, ConvolutionPadding::valid, 2);
  const auto chosen = [&](IsaFeatures features) {
    const auto accepts = [&](const ConvolutionKernel& row) { return row.accepts(problem); };
    return std::string_view(select_kernel(convolution_u8_b1_kernels(), features, accepts)->name);
  };
  using namespace isa_feature;
  const IsaFeatures any = sse42 | avx2 | avx512 | avx512vnni | avx512vpopcntdq;
  CHECK(chosen(any | fast_lookup16).find("avx512_subsets") != std::string_view::npos);
  CHECK(chosen(any).find("avx512vnni") != std::string_view::npos);
}
#endif
