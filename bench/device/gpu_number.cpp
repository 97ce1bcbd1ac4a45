#include "bench/device/gpu_number.h"

#include "core/error.h"
#include "cuda/plan/device_name.h"

namespace bitplace::bench {

Result<int> gpu_number(const std::string& device_name) {
  const auto name = cuda::parse_device_name(device_name.c_str());
  if (name.ok() && name->kind == cuda::DeviceName::Kind::gpu) return name->number;
  return make_error(ErrorCode::invalid_argument, "--device=" + device_name,
                    "the choices are cpu, cuda, and cuda:N for the N-th GPU from 0");
}

}  // namespace bitplace::bench
