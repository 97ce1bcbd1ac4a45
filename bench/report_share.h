// Rates and the share of the limit, as counters of a benchmark.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>

#include "bench/limits/limits.h"

namespace bitplace::bench {

// Runs the benchmark's loop and returns seconds per iteration.
template <typename Run>
double time_iterations(benchmark::State& state, Run run) {
  const auto start = std::chrono::steady_clock::now();
  for (auto _ : state) {
    run();
    benchmark::ClobberMemory();
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return elapsed.count() / static_cast<double>(state.iterations());
}

// `amount` is what one iteration does, in the limit's own unit (multiply-accumulates or bytes).
inline void report_share(benchmark::State& state, const Limit& limit, double amount, double seconds) {
  if (limit.per_second <= 0) return;
  state.counters["limit"] = limit.per_second;
  state.counters["share"] = amount / seconds / limit.per_second;
  state.SetLabel(limit.unit);
}

}  // namespace bitplace::bench
