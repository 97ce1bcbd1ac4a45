// Where a step finds its tensors on a device.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitplace::cuda {

struct StepMemory {
  std::byte* input = nullptr;
  std::byte* second_input = nullptr;  // of operations with two inputs
  std::byte* output = nullptr;
  std::byte* scratch = nullptr;
  std::int32_t batch = 1;
};

}  // namespace bitplace::cuda
