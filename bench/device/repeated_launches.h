// How long something takes on a device, again and again.
#pragma once

#include <functional>
#include <memory>

#include "cuda/runtime/device.h"

namespace bitplace::bench {

// Puts work on a stream once.
using Launch = std::function<Status(cuda::Stream&)>;

// Work is recorded several times behind itself and replayed, so that the host's part of a launch counts as
// little as in a describer, which replays frames; what cannot be recorded is launched singly. Whatever the
// work touches stays in the device's cache between launches as far as it fits.
class RepeatedLaunches {
 public:
  // Runs the work some times, to warm up and to learn how often to record it.
  static Result<RepeatedLaunches> create(cuda::Device& device, Launch launch);

  int count() const { return count_; }  // launches of a run
  bool recorded() const { return recording_ != nullptr; }

  // Seconds that count() launches take on a device that is busy when they begin.
  Result<double> run();

  cuda::Stream& stream() { return *stream_; }

 private:
  RepeatedLaunches(std::unique_ptr<cuda::Stream> stream, Launch launch)
      : launch_(std::move(launch)), stream_(std::move(stream)) {}
  Result<double> seconds_of(int launches);
  Status launch_times(int launches);
  Status replay();

  Launch launch_;
  std::unique_ptr<cuda::Stream> stream_;
  std::unique_ptr<cuda::Recording> recording_;  // given up before its stream
  int count_ = 1;
};

}  // namespace bitplace::bench
