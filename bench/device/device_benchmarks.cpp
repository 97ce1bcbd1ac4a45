// Times are the device's, of launches one behind another (repeated_launches.h).

#include "bench/device/device_benchmarks.h"

#include <benchmark/benchmark.h>

#include <map>
#include <optional>
#include <utility>

#include "bench/device/repeated_launches.h"
#include "core/error.h"

namespace bitplace::bench {
namespace {

// What the benchmark that is under way works on. Google Benchmark calls one several times, and the device's
// memory need not hold two.
struct Current {
  const DeviceBenchmark* benchmark = nullptr;
  std::unique_ptr<DeviceWork> work;
  std::optional<RepeatedLaunches> launches;
  bool checked = false;
};

// Seconds of one launch of each library, of the layer that is under way.
struct LibraryTimes {
  std::string layer;
  std::map<std::string, double> seconds;
};

class Session {
 public:
  Session(cuda::Device& device, const DeviceLimits& limits) : device_(device), limits_(limits) {}

  void run(benchmark::State& state, const DeviceBenchmark& benchmark) {
    const Status status = guarded([&] { return measure(state, benchmark); });
    if (!status.ok()) state.SkipWithError(status.error().message());
  }

 private:
  Status measure(benchmark::State& state, const DeviceBenchmark& benchmark) {
    if (current_.benchmark != &benchmark) BITPLACE_TRY(begin(benchmark));
    double seconds = 0.0;
    while (state.KeepRunningBatch(current_.launches->count())) {
      BITPLACE_ASSIGN(elapsed, current_.launches->run());
      state.SetIterationTime(elapsed);
      seconds += elapsed;
    }
    report(state, benchmark, seconds / static_cast<double>(state.iterations()));
    if (std::exchange(current_.checked, true)) return {};
    return current_.work->check(current_.launches->stream());
  }

  Status begin(const DeviceBenchmark& benchmark) {
    current_ = {};
    BITPLACE_ASSIGN(work, benchmark.make());
    DeviceWork* const launched = work.get();
    BITPLACE_ASSIGN(launches, RepeatedLaunches::create(device_, [launched](cuda::Stream& stream) {
                      return launched->launch(stream);
                    }));
    current_.work = std::move(work);
    current_.launches = std::move(launches);
    current_.benchmark = &benchmark;
    return {};
  }

  void report(benchmark::State& state, const DeviceBenchmark& benchmark, double seconds) {
    const DeviceWorkload workload = {benchmark.products, current_.work->bytes()};
    if (workload.products > 0.0) {
      state.counters["MAC"] = workload.products;
      state.counters["MAC/s"] = workload.products / seconds;
    }
    state.counters["bytes"] = workload.bytes;
    state.counters["bytes/s"] = workload.bytes / seconds;
    if (libraries_.layer != benchmark.layer) libraries_ = {benchmark.layer, {}};
    if (benchmark.of_library) {
      libraries_.seconds[benchmark.name] = seconds;
      if (!current_.launches->recorded()) state.SetLabel("launched singly");
      return;
    }
    const LeastTime least = least_time(benchmark.instruction, workload, limits_);
    state.counters["share"] = least.seconds / seconds;
    state.SetLabel(least.bound_by);
    const double rate = product_rate(benchmark.instruction, limits_);
    if (rate > 0.0) state.counters["arithmetic_limit"] = rate;
    for (const auto& [name, library_seconds] : libraries_.seconds)
      state.counters["times_" + name] = library_seconds / seconds;
  }

  cuda::Device& device_;
  const DeviceLimits& limits_;
  Current current_;
  LibraryTimes libraries_;
};

}  // namespace

void register_device_benchmarks(cuda::Device& device, const DeviceLimits& limits,
                                const std::vector<DeviceBenchmark>& benchmarks) {
  const auto session = std::make_shared<Session>(device, limits);
  for (const DeviceBenchmark& benchmark : benchmarks) {
    const std::string name = benchmark.layer + "/" + benchmark.name;
    benchmark::RegisterBenchmark(
        name.c_str(), [session, &benchmark](benchmark::State& state) { session->run(state, benchmark); })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace bitplace::bench
