// The least time that a device's measured limits allow a layer.
#pragma once

#include <string>

#include "bench/device/device_limits.h"

namespace bitplace::bench {

// Of all images of a batch. `bytes`: input, weights and output, each touched once.
struct DeviceWorkload {
  double products = 0.0;
  double bytes = 0.0;
};

// The rate of the instruction that a kernel's row promises, in products per second; 0 where it promises none
// or the instruction has no measured rate.
double product_rate(const std::string& instruction, const DeviceLimits& limits);

// The rate at which a working set of so many bytes moves: that of the cache where it stays there between
// launches.
double byte_rate(double bytes, const DeviceLimits& limits);

struct LeastTime {
  double seconds = 0.0;
  std::string bound_by;  // "IMMA.16832", "cache" or "memory"
};
LeastTime least_time(const std::string& instruction, const DeviceWorkload& workload,
                     const DeviceLimits& limits);

// One line for people.
std::string limits_text(const DeviceLimits& limits);

}  // namespace bitplace::bench
