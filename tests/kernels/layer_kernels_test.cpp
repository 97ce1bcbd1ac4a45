// Every row of the tables with scales and biases against the reference row: integers bit for bit, floats
// within the bound that kernels/convolution_f32_f32/convolution_f32_f32.h states, ordered ones bit for bit
// too.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "bitplace/executor.h"
#include "kernels/convolution_sweep.h"
#include "kernels/kernel_rows.h"
#include "kernels/layer_bound.h"
#include "kernels/layer_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

const ConvolutionTable& table_named(const char* name) {
  const ConvolutionTable* table = find_convolution_table(name);
  REQUIRE(table != nullptr);
  return *table;
}

bool is_ordered(const ConvolutionTable& table) {
  return table.name == std::string_view("convolution_f32_ordered");
}

SweepChannels channels_of(const ConvolutionTable& table) {
  return table.depthwise ? SweepChannels::depthwise : SweepChannels::codes;
}

class Comparison {
 public:
  explicit Comparison(const ConvolutionTable& table)
      : table_(table), rows_(runnable_rows(table.rows())), accepted_(rows_.size()) {}

  void compare(ConvolutionProblem problem, ConvolutionEpilogue epilogue, Fill input, Fill weights) {
    problem = with_ranges(problem, table_, epilogue, random_);
    compare(make_layer_case(table_, problem, input, weights, random_));
  }

  void compare(const LayerCase& c) {
    const ConvolutionProblem& problem = c.problem;
    std::string damage;
    const Bytes expected =
        run_layer(reference_row(table_.rows()), c, Placement::against_end, random_, &damage);
    if (!damage.empty()) FAIL_CHECK("reference: " << damage << describe(c));
    const bool floats = is_float_table(table_) && !is_ordered(table_);
    const std::vector<double> magnitude = floats ? magnitudes(c) : std::vector<double>();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!rows_[i]->accepts(problem)) continue;
      ++accepted_[i];
      for (const Placement placement : kPlacements) {
        damage.clear();
        const Bytes actual = run_layer(*rows_[i], c, placement, random_, &damage);
        damage += floats ? beyond_bound(c, magnitude, expected, actual) : difference(expected, actual);
        if (!damage.empty()) FAIL_CHECK(rows_[i]->name << ": " << damage << "\n  " << describe(c));
      }
    }
  }

  Random& random() { return random_; }

  // A row that declined everything was not tested.
  void check_that_every_row_took_part() const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      INFO(rows_[i]->name);
      CHECK(accepted_[i] > 0);
    }
  }

 private:
  const ConvolutionTable& table_;
  std::vector<const ConvolutionKernel*> rows_;
  std::vector<std::int64_t> accepted_;
  Random random_;
};

void compare_sweep(const char* name) {
  const ConvolutionTable& table = table_named(name);
  Comparison comparison(table);
  Random random;
  constexpr Fill kFills[] = {Fill::random, Fill::random, Fill::random, Fill::all_ones, Fill::all_zeros};
  std::vector<ConvolutionProblem> problems = sweep(channels_of(table), 4, random);
  // Kernels for 3 x 3 want more pixels and channels at once than the sweep draws.
  if (!table.depthwise) problems.insert(problems.end(), 8, square_problem(9, 32, 24, 3, 1, 1));
  for (const ConvolutionProblem& problem : problems) {
    for (const ConvolutionEpilogue epilogue : epilogues_of(table)) {
      const Fill input = kFills[random.integer(0, 4)];
      const Fill weights = kFills[random.integer(0, 4)];
      comparison.compare(problem, epilogue, input, weights);
    }
  }
  comparison.check_that_every_row_took_part();
}

