// The stream behind a stream, for libraries that are told where to put their work.
#pragma once

#include <functional>

#include "cuda/runtime/device.h"

namespace bitplace::bench {

// Calls with the cudaStream_t of a stream of the CUDA runtime.
inline Status with_native_stream(cuda::Stream& stream, const std::function<Status(void* native)>& call) {
  struct Parameters {
    const std::function<Status(void*)>* call;
    Status* status;
  };
  constexpr int kFailed = 999;  // cudaErrorUnknown
  const cuda::LaunchFunction launch = [](const void* parameters, void* native) {
    const auto& p = *static_cast<const Parameters*>(parameters);
    *p.status = (*p.call)(native);
    return p.status->ok() ? 0 : kFailed;
  };
  const cuda::DeviceKernel kernel = {"a library", 0, cuda::kAnyArchitecture, launch};
  Status status;
  const Parameters parameters = {&call, &status};
  const Status launched = stream.launch(kernel, &parameters, sizeof parameters);
  return status.ok() ? launched : status;
}

}  // namespace bitplace::bench
