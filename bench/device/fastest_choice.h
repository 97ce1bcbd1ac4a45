// The fastest of what a library offers for one shape.
#pragma once

#include <functional>

#include "bench/device/repeated_launches.h"

namespace bitplace::bench {

struct Choice {
  int number = -1;  // -1 where nothing runs
  double seconds = 0.0;
};

// Runs every choice below `count` and returns the fastest. One that fails is passed over: libraries offer
// what they then refuse.
Choice fastest_choice(cuda::Device& device, int count,
                      const std::function<Status(int choice, cuda::Stream&)>& launch);

}  // namespace bitplace::bench
