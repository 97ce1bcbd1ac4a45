#include "bench/kernels/table_benchmark.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <random>
#include <utility>

#include "bench/report_share.h"
#include "kernels/common/half.h"

namespace bitplace::bench {
namespace {

// The fastest of some runs of `move`, which moves `bytes` bytes from or to whichever level of the caches
// holds them.
template <typename Move>
double fastest_seconds(std::size_t bytes, Move move) {
  constexpr int kRuns = 60;
  const std::size_t moves = std::max<std::size_t>(1, (std::size_t{1} << 22) / bytes);
  double best = 1;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < moves; ++i) {
      move();
      benchmark::ClobberMemory();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    best = std::min(best, elapsed.count() / static_cast<double>(moves));
  }
  return best;
}

double copy_seconds(std::size_t bytes) {
  const Aligned<char> from(bytes, 1);
  Aligned<char> to(bytes);
  return fastest_seconds(bytes, [&] { std::memcpy(to.data(), from.data(), bytes); });
}

double write_seconds(std::size_t bytes) {
  Aligned<char> to(bytes);
  return fastest_seconds(bytes, [&] { std::memset(to.data(), 1, bytes); });
}

// As many floats or halves within +-4 as fit, as bytes.
Aligned<std::uint8_t> random_numbers(std::size_t bytes, bool half) {
  std::mt19937 generator(6);
  Aligned<std::uint8_t> values(bytes);
  const std::size_t each = half ? 2 : 4;
  for (std::size_t i = 0; i + each <= bytes; i += each) {
    const float value = static_cast<float>(static_cast<int>(generator() % 8001) - 4000) * 0.001f;
    const std::uint16_t rounded = float_to_half(value);
    std::memcpy(values.data() + i, half ? static_cast<const void*>(&rounded) : &value, each);
  }
  return values;
}

constexpr std::size_t kApart = 2432;  // so that the two do not lie a multiple of a page apart

}  // namespace

Aligned<std::uint8_t> random_bytes(std::size_t count) {
  std::mt19937 generator(5);
  Aligned<std::uint8_t> values(count);
  for (std::uint8_t& value : values)
    value = static_cast<std::uint8_t>(generator());
  return values;
}

const std::uint8_t* tensor(std::size_t element) {
  static const Aligned<std::uint8_t> codes = random_bytes(2 * kTensorElements + kApart);
  static const Aligned<std::uint8_t> halves = random_numbers(4 * kTensorElements + kApart, true);
  static const Aligned<std::uint8_t> floats = random_numbers(8 * kTensorElements + kApart, false);
  return (element == 1 ? codes : element == 2 ? halves : floats).data();
}

const std::uint8_t* other_tensor(std::size_t element) {
  return tensor(element) + kTensorElements * element + kApart / 2;
}

Limit move_limit(std::size_t input_bytes, std::size_t output_bytes) {
  static std::map<std::pair<std::size_t, std::size_t>, Limit> measured;
  const auto found = measured.find({input_bytes, output_bytes});
  if (found != measured.end()) return found->second;
  const std::size_t both = std::min(input_bytes, output_bytes);
  double seconds = copy_seconds(both);
  if (output_bytes > both) seconds += write_seconds(output_bytes - both);
  if (input_bytes > both) {
    const Limit read = read_limit(input_bytes - both);
    if (read.per_second <= 0) return {};
    seconds += static_cast<double>(input_bytes - both) / read.per_second;
  }
  return measured[{input_bytes, output_bytes}] = {
             "move " + std::to_string((input_bytes + output_bytes) / 1024) + " KiB", 1 / seconds};
}

void run_benchmark(benchmark::State& state, const TableBenchmark& benchmark) {
  Aligned<std::uint8_t> output(benchmark.output_bytes);
  const double seconds = time_iterations(state, [&] { benchmark.run(output); });
  state.counters["bytes/s"] = static_cast<double>(benchmark.input_bytes + benchmark.output_bytes) / seconds;
  report_share(state, benchmark.limit, benchmark.amount, seconds);
  Aligned<std::uint8_t> expected(benchmark.output_bytes);
  benchmark.reference(expected);
  if (expected != output) state.SkipWithError("differs from the reference kernel");
}

}  // namespace bitplace::bench
