#include "bench/device/repeated_launches.h"

#include <algorithm>

#include "core/error.h"

namespace bitplace::bench {
namespace {

// A run is long enough for the events' half microsecond not to matter, and a recording short enough to be
// made in no time.
constexpr double kRunSeconds = 2e-3;
constexpr int kMostLaunches = 200;
constexpr double kWarmSeconds = 20e-3;
constexpr int kMostWarmRuns = 20;

constexpr std::size_t kBegin = 0, kEnd = 1;

}  // namespace

Result<RepeatedLaunches> RepeatedLaunches::create(cuda::Device& device, Launch launch) {
  BITPLACE_ASSIGN(stream, device.create_stream());
  RepeatedLaunches launches(std::move(stream), std::move(launch));
  // The first launch of a kernel loads its code, which a recording may not do.
  BITPLACE_TRY(launches.seconds_of(1));
  BITPLACE_ASSIGN(once, launches.seconds_of(1));
  const double fitting = once > 0.0 ? kRunSeconds / once : kMostLaunches;
  launches.count_ = static_cast<int>(std::clamp(fitting, 1.0, double{kMostLaunches}));
  auto recording = launches.stream_->record([&] { return launches.launch_times(launches.count_); });
  if (recording.ok()) launches.recording_ = *std::move(recording);
  double warm = 0.0;
  for (int run = 0; run < kMostWarmRuns && warm < kWarmSeconds; ++run) {
    BITPLACE_ASSIGN(seconds, launches.run());
    warm += 2.0 * seconds;
  }
  return launches;
}

Result<double> RepeatedLaunches::run() {
  // The first replay keeps the device busy until the second has been asked for.
  BITPLACE_TRY(replay());
  BITPLACE_TRY(stream_->mark(kBegin));
  BITPLACE_TRY(replay());
  BITPLACE_TRY(stream_->mark(kEnd));
  BITPLACE_TRY(stream_->synchronize());
  BITPLACE_ASSIGN(nanoseconds, stream_->nanoseconds_between(kBegin, kEnd));
  return static_cast<double>(nanoseconds) / 1e9;
}

Result<double> RepeatedLaunches::seconds_of(int launches) {
  BITPLACE_TRY(stream_->mark(kBegin));
  BITPLACE_TRY(launch_times(launches));
  BITPLACE_TRY(stream_->mark(kEnd));
  BITPLACE_TRY(stream_->synchronize());
  BITPLACE_ASSIGN(nanoseconds, stream_->nanoseconds_between(kBegin, kEnd));
  return static_cast<double>(nanoseconds) / 1e9;
}

Status RepeatedLaunches::launch_times(int launches) {
  for (int i = 0; i < launches; ++i)
    BITPLACE_TRY(launch_(*stream_));
  return {};
}

Status RepeatedLaunches::replay() {
  return recording_ != nullptr ? stream_->replay(*recording_) : launch_times(count_);
}

}  // namespace bitplace::bench
