#include "bench/device/fastest_choice.h"

#include "core/error.h"

namespace bitplace::bench {
namespace {

constexpr int kRuns = 3;

// The least seconds of one launch.
Result<double> seconds_of(cuda::Device& device, const Launch& launch) {
  BITPLACE_ASSIGN(launches, RepeatedLaunches::create(device, launch));
  double best = 0.0;
  for (int run = 0; run < kRuns; ++run) {
    BITPLACE_ASSIGN(seconds, launches.run());
    if (run == 0 || seconds < best) best = seconds;
  }
  return best / launches.count();
}

}  // namespace

Choice fastest_choice(cuda::Device& device, int count,
                      const std::function<Status(int choice, cuda::Stream&)>& launch) {
  Choice fastest;
  for (int number = 0; number < count; ++number) {
    const auto seconds = seconds_of(device, [&](cuda::Stream& stream) { return launch(number, stream); });
    if (seconds.ok() && (fastest.number < 0 || *seconds < fastest.seconds)) fastest = {number, *seconds};
  }
  return fastest;
}

}  // namespace bitplace::bench
