#include <benchmark/benchmark.h>

#include <cstdio>

#include "bench/device/device_benchmarks.h"
#include "bench/device/gpu_number.h"
#include "bitplace/cpu.h"
#include "core/error.h"
#include "cuda/common/architecture.h"

namespace bitplace::bench {
namespace {

void add_context(const cuda::Device& device, const DeviceLimits& limits, const Libraries& libraries) {
  benchmark::AddCustomContext("cpu", cpu_name());
  benchmark::AddCustomContext("device", device.name());
  benchmark::AddCustomContext("architecture", cuda::architecture_name(device.architecture()));
  benchmark::AddCustomContext("limits", limits_text(limits));
  for (const auto& [name, note] : libraries.notes)
    benchmark::AddCustomContext(name, note);
}

Status run(const std::string& device_name, const std::string& shapes, const std::vector<int>& batches) {
  BITPLACE_ASSIGN(number, gpu_number(device_name));
  BITPLACE_ASSIGN(device, cuda::open_device(number));
  DeviceLimits limits;
  if (!measure_device_limits(number, &limits)) {
    return make_error(ErrorCode::internal, device->name(), "its limits cannot be measured");
  }
  const Libraries libraries = open_libraries(*device, number);
  add_context(*device, limits, libraries);
  const auto benchmarks = list_device_benchmarks(*device, read_shapes(shapes), batches, libraries.ways);
  register_device_benchmarks(*device, limits, benchmarks);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::ClearRegisteredBenchmarks();  // with all that they hold on the device
  return {};
}

}  // namespace

int run_device_benchmarks(const std::string& device_name, const std::string& shapes,
                          const std::vector<int>& batches) {
  const Status status = run(device_name, shapes, batches);
  if (!status.ok()) std::fprintf(stderr, "error: %s\n", status.error().message());
  return status.ok() ? 0 : 1;
}

}  // namespace bitplace::bench
