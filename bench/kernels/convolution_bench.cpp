// Every convolution row on every shape. After timing, output rows are compared with the reference kernel's.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstring>
#include <set>

#include "bench/kernels/convolution_data.h"
#include "bench/registration.h"
#include "bench/report_share.h"
#include "kernels/common/half.h"
#include "kernels/common/select.h"

namespace bitplace::bench {
namespace {

// Reference kernels are timed and compared in full up to this much work, on a few rows beyond.
constexpr std::int64_t kReferenceWork = 100'000'000;

double value_at(const std::byte* values, std::size_t index, bool half) {
  if (half) {
    std::uint16_t value = 0;
    std::memcpy(&value, values + 2 * index, 2);
    return half_to_float(value);
  }
  float value = 0;
  std::memcpy(&value, values + 4 * index, 4);
  return value;
}

// Inputs and weights lie in [-1, 1], so the sum of magnitudes is at most the depth (the bound of
// kernels/convolution_f32_f32/convolution_f32_f32.h for two sums).
bool within_bound(const ConvolutionProblem& p, const std::byte* expected, const std::byte* actual,
                  std::size_t bytes) {
  const auto depth = static_cast<double>(convolution_depth(p));
  const bool half = p.epilogue == ConvolutionEpilogue::affine_f16;
  for (std::size_t i = 0; i < bytes / (half ? 2 : 4); ++i) {
    const double e = value_at(expected, i, half);
    const double allowed = 2 * depth * depth * 0x1p-24 + (half ? 0x1p-9 * std::abs(e) : 0);
    if (!(std::abs(value_at(actual, i, half) - e) <= allowed)) return false;
  }
  return true;
}

bool equals_reference(const ConvolutionKernel& reference, const ConvolutionShape& shape,
                      const ConvolutionData& data, const PackedConvolution& timed) {
  const ConvolutionProblem& p = shape.problem;
  const bool floats = shape.table->activation == DataType::f32 || shape.table->activation == DataType::f16;
  PackedConvolution expected(reference, shape, data);
  std::set<std::int64_t> rows = {0, p.output_height / 2, p.output_height - 1};
  if (shape.multiply_accumulates() <= kReferenceWork) {
    for (std::int64_t row = 0; row < p.output_height; ++row)
      rows.insert(row);
  }
  const std::size_t bytes = data.output_row_bytes();
  for (const std::int64_t row : rows) {
    expected.run_task(row);  // a reference kernel's tasks are output rows
    const std::byte* e = expected.output() + static_cast<std::size_t>(row) * bytes;
    const std::byte* t = timed.output() + static_cast<std::size_t>(row) * bytes;
    if (floats ? !within_bound(p, e, t, bytes) : std::memcmp(e, t, bytes) != 0) return false;
  }
  return true;
}

void run_benchmark(benchmark::State& state, const ConvolutionShape& shape, const ConvolutionKernel& kernel,
                   const ConvolutionKernel& reference) {
  const ConvolutionData data(shape);
  PackedConvolution convolution(kernel, shape, data);
  const double seconds = time_iterations(state, [&] { convolution.run(); });
  LayerWork work;
  work.multiply_accumulates = static_cast<double>(shape.multiply_accumulates());
  if (shape.problem.epilogue == ConvolutionEpilogue::requantize_s8) {
    work.requantized = static_cast<double>(data.output_bytes());
  }
  work.bytes = data.input_bytes() + data.weight_bytes() + data.output_bytes();
  state.counters["MAC/s"] = work.multiply_accumulates / seconds;
  state.counters["MAC"] = work.multiply_accumulates;
  state.counters["bytes"] = static_cast<double>(work.bytes);
  state.counters["bytes/s"] = static_cast<double>(work.bytes) / seconds;
  const Limit arithmetic = arithmetic_limit(shape.table->name, kernel.name, kernel.features);
  if (arithmetic.per_second > 0) state.counters["arithmetic_limit"] = arithmetic.per_second;
  report_share(state, layer_limit(shape.table->name, kernel.name, kernel.features, work), 1, seconds);
  if (&kernel != &reference && !equals_reference(reference, shape, data, convolution)) {
    state.SkipWithError("differs from the reference kernel");
  }
}

}  // namespace

void register_convolutions(const std::vector<ConvolutionShape>& shapes) {
  const Result<IsaFeatures> features = active_features();
  for (const ConvolutionShape& shape : shapes) {
    const KernelTable<ConvolutionKernel> table = shape.table->rows();
    const ConvolutionKernel* reference = table.rows[table.count - 1];
    for (std::size_t i = 0; i < table.count; ++i) {
      const ConvolutionKernel* kernel = table.rows[i];
      if (!can_run(kernel->features, *features) || !kernel->accepts(shape.problem)) continue;
      if (kernel == reference && shape.multiply_accumulates() > kReferenceWork) continue;
      const std::string name = shape.network + "/" + shape.layer + "/" + kernel->name;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [shape, kernel, reference](benchmark::State& state) {
                                     run_benchmark(state, shape, *kernel, *reference);
                                   })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace bitplace::bench
