// GPUs by name.
#pragma once

#include <string>

#include "bitplace/result.h"

namespace bitplace::bench {

// "cuda" is 0, "cuda:1" is 1. Error: invalid_argument for all else, an architecture that need not be here
// among it.
Result<int> gpu_number(const std::string& device_name);

}  // namespace bitplace::bench
