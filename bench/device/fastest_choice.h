// The fastest of what a library offers for one shape.
#pragma once

#include <functional>

#include "bench/device/repeated_launches.h"

namespace bitplace::bench {

// Runs every choice below `count` and returns the fastest; -1 where none runs. A choice that fails is passed
// over: libraries offer what they then refuse.
int fastest_choice(cuda::Device& device, int count,
                   const std::function<Status(int choice, cuda::Stream&)>& launch);

}  // namespace bitplace::bench
