// Every convolution row on every shape. After timing, output rows are compared with the reference kernel's.

#include <benchmark/benchmark.h>

#include "bench/kernels/convolution_check.h"
#include "bench/registration.h"
#include "bench/report_share.h"
#include "kernels/common/select.h"

namespace bitplace::bench {
namespace {

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
  if (&kernel != &reference && !equals_reference(shape, data, convolution.output())) {
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
