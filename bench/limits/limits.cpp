#include "bench/limits/limits.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <vector>

namespace bitplace::bench {

#if BITPLACE_X86
extern const LimitLoop limit_multiply_add_convolution_f32__avx512;
extern const LimitLoop limit_multiply_add_convolution_f16__avx512;
extern const LimitLoop limit_multiply_add_depthwise_f32__avx512;
extern const LimitLoop limit_multiply_add_depthwise_f16__avx512;
extern const LimitLoop limit_multiply_add_convolution_f32__avx2;
extern const LimitLoop limit_multiply_add_convolution_f16__avx2;
extern const LimitLoop limit_multiply_add_depthwise_f32__avx2;
extern const LimitLoop limit_multiply_add_depthwise_f16__avx2;
extern const LimitLoop limit_multiply_add_convolution_f32__sse42;
extern const LimitLoop limit_multiply_add_depthwise_f32__sse42;
extern const LimitLoop limit_residuals__avx512;
extern const LimitLoop limit_residuals__avx2;
extern const LimitLoop limit_residuals__sse42;
extern const LimitLoop limit_requantize__avx2;
extern const LimitLoop limit_requantize__avx512;
extern const LimitLoop limit_split_lookups__avx2;
extern const LimitLoop limit_lookups__avx2;
extern const LimitLoop limit_pairs__avx2;
extern const LimitLoop limit_s4_pairs__avx2;
extern const LimitLoop limit_widened_pairs__avx2;
extern const LimitLoop limit_depthwise_pairs__avx2;
extern const LimitLoop limit_carry_save__avx512vpopcntdq;
extern const LimitLoop limit_lookups__avx512;
extern const LimitLoop limit_quadruples__avx512vnni;
extern const LimitLoop limit_winograd_s8_s8__avx512vnni;
extern const LimitLoop limit_winograd_s8_s4__avx512vnni;
extern const LimitLoop limit_byte_pairs__avx512;
extern const LimitLoop limit_word_pairs__avx512;
extern const LimitLoop limit_byte_pairs_s8_s4__avx512;
extern const LimitLoop limit_columns__avx512vnni;
extern const LimitLoop limit_quadruples_s8_s8__avx512vnni;
extern const LimitLoop limit_quadruples_s8_s4__avx512vnni;
extern const LimitLoop limit_split_lookups__sse42;
extern const LimitLoop limit_lookups__sse42;
extern const LimitLoop limit_pairs__sse42;
extern const ReadLoop read__avx2;
extern const ReadLoop read__avx512;
extern const ReadLoop read__sse42;
#elif BITPLACE_ARM64
extern const LimitLoop limit_count__neon;
extern const LimitLoop limit_requantize__neon;
extern const LimitLoop limit_lookup__neon;
extern const LimitLoop limit_quadruples__neondot;
extern const LimitLoop limit_octets_s8_s8__neoni8mm;
extern const LimitLoop limit_octets_s8_s4__neoni8mm;
extern const LimitLoop limit_f16__neonfp16;
extern const LimitLoop limit_depthwise_f16__neonfp16;
extern const LimitLoop limit_quadruples_s8_s8__neondot;
extern const LimitLoop limit_quadruples_s8_s4__neondot;
extern const LimitLoop limit_pairs__neon;
extern const LimitLoop limit_lanes__neon;
extern const LimitLoop limit_taps__neon;
extern const LimitLoop limit_f32__neon;
extern const LimitLoop limit_f16__neon;
extern const LimitLoop limit_depthwise_f32__neon;
extern const LimitLoop limit_depthwise_f16__neon;
extern const ReadLoop read__neon;
#endif

namespace {

const std::vector<const LimitLoop*>& limit_loops() {
  static const std::vector<const LimitLoop*> kLoops = {
#if BITPLACE_X86
    &limit_multiply_add_convolution_f32__avx512,
    &limit_multiply_add_convolution_f16__avx512,
    &limit_multiply_add_depthwise_f32__avx512,
    &limit_multiply_add_depthwise_f16__avx512,
    &limit_multiply_add_convolution_f32__avx2,
    &limit_multiply_add_convolution_f16__avx2,
    &limit_multiply_add_depthwise_f32__avx2,
    &limit_multiply_add_depthwise_f16__avx2,
    &limit_multiply_add_convolution_f32__sse42,
    &limit_multiply_add_depthwise_f32__sse42,
    &limit_residuals__avx512,
    &limit_residuals__avx2,
    &limit_residuals__sse42,
    &limit_carry_save__avx512vpopcntdq,
    &limit_split_lookups__avx2,
    &limit_split_lookups__sse42,
    &limit_lookups__avx512,
    &limit_quadruples__avx512vnni,
    &limit_winograd_s8_s8__avx512vnni,
    &limit_winograd_s8_s4__avx512vnni,
    &limit_byte_pairs__avx512,
    &limit_word_pairs__avx512,
    &limit_byte_pairs_s8_s4__avx512,
    &limit_columns__avx512vnni,
    &limit_quadruples_s8_s8__avx512vnni,
    &limit_quadruples_s8_s4__avx512vnni,
    &limit_lookups__avx2,
    &limit_pairs__avx2,
    &limit_s4_pairs__avx2,
    &limit_widened_pairs__avx2,
    &limit_depthwise_pairs__avx2,
    &limit_lookups__sse42,
    &limit_pairs__sse42,
    &limit_requantize__avx512,
    &limit_requantize__avx2,
#elif BITPLACE_ARM64
    &limit_count__neon,
    &limit_quadruples__neondot,
    &limit_octets_s8_s8__neoni8mm,
    &limit_octets_s8_s4__neoni8mm,
    &limit_f16__neonfp16,
    &limit_depthwise_f16__neonfp16,
    &limit_quadruples_s8_s8__neondot,
    &limit_quadruples_s8_s4__neondot,
    &limit_pairs__neon,
    &limit_lanes__neon,
    &limit_taps__neon,
    &limit_f32__neon,
    &limit_f16__neon,
    &limit_depthwise_f32__neon,
    &limit_depthwise_f16__neon,
    &limit_lookup__neon,
    &limit_requantize__neon,
#endif
  };
  return kLoops;
}

const std::vector<const ReadLoop*>& read_loops() {
  static const std::vector<const ReadLoop*> kLoops = {
#if BITPLACE_X86
    &read__avx512,
    &read__avx2,
    &read__sse42,
#elif BITPLACE_ARM64
    &read__neon,
#endif
  };
  return kLoops;
}

// Seconds per iteration: the fastest of several runs of some milliseconds, because everything that disturbs a
// run makes it longer.
template <typename Run>
double seconds_per_iteration(Run run) {
  constexpr int kRuns = 15;
  constexpr double kRunSeconds = 0.004;
  using Clock = std::chrono::steady_clock;
  const auto seconds_of = [&](std::int64_t iterations) {
    const auto start = Clock::now();
    run(iterations);
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  std::int64_t iterations = 1;
  while (seconds_of(iterations) < kRunSeconds)
    iterations *= 2;
  double best = seconds_of(iterations);
  for (int i = 0; i < kRuns; ++i)
    best = std::min(best, seconds_of(iterations));
  return best / static_cast<double>(iterations);
}

const LimitLoop* best_loop(const std::string& table, const std::string& kernel, IsaFeatures features) {
  for (const LimitLoop* loop : limit_loops()) {
    const bool same_method = kernel.find(loop->method) != std::string::npos;
    if (table == loop->table && same_method && (loop->features & ~features) == 0) return loop;
  }
  return nullptr;
}

const ReadLoop* best_read_loop() {
  for (const ReadLoop* loop : read_loops()) {
    if ((loop->features & ~cpu_features()) == 0) return loop;
  }
  return nullptr;
}

}  // namespace

Limit arithmetic_limit(const std::string& table, const std::string& kernel, IsaFeatures features) {
  static std::map<const LimitLoop*, Limit> measured;
  const LimitLoop* loop = best_loop(table, kernel, features);
  if (loop == nullptr || (loop->features & ~cpu_features()) != 0) return {};
  const auto found = measured.find(loop);
  if (found != measured.end()) return found->second;
  const double seconds = seconds_per_iteration([&](std::int64_t n) { loop->run(n); });
  return measured[loop] = {loop->instructions, static_cast<double>(loop->operations) / seconds};
}

Limit layer_limit(const std::string& table, const std::string& kernel, IsaFeatures features,
                  const LayerWork& work) {
  const Limit arithmetic = arithmetic_limit(table, kernel, features);
  if (arithmetic.per_second <= 0) return {};
  std::string unit = arithmetic.unit;
  double seconds = work.multiply_accumulates / arithmetic.per_second;
  const auto consider = [&](const Limit& limit, double amount) {
    if (limit.per_second <= 0 || amount / limit.per_second <= seconds) return;
    seconds = amount / limit.per_second;
    unit = limit.unit;
  };
  if (work.requantized > 0) consider(arithmetic_limit("requantize", "", features), work.requantized);
  consider(read_limit(work.bytes), static_cast<double>(work.bytes));
  return {unit, 1 / seconds};
}

Limit read_limit(std::size_t bytes) {
  static std::map<std::size_t, Limit> measured;
  const ReadLoop* loop = best_read_loop();
  if (loop == nullptr) return {};
  constexpr std::size_t kBlock = 4096;
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + kBlock - 1) / kBlock * kBlock;
  const auto found = measured.find(rounded);
  if (found != measured.end()) return found->second;
  std::vector<char> memory(rounded, 1);
  const double seconds = seconds_per_iteration(
      [&](std::int64_t n) { loop->run(memory.data(), static_cast<std::int64_t>(rounded), n); });
  return measured[rounded] = {std::string("read ") + std::to_string(rounded / 1024) + " KiB",
                              static_cast<double>(rounded) / seconds};
}

}  // namespace bitplace::bench
