// What stands for the benchmarks of a device in a build without CUDA.

#include <cstdio>

#include "bench/device/device_benchmarks.h"
#include "bench/device/gpu_number.h"
#include "core/error.h"

namespace bitplace::bench {
namespace {

Status refuse(const std::string& device_name) {
  BITPLACE_ASSIGN(number, gpu_number(device_name));
  BITPLACE_TRY(cuda::open_device(number));
  return {};
}

}  // namespace

int run_device_benchmarks(const std::string& device_name, const std::string&, const std::vector<int>&) {
  std::fprintf(stderr, "error: %s\n", refuse(device_name).error().message());
  return 1;
}

}  // namespace bitplace::bench
