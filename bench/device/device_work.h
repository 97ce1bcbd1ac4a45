// What a benchmark on a device times: a layer of ours, or a library's on the same shape.
#pragma once

#include <memory>
#include <string>

#include "cuda/runtime/device.h"

namespace bitplace::bench {

class DeviceWork {
 public:
  virtual ~DeviceWork() = default;

  // Puts the whole batch on the stream once.
  virtual Status launch(cuda::Stream& stream) = 0;

  // Input, weights and output of the whole batch, each touched once.
  virtual double bytes() const = 0;

  // Whether the results of the last launch, which is complete, are right. Libraries' are not looked at.
  virtual Status check(cuda::Stream&) { return {}; }
};

using MadeWork = Result<std::unique_ptr<DeviceWork>>;

}  // namespace bitplace::bench