// Accumulators at both ends of their range, over depths that overflow anything narrower than 32 bits.
void compare_extremes(const char* name, const ConvolutionProblem& problem) {
  const ConvolutionTable& table = table_named(name);
  Comparison comparison(table);
  for (const ConvolutionEpilogue epilogue : epilogues_of(table)) {
    for (int repetition = 0; repetition < 4; ++repetition) {
      for (const Fill input : {Fill::all_zeros, Fill::all_ones, Fill::random}) {
        for (const Fill weights : {Fill::all_zeros, Fill::all_ones, Fill::random})
          comparison.compare(problem, epilogue, input, weights);
      }
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

// All tasks at once on several threads give the bytes of one thread, floats too.
void compare_threads(const char* name, const ConvolutionProblem& shape) {
  const ConvolutionTable& table = table_named(name);
  Random random;
  const auto pool = create_thread_pool(4);
  REQUIRE(pool.ok());
  const ConvolutionProblem p = with_ranges(shape, table, epilogues_of(table).back(), random);
  const LayerCase c = make_layer_case(table, p, Fill::random, Fill::random, random);
  for (const ConvolutionKernel* row : runnable_rows(table.rows())) {
    if (!row->accepts(p)) continue;
    std::string damage;
    const Bytes expected = run_layer(*row, c, Placement::against_end, random, &damage);
    GuardedMemory packed(row->packed_bytes(p), 0, kAlignment, Placement::against_end);
    std::fill_n(packed.data(), packed.size(), std::byte{0});
    row->pack(p, {c.weight_rows.data(), nullptr, nullptr, c.scale.data(), c.bias.data()}, packed.data());
    GuardedMemory input(c.input.size(), kTailPad, 4, Placement::against_end);
    input.copy_from(c.input.data());
    GuardedMemory scratch(row->scratch_bytes(p), 0, kAlignment, Placement::against_end);
    for (int repetition = 0; repetition < 10; ++repetition) {
      Bytes output(expected.size() + kTailPad, 0x5a);
      const ConvolutionCall call = {&p, packed.data(), input.data(), output.data(), scratch.data()};
      TaskContext context = {row, &call};
      (*pool)->parallel_for(row->prepare_tasks(p), prepare_task, &context);
      (*pool)->parallel_for(row->run_tasks(p), run_task, &context);
      output.resize(expected.size());
      INFO(row->name << " " << describe(c));
      REQUIRE(difference(expected, output).empty());
    }
  }
}

}  // namespace

TEST_CASE("every convolution table has a name of its own and ends with a reference that runs anywhere") {
  for (const ConvolutionTable& table : convolution_tables()) {
    CHECK(find_convolution_table(table.name) == &table);
    const ConvolutionKernel& last = reference_row(table.rows());
    CHECK(last.features == 0);
    CHECK(last.name == std::string(table.name) + "__ref");
  }
}

TEST_CASE("every s8 x s8 convolution equals the reference over a sweep of shapes") {
  compare_sweep("convolution_s8_s8");
}
TEST_CASE("every s8 x s4 convolution equals the reference over a sweep of shapes") {
  compare_sweep("convolution_s8_s4");
}
TEST_CASE("every s8 depthwise convolution equals the reference over a sweep of shapes") {
  compare_sweep("depthwise_s8_s8");
}
TEST_CASE("every f32 convolution keeps its bound over a sweep of shapes") {
  compare_sweep("convolution_f32_f32");
}
TEST_CASE("every ordered f32 convolution equals the reference over a sweep of shapes") {
  compare_sweep("convolution_f32_ordered");
}
TEST_CASE("every f16 convolution keeps its bound over a sweep of shapes") {
  compare_sweep("convolution_f16_f16");
}
TEST_CASE("every f32 depthwise convolution keeps its bound over a sweep of shapes") {
  compare_sweep("depthwise_f32_f32");
}
TEST_CASE("every f16 depthwise convolution keeps its bound over a sweep of shapes") {
  compare_sweep("depthwise_f16_f16");
}

TEST_CASE("integer convolutions are exact at the ends of the accumulator's range") {
  for (const char* name : {"convolution_s8_s8", "convolution_s8_s4"}) {
    compare_extremes(name, square_problem(5, 64, 40, 3, 1, 1));
    compare_extremes(name, square_problem(1, 4608, 19, 1, 1, 0));
    compare_extremes(name, square_problem(2, 25088, 3, 1, 1, 0));
    compare_extremes(name, square_problem(9, 3, 33, 7, 2, 3));
  }
  ConvolutionProblem depthwise = square_problem(15, 40, 40, 11, 1, 5);
  depthwise.groups = 40;
  compare_extremes("depthwise_s8_s8", depthwise);
  for (const std::int32_t channels : {32, 96, 144}) {
    for (const std::int32_t stride : {1, 2}) {
      ConvolutionProblem three = square_problem(14 + stride, channels, channels, 3, stride, 1);
      three.groups = channels;
      compare_extremes("depthwise_s8_s8", three);
    }
  }
}

TEST_CASE("3 x 3 convolutions are exact however their sums are cut") {
  for (const char* name : {"convolution_s8_s8", "convolution_s8_s4"}) {
    compare_extremes(name, square_problem(14, 48, 40, 3, 1, 1));
    compare_extremes(name, square_problem(10, 272, 16, 3, 1, 0));
    ConvolutionProblem uneven = square_problem(23, 16, 19, 3, 1, 1);
    uneven.input_width = 11;
    uneven.pad_left = 3;
    uneven.pad_bottom = 2;
    REQUIRE(infer_output(uneven));
    compare_extremes(name, uneven);
  }
}

// Runs end with what their tiles leave over, and the channels of wide blocks with narrow ones.
TEST_CASE("integer convolutions are exact over runs of any length and any number of channels") {
  for (const char* name : {"convolution_s8_s8", "convolution_s8_s4"}) {
    const std::int32_t channels[] = {32, 40, 53, 64, 72, 85, 96};
    for (std::int32_t i = 0; i < 7; ++i) {
      ConvolutionProblem pixels = square_problem(1, 12 + 5 * i, channels[i], 1, 1, 0);
      pixels.input_width = 14 + i;
      REQUIRE(infer_output(pixels));
      compare_extremes(name, pixels);
    }
    compare_extremes(name, square_problem(31, 3, 43, 3, 2, 1));
  }
}

// Weights as trained networks have them: most are small, so that 16 bits hold several products, some are not.
TEST_CASE("integer convolutions are exact whatever their weights let 16 bits hold") {
  const ConvolutionTable& table = table_named("convolution_s8_s8");
  Comparison comparison(table);
  for (const std::int32_t inputs : {8, 27, 64, 200}) {
    for (const std::int32_t pixels : {5, 5, 14, 14}) {
      for (const std::int64_t large_of_1000 : {0, 2, 10, 50, 300}) {
        ConvolutionProblem p = square_problem(pixels, inputs, 77, 1, 1, 0);
        p.epilogue = ConvolutionEpilogue::raw_s32;
        p.input_high = 127;
        p.largest_weight = 127;
        const Fill codes = comparison.random().integer(0, 1) == 0 ? Fill::random : Fill::all_ones;
        LayerCase c = make_layer_case(table, p, codes, Fill::random, comparison.random());
        for (std::uint8_t& weight : c.weight_rows) {
          const bool large = comparison.random().integer(0, 999) < large_of_1000;
          const std::int64_t magnitude = comparison.random().integer(large ? 100 : 0, large ? 127 : 64);
          const bool negative = comparison.random().integer(0, 3) == 0;
          weight = static_cast<std::uint8_t>(negative ? -magnitude : magnitude);
        }
        comparison.compare(c);
      }
    }
  }
}

TEST_CASE("float convolutions keep their bound over long sums") {
  for (const char* name : {"convolution_f32_f32", "convolution_f16_f16"}) {
    compare_extremes(name, square_problem(1, 25088, 19, 1, 1, 0));
    compare_extremes(name, square_problem(4, 512, 40, 3, 1, 1));
  }
}

// Few pixels and few outputs make small tiles, long sums several slices, and borders shorter ones.
TEST_CASE("ordered f32 convolutions equal the reference whatever their tiles and slices") {
  const char* name = "convolution_f32_ordered";
  compare_extremes(name, square_problem(1, 25088, 19, 1, 1, 0));
  compare_extremes(name, square_problem(4, 512, 40, 3, 1, 1));
  compare_extremes(name, square_problem(29, 3, 70, 7, 2, 3));
  for (const std::int32_t pixels : {1, 2, 3, 5, 14})
    compare_extremes(name, square_problem(pixels, 600, 3 * pixels, 1, 1, 0));
}

TEST_CASE("the tasks of a layer may run at once") {
  for (const ConvolutionTable& table : convolution_tables()) {
    if (table.weight == DataType::b1) continue;
    ConvolutionProblem p = square_problem(14, 48, 48, 3, 1, 1);
    if (table.depthwise) p.groups = 48;
    compare_threads(table.name, p);
    ConvolutionProblem flat = square_problem(1, 300, 300, 1, 1, 0);
    if (table.depthwise) flat.groups = 300;
    compare_threads(table.name, flat);
  }
}
