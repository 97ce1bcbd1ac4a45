// Devices by name: "cpu", "cuda", "cuda:1", "cuda:sm_87".
#pragma once

#include "bitplace/result.h"

namespace bitplace::cuda {

struct DeviceName {
  enum class Kind {
    cpu,
    gpu,           // of this machine, by `number`
    architecture,  // a GPU that need not be here: for plans that are looked at
  };
  Kind kind = Kind::cpu;
  int number = 0;
  int architecture = 0;
};

// Null and "" are the CPU. Error: invalid_argument, which names the choices.
Result<DeviceName> parse_device_name(const char* text);

}  // namespace bitplace::cuda
