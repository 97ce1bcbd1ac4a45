// Benchmarks of kernel tables whose limit is moving bytes, and the tensors they work on.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <new>
#include <string>
#include <vector>

#include "bench/limits/limits.h"
#include "bitplace/cpu.h"
#include "kernels/common/kernel.h"

namespace bitplace::bench {

// Memory that begins as an arena's tensors do.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <typename Other>
  explicit AlignedAllocator(const AlignedAllocator<Other>&) {}
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kAlignment}));
  }
  void deallocate(T* data, std::size_t) { ::operator delete (data, std::align_val_t{kAlignment}); }
  bool operator==(const AlignedAllocator&) const { return true; }
};
template <typename T>
using Aligned = std::vector<T, AlignedAllocator<T>>;

Aligned<std::uint8_t> random_bytes(std::size_t count);

// Two tensors with enough elements for every benchmark, one behind the other, by the size of their elements:
// codes, halves, floats within +-4.
inline constexpr std::size_t kTensorElements = std::size_t{112} * 112 * 64;
const std::uint8_t* tensor(std::size_t element);
const std::uint8_t* other_tensor(std::size_t element);

// Runs per second of a step that does nothing but move its bytes: copies what input and output have in
// common, and reads or writes what one has more.
Limit move_limit(std::size_t input_bytes, std::size_t output_bytes);

// Runs one kernel of a table; fills `output`, which must equal what the reference fills.
using Runner = std::function<void(Aligned<std::uint8_t>& output)>;

struct TableBenchmark {
  std::size_t input_bytes, output_bytes;
  Runner run, reference;
  Limit limit;
  double amount;  // of the limit's unit, in one run
};

void run_benchmark(benchmark::State& state, const TableBenchmark& benchmark);

// One benchmark per usable row; `bind` turns a row into something that runs, `limit_of` a row into its limit
// and the amount of one run.
template <typename Kernel, typename Bind, typename LimitOf>
void register_table(const char* shape, KernelTable<Kernel> table, std::size_t input_bytes,
                    std::size_t output_bytes, Bind bind, LimitOf limit_of) {
  const Result<IsaFeatures> features = active_features();
  const Runner reference = bind(*table.rows[table.count - 1]);
  for (std::size_t i = 0; i < table.count; ++i) {
    const Kernel* kernel = table.rows[i];
    if ((kernel->features & ~*features) != 0) continue;
    const std::string name = std::string(shape) + "/" + kernel->name;
    const Runner run = bind(*kernel);
    benchmark::RegisterBenchmark(
        name.c_str(),
        [=](benchmark::State& state) {
          const auto [limit, amount] = limit_of(*kernel);
          run_benchmark(state, {input_bytes, output_bytes, run, reference, limit, amount});
        })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

template <typename Kernel, typename Bind>
void register_table(const char* shape, KernelTable<Kernel> table, std::size_t input_bytes,
                    std::size_t output_bytes, Bind bind) {
  register_table(shape, table, input_bytes, output_bytes, bind, [=](const Kernel&) {
    return std::pair<Limit, double>(move_limit(input_bytes, output_bytes), 1.0);
  });
}

}  // namespace bitplace::bench
