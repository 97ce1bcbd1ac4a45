// bitplace_torch_bench: LibTorch's convolutions in halves on the shapes of bitplace_bench, by the names that
// bitplace_bench --device gives layers.
//
//   bitplace_torch_bench [--device=cuda[:N]] [--batch=1,256] [--shapes=DIR] [--benchmark_format=json] ...

#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>

#include "bench/device/gpu_number.h"
#include "bench/options.h"
#include "bench/shapes.h"
#include "bench/torch/torch_convolution.h"
#include "core/error.h"

namespace {

using namespace bitplace;
using namespace bitplace::bench;

// What the benchmark that is under way works on: Google Benchmark calls one several times.
struct Current {
  std::string name;
  std::unique_ptr<TorchConvolution> convolution;
};

void measure(benchmark::State& state, Current& current, const ConvolutionShape& shape, int batch,
             at::Device device) {
  const std::string name = layer_name(shape, batch);
  if (current.name != name) {
    current = {};
    current.convolution = std::make_unique<TorchConvolution>(shape.problem, batch, device);
    current.name = name;
  }
  double seconds = 0.0;
  while (state.KeepRunningBatch(current.convolution->calls())) {
    const double elapsed = current.convolution->run();
    state.SetIterationTime(elapsed);
    seconds += elapsed;
  }
  seconds /= static_cast<double>(state.iterations());
  const double products = static_cast<double>(shape.multiply_accumulates()) * batch;
  state.counters["MAC"] = products;
  state.counters["MAC/s"] = products / seconds;
  state.counters["bytes"] = current.convolution->bytes();
  state.counters["bytes/s"] = current.convolution->bytes() / seconds;
}

void run(benchmark::State& state, Current& current, const ConvolutionShape& shape, int batch,
         at::Device device) {
  try {
    const at::NoGradGuard no_gradients;
    measure(state, current, shape, batch, device);
  } catch (const std::exception& exception) {
    current = {};
    const std::string what = exception.what();
    state.SkipWithError(what.substr(0, what.find('\n')).c_str());
  }
}

Status run_all(const BenchOptions& options) {
  BITPLACE_ASSIGN(number, gpu_number(options.device));
  if (!torch::cuda::is_available()) {
    return make_error(ErrorCode::unsupported, "LibTorch " TORCH_VERSION,
                      "this one has no CUDA, or finds no CUDA device");
  }
  const at::Device device(at::kCUDA, static_cast<at::DeviceIndex>(number));
  at::globalContext().setBenchmarkCuDNN(true);
  benchmark::AddCustomContext("libtorch", TORCH_VERSION);
  benchmark::AddCustomContext("device", options.device);
  const std::vector<ConvolutionShape> shapes = read_shapes(options.shapes);
  Current current;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (i > 0 && same_layer(shapes[i - 1], shapes[i])) continue;
    for (const int batch : options.batches) {
      const std::string row = layer_name(shapes[i], batch) + "/libtorch_f16";
      benchmark::RegisterBenchmark(row.c_str(),
                                   [&current, &shape = shapes[i], batch, device](benchmark::State& state) {
                                     run(state, current, shape, batch, device);
                                   })
          ->UseManualTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = take_options(&argc, argv, "cuda");
  if (!options.ok()) {
    std::fprintf(stderr, "error: %s\n", options.error().message());
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const Status status = guarded([&] { return run_all(*options); });
  if (!status.ok()) std::fprintf(stderr, "error: %s\n", status.error().message());
  benchmark::Shutdown();
  return status.ok() ? 0 : 1;
}
