// bitplace_bench: one row per kernel and shape, with its share of this machine's limit measured in the same
// run.
//
//   bitplace_bench [--shapes=DIR] [--benchmark_filter=RE] [--benchmark_format=json] ...
//   bitplace_bench --device=cuda[:N] [--batch=1,256] ...      a GPU's kernels, beside libraries on the same
//   shapes

#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <utility>

#include "bench/device/device_benchmarks.h"
#include "bench/limits/limits.h"
#include "bench/options.h"
#include "bench/registration.h"
#include "bitplace/cpu.h"
#include "bitplace/version.h"

namespace {

// Reading from each level of memory, for plots of what feeds the kernels.
void add_memory_levels() {
  constexpr std::pair<const char*, std::size_t> kLevels[] = {{"read 16 KiB", std::size_t{16} << 10},
                                                             {"read 512 KiB", std::size_t{512} << 10},
                                                             {"read 8 MiB", std::size_t{8} << 20},
                                                             {"read 256 MiB", std::size_t{256} << 20}};
  for (const auto& [name, bytes] : kLevels) {
    const bitplace::bench::Limit limit = bitplace::bench::read_limit(bytes);
    if (limit.per_second > 0) benchmark::AddCustomContext(name, std::to_string(limit.per_second));
  }
}

int run_cpu_benchmarks(const std::string& shapes) {
  const auto features = bitplace::active_features();
  if (!features.ok()) {
    std::fprintf(stderr, "error: %s\n", features.error().message());
    return 1;
  }
  benchmark::AddCustomContext("cpu", bitplace::cpu_name());
  benchmark::AddCustomContext("isa", bitplace::isa_name(*features));
  benchmark::AddCustomContext("threads", "1");
  add_memory_levels();
  bitplace::bench::register_convolutions(bitplace::bench::read_shapes(shapes));
  bitplace::bench::register_elementwise();
  bitplace::bench::register_heads();
  bitplace::bench::register_images();
  bitplace::bench::register_distances();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = bitplace::bench::take_options(&argc, argv);
  if (!options.ok()) {
    std::fprintf(stderr, "error: %s\n", options.error().message());
    return 2;
  }
  if (options->version) {
    std::printf("bitplace_bench %s\n", BITPLACE_VERSION_STRING);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const int status = options->device == "cpu" ? run_cpu_benchmarks(options->shapes)
                                              : bitplace::bench::run_device_benchmarks(
                                                    options->device, options->shapes, options->batches);
  benchmark::Shutdown();
  return status;
}
