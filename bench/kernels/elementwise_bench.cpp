// The small steps at FloppyNet's sizes. The limit is reading their input from the cache that holds it.

#include <benchmark/benchmark.h>

#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "bench/registration.h"
#include "bench/report_share.h"
#include "kernels/l2_normalize/l2_normalize.h"
#include "kernels/max_pool/max_pool.h"
#include "kernels/pack_bits/pack_bits.h"
#include "kernels/quantize/quantize.h"
#include "kernels/threshold/threshold.h"

namespace bitplace::bench {
namespace {

constexpr std::int32_t kFeatures = 9216;

std::vector<std::int32_t> random_integers(std::size_t count) {
  std::mt19937 generator(4);
  std::vector<std::int32_t> values(count);
  for (std::int32_t& value : values)
    value = static_cast<std::int32_t>(generator() % 4609) - 2304;
  return values;
}

// Runs one kernel of a table again and again; `run` fills `output`, which must equal what `reference` fills.
using Runner = std::function<void(std::vector<std::uint8_t>& output)>;

void run_benchmark(benchmark::State& state, std::size_t input_bytes, std::size_t output_bytes,
                   const Runner& run, const Runner& reference) {
  std::vector<std::uint8_t> output(output_bytes);
  const double seconds = time_iterations(state, [&] { run(output); });
  const auto bytes = static_cast<double>(input_bytes);
  state.counters["bytes/s"] = bytes / seconds;
  report_share(state, read_limit(input_bytes), bytes, seconds);
  std::vector<std::uint8_t> expected(output_bytes);
  reference(expected);
  if (expected != output) state.SkipWithError("differs from the reference kernel");
}

// One benchmark per usable row; `bind` turns a row into something that runs.
template <typename Kernel, typename Bind>
void register_table(const char* shape, KernelTable<Kernel> table, std::size_t input_bytes,
                    std::size_t output_bytes, Bind bind) {
  const Result<IsaFeatures> features = active_features();
  const Runner reference = bind(*table.rows[table.count - 1]);
  for (std::size_t i = 0; i < table.count; ++i) {
    const Kernel* kernel = table.rows[i];
    if ((kernel->features & ~*features) != 0) continue;
    const std::string name = std::string("floppynet/") + shape + "/" + kernel->name;
    const Runner run = bind(*kernel);
    benchmark::RegisterBenchmark(
        name.c_str(),
        [=](benchmark::State& state) { run_benchmark(state, input_bytes, output_bytes, run, reference); })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

std::int32_t* as_s32(std::vector<std::uint8_t>& bytes) {
  return reinterpret_cast<std::int32_t*>(bytes.data());
}
std::uint32_t* as_words(std::vector<std::uint8_t>& bytes) {
  return reinterpret_cast<std::uint32_t*>(bytes.data());
}

void register_pools() {
  static const std::vector<std::int32_t> input = random_integers(13 * 13 * 256);
  static const MaxPoolProblem problem = {13, 13, 256, 6, 6, 2, 2, 2, 2, 0, 0};
  register_table("pool5_s32", max_pool_s32_kernels(), input.size() * 4, 6 * 6 * 256 * 4,
                 [](const MaxPoolKernel& kernel) -> Runner {
                   return [&kernel](std::vector<std::uint8_t>& output) {
                     for (std::int64_t row = 0; row < 6; ++row) {
                       kernel.run({&problem, input.data(), as_s32(output), nullptr}, row);
                     }
                   };
                 });
  register_table("pool5_b1", max_pool_b1_kernels(), 13 * 13 * 32, 6 * 6 * 32,
                 [](const MaxPoolKernel& kernel) -> Runner {
                   return [&kernel](std::vector<std::uint8_t>& output) {
                     for (std::int64_t row = 0; row < 6; ++row) {
                       kernel.run({&problem, input.data(), as_words(output), nullptr}, row);
                     }
                   };
                 });
}

void register_bits() {
  static const std::vector<std::int32_t> input = random_integers(27 * 27 * 96);
  static const std::vector<std::int32_t> threshold(96, 3);
  static const std::vector<std::uint32_t> flip(3, 0x55555555u);
  register_table("threshold_27x27x96", threshold_kernels(), input.size() * 4, 27 * 27 * 12,
                 [](const ThresholdKernel& kernel) -> Runner {
                   return [&kernel](std::vector<std::uint8_t>& output) {
                     kernel.run({27 * 27, 96, input.data(), threshold.data(), flip.data(), as_words(output)},
                                0, 27 * 27);
                   };
                 });
  static const std::vector<float> floats(input.begin(), input.end());
  register_table("sign_27x27x96", pack_bits_kernels(), input.size() * 4, 27 * 27 * 12,
                 [](const PackBitsKernel& kernel) -> Runner {
                   return [&kernel](std::vector<std::uint8_t>& output) {
                     kernel.run({27 * 27, 96, floats.data(), as_words(output)}, 0, 27 * 27);
                   };
                 });
}

void register_descriptors() {
  static const std::vector<std::int32_t> input = random_integers(kFeatures);
  register_table("l2_normalize_s32", l2_normalize_kernels(), kFeatures * 4, kFeatures * 4,
                 [](const L2NormalizeKernel& kernel) -> Runner {
                   return [&kernel](std::vector<std::uint8_t>& output) {
                     kernel.run_s32(input.data(), reinterpret_cast<float*>(output.data()), kFeatures);
                   };
                 });
  register_table("quantize_s32", quantize_kernels(), kFeatures * 4, kFeatures,
                 [](const QuantizeKernel& kernel) -> Runner {
                   return [&kernel](std::vector<std::uint8_t>& output) {
                     kernel.run_s32(input.data(), 0.1f, reinterpret_cast<std::int8_t*>(output.data()),
                                    kFeatures);
                   };
                 });
}

}  // namespace

void register_elementwise() {
  register_pools();
  register_bits();
  register_descriptors();
}

}  // namespace bitplace::bench
