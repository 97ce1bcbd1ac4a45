// Exact search: one query against many descriptors of FloppyNet's size, as bits, s8, f16 and f32. The limit
// is reading that many bytes from the level of the memory that holds them.

#include <benchmark/benchmark.h>

#include <cstring>
#include <random>
#include <vector>

#include "bench/registration.h"
#include "bench/report_share.h"
#include "kernels/common/half.h"
#include "kernels/distance/distance.h"

namespace bitplace::bench {
namespace {

constexpr std::int64_t kDimension = 9216;

struct Distance {
  const char* name;
  std::size_t bytes;
  void (*DistanceKernel::*function)(const DistanceCall&, std::int64_t, std::int64_t);
};

constexpr Distance kDistances[] = {
    {"hamming", kDimension / 8, &DistanceKernel::hamming},
    {"dot_s8", kDimension, &DistanceKernel::dot_s8},
    {"dot_f16", kDimension * 2, &DistanceKernel::dot_f16},
    {"dot_f32", kDimension * 4, &DistanceKernel::dot_f32},
};

// Small random values of each type: s8 codes in [-127, 127], finite floats.
std::vector<std::uint8_t> random_descriptors(const Distance& distance, std::size_t count) {
  std::mt19937 generator(3);
  std::vector<std::uint8_t> bytes(distance.bytes * count);
  const bool floats = std::strcmp(distance.name, "dot_f32") == 0;
  if (floats || std::strcmp(distance.name, "dot_f16") == 0) {
    const std::size_t each = floats ? 4 : 2;
    for (std::size_t i = 0; i < bytes.size(); i += each) {
      const float value = static_cast<float>(static_cast<int>(generator() % 2001) - 1000) * 0.001f;
      const std::uint16_t half = float_to_half(value);
      std::memcpy(bytes.data() + i, floats ? static_cast<const void*>(&value) : &half, each);
    }
  } else {
    for (std::uint8_t& byte : bytes)
      byte = static_cast<std::uint8_t>(static_cast<int>(generator() % 255) - 127);
  }
  return bytes;
}

void run_benchmark(benchmark::State& state, const Distance& distance, const DistanceKernel& kernel) {
  const auto count = static_cast<std::int64_t>(state.range(0));
  const std::vector<std::uint8_t> references = random_descriptors(distance, static_cast<std::size_t>(count));
  const std::vector<std::uint8_t> query = random_descriptors(distance, 1);
  std::vector<std::uint32_t> scores(static_cast<std::size_t>(count));
  const DistanceCall call = {query.data(), references.data(), distance.bytes, kDimension, scores.data()};
  const double seconds = time_iterations(state, [&] { (kernel.*distance.function)(call, 0, count); });
  const auto bytes = static_cast<double>(references.size());
  state.counters["bytes/s"] = bytes / seconds;
  report_share(state, read_limit(references.size()), bytes, seconds);
  const KernelTable<DistanceKernel> table = distance_kernels();
  std::vector<std::uint32_t> expected(scores.size());
  const DistanceCall reference_call = {query.data(), references.data(), distance.bytes, kDimension,
                                       expected.data()};
  (table.rows[table.count - 1]->*distance.function)(reference_call, 0, count);
  if (expected != scores) state.SkipWithError("differs from the reference kernel");
}

}  // namespace

void register_distances() {
  const Result<IsaFeatures> features = active_features();
  const KernelTable<DistanceKernel> table = distance_kernels();
  for (const Distance& distance : kDistances) {
    for (std::size_t i = 0; i < table.count; ++i) {
      const DistanceKernel* kernel = table.rows[i];
      if ((kernel->features & ~*features) != 0) continue;
      const std::string name = std::string("search/") + distance.name + "/" + kernel->name;
      benchmark::RegisterBenchmark(
          name.c_str(),
          [distance, kernel](benchmark::State& state) { run_benchmark(state, distance, *kernel); })
          ->Arg(100)
          ->Arg(10000)
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace bitplace::bench
