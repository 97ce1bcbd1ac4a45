// What stands for the emulator in the program that runs the kernels' tests on a GPU.

#include <cuda_runtime_api.h>

#include <cstring>

#include "cuda/common/emulate.h"

namespace bitplace::cuda {
namespace {

int architecture_here() {
  static const int architecture = [] {
    cudaDeviceProp properties{};
    return cudaGetDeviceProperties(&properties, 0) == cudaSuccess ? properties.major * 10 + properties.minor
                                                                  : 0;
  }();
  return architecture;
}

void check(int error, const char* what) {
  if (error == cudaSuccess) return;
  throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(static_cast<cudaError_t>(error)));
}

}  // namespace

// A row chooses its tile by itself, so there are none by name.
bool has_emulation(const DeviceKernel& kernel) {
  return kernel.launch != nullptr && std::strchr(kernel.name, '/') == nullptr &&
         runs_on(kernel, architecture_here());
}

void emulate(const DeviceKernel& kernel, const void* parameters, ThreadOrder) {
  if (!has_emulation(kernel)) throw std::logic_error(std::string(kernel.name) + " does not run here");
  check(kernel.launch(parameters, nullptr), kernel.name);
  check(cudaDeviceSynchronize(), kernel.name);
}

}  // namespace bitplace::cuda
