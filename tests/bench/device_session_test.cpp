// Google Benchmark's part of a device's benchmarks, on one that is emulated.

#include <benchmark/benchmark.h>

#include <catch2/catch.hpp>

#include "bench/device/device_benchmarks.h"
#include "core/error.h"
#include "cuda/runtime/emulated_device.h"

using namespace bitplace;
using namespace bitplace::bench;

namespace {

// A launch clears memory: more of it takes longer.
class Clearing final : public DeviceWork {
 public:
  Clearing(cuda::Memory memory, std::size_t bytes, bool right)
      : memory_(std::move(memory)), bytes_(bytes), right_(right) {}
  Status launch(cuda::Stream& stream) override { return stream.clear(memory_.get(), bytes_); }
  double bytes() const override { return static_cast<double>(bytes_); }
  Status check(cuda::Stream&) override {
    return right_ ? Status() : Status(Error(ErrorCode::internal, "wrong"));
  }

 private:
  cuda::Memory memory_;
  std::size_t bytes_;
  bool right_;
};

DeviceBenchmark clearing(cuda::Device& device, const char* layer, const char* name, std::size_t bytes) {
  DeviceBenchmark benchmark;
  benchmark.layer = layer;
  benchmark.name = name;
  benchmark.products = 1e6;
  benchmark.instruction = "IMMA.16832";
  benchmark.make = [&device, bytes, right = std::string(name) != "wrong__row"]() -> MadeWork {
    BITPLACE_ASSIGN(memory, device.allocate(bytes, "a test"));
    return std::unique_ptr<DeviceWork>(std::make_unique<Clearing>(memory, bytes, right));
  };
  return benchmark;
}

class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& reported) override {
    runs.insert(runs.end(), reported.begin(), reported.end());
  }
  const Run& operator[](const std::string& name) const {
    for (const Run& run : runs) {
      if (run.run_name.function_name == name) return run;
    }
    throw std::out_of_range(name);
  }

  std::vector<Run> runs;
};

double counter(const benchmark::BenchmarkReporter::Run& run, const char* name) {
  const auto found = run.counters.find(name);
  return found == run.counters.end() ? -1.0 : found->second.value;
}

}  // namespace

TEST_CASE("rows report their share, and how many times as long libraries take") {
  constexpr std::size_t kMany = std::size_t{1} << 24, kFew = std::size_t{1} << 20;
  const auto device = cuda::create_emulated_device({87, std::size_t{1} << 25});  // holds one layer at a time
  DeviceLimits limits;
  limits.byte_products_per_second = 1e9;  // a millisecond for each layer
  limits.memory_bytes_per_second = 1e15;
  std::vector<DeviceBenchmark> list = {
      clearing(*device, "net/c1@1", "library", kMany), clearing(*device, "net/c1@1", "table__row", kFew),
      clearing(*device, "net/c2@1", "table__row", kMany), clearing(*device, "net/c2@1", "wrong__row", kFew)};
  list[0].of_library = true;
  list.push_back(list[0]);
  list.back().layer = "net/c3@1";
  list.back().make = []() -> MadeWork { return Error(ErrorCode::out_of_memory, "too many"); };
  register_device_benchmarks(*device, limits, list);
  Collector collector;
  CHECK(benchmark::RunSpecifiedBenchmarks(&collector, "net/") == 5);
  benchmark::ClearRegisteredBenchmarks();

  const auto& row = collector["net/c1@1/table__row"];
  const auto& library = collector["net/c1@1/library"];
  const double seconds = row.real_accumulated_time / static_cast<double>(row.iterations);
  const double library_seconds = library.real_accumulated_time / static_cast<double>(library.iterations);
  CHECK(counter(row, "share") == Approx(1e-3 / seconds));
  CHECK(row.report_label == "IMMA.16832");
  CHECK(counter(row, "times_library") == Approx(library_seconds / seconds));
  CHECK(counter(row, "times_library") > 1.0);
  CHECK(counter(row, "MAC/s") == Approx(1e6 / seconds));
  CHECK(counter(row, "bytes") == double{kFew});
  CHECK(counter(row, "arithmetic_limit") == 1e9);
  CHECK(counter(library, "share") == -1.0);
  CHECK(counter(collector["net/c2@1/table__row"], "times_library") == -1.0);
  CHECK(collector["net/c2@1/wrong__row"].error_message == "wrong");
  CHECK(collector["net/c3@1/library"].error_message == "too many");
}
