// Devices of the CUDA runtime, which is linked statically and looks for the driver when it is first called:
// a program starts where there is none, and is told so.

#include <algorithm>
#include <mutex>
#include <vector>

#include "cuda/common/architecture.h"
#include "cuda/runtime/cuda_error.h"
#include "cuda/runtime/cuda_stream.h"
#include "cuda/runtime/device.h"

namespace bitplace::cuda {
namespace {

class CudaDevice final : public Device {
 public:
  CudaDevice(int number, const cudaDeviceProp& properties)
      : number_(number),
        architecture_(properties.major * 10 + properties.minor),
        name_("cuda:" + std::to_string(number) + " (" + properties.name + ")") {}

  int architecture() const override { return architecture_; }
  std::string name() const override { return name_; }

  Result<Memory> allocate(std::size_t bytes, const char* purpose) override {
    BITPLACE_CUDA_TRY(cudaSetDevice(number_), name_);
    std::size_t free_bytes = 0, total_bytes = 0;
    BITPLACE_CUDA_TRY(cudaMemGetInfo(&free_bytes, &total_bytes), name_);
    void* memory = nullptr;
    if (bytes > free_bytes || cudaMalloc(&memory, bytes) != cudaSuccess) {
      static_cast<void>(cudaGetLastError());
      return out_of_memory(
          bytes, purpose,
          std::to_string(free_bytes) + " of " + std::to_string(total_bytes) + " bytes are free");
    }
    return Memory(static_cast<std::byte*>(memory), cudaFree);
  }

  Result<Memory> allocate_pinned(std::size_t bytes, const char* purpose) override {
    BITPLACE_CUDA_TRY(cudaSetDevice(number_), name_);
    void* memory = nullptr;
    if (cudaMallocHost(&memory, bytes) != cudaSuccess) {
      static_cast<void>(cudaGetLastError());
      return out_of_memory(bytes, purpose, "the host does not pin so many");
    }
    return Memory(static_cast<std::byte*>(memory), cudaFreeHost);
  }

  Status upload(void* to, const void* from, std::size_t bytes) override {
    BITPLACE_CUDA_TRY(cudaSetDevice(number_), name_);
    BITPLACE_CUDA_TRY(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), name_ + ": upload");
    // From memory that is not pinned, the copy returns before its last part has arrived.
    BITPLACE_CUDA_TRY(cudaStreamSynchronize(nullptr), name_ + ": upload");
    return {};
  }

  Result<std::unique_ptr<Stream>> create_stream() override { return create_cuda_stream(number_, name_); }

 private:
  Error out_of_memory(std::size_t bytes, const char* purpose, const std::string& why) const {
    return make_error(ErrorCode::out_of_memory, name_,
                      std::string(purpose) + " needs " + std::to_string(bytes) + " bytes; " + why);
  }

  int number_;
  int architecture_;
  std::string name_;
};

Error no_device(const std::string& why) {
  return make_error(ErrorCode::unsupported, "cuda", why);
}

// A device newer than all that this build knows by name runs the portable code of the newest.
Status check_architecture(int number, const cudaDeviceProp& properties) {
  const int architecture = properties.major * 10 + properties.minor;
  if (architecture >= kLowestArchitecture) return {};
  return no_device("device " + std::to_string(number) + " (" + properties.name + ") is " +
                   architecture_name(architecture) + "; kernels begin at " +
                   architecture_name(kLowestArchitecture));
}

Result<std::shared_ptr<Device>> open_checked(int number) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || count == 0) {
    static_cast<void>(cudaGetLastError());
    return no_device("no CUDA device: " +
                     std::string(cudaGetErrorString(error == cudaSuccess ? cudaErrorNoDevice : error)));
  }
  if (number < 0 || number >= count) {
    return no_device("no CUDA device " + std::to_string(number) + ": this machine has " +
                     std::to_string(count));
  }
  cudaDeviceProp properties{};
  BITPLACE_CUDA_TRY(cudaGetDeviceProperties(&properties, number), "device " + std::to_string(number));
  BITPLACE_TRY(check_architecture(number, properties));
  return std::shared_ptr<Device>(std::make_shared<CudaDevice>(number, properties));
}

}  // namespace

Result<std::shared_ptr<Device>> open_device(int number) noexcept {
  return guarded([&] { return open_checked(number); });
}

}  // namespace bitplace::cuda
