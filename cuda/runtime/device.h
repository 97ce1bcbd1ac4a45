// A device that runs kernels, as a plan and a describer see it: the CUDA runtime, or an emulation for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bitplace/result.h"
#include "cuda/common/launch.h"

namespace bitplace::cuda {

// Memory with its owner. Device memory is an address only.
using Memory = std::shared_ptr<std::byte>;

// What a stream was asked to do while it recorded, to be done again with one call.
class Recording {
 public:
  virtual ~Recording() = default;
};

// Work in order. Nothing is complete before synchronize() has returned. Host memory given to a copy is pinned
// (Device::allocate_pinned) and stays as it is until then.
class Stream {
 public:
  virtual ~Stream() = default;

  virtual Status copy_to_device(void* to, const void* from, std::size_t bytes) = 0;
  virtual Status copy_to_host(void* to, const void* from, std::size_t bytes) = 0;
  virtual Status clear(void* memory, std::size_t bytes) = 0;
  virtual Status launch(const DeviceKernel& kernel, const void* parameters, std::size_t bytes) = 0;

  // Runs `work`, which uses this stream; what it asks for is recorded, not done.
  virtual Result<std::unique_ptr<Recording>> record(const std::function<Status()>& work) = 0;
  virtual Status replay(const Recording& recording) = 0;

  virtual Status synchronize() = 0;

  // Notes the time at which everything asked for so far is done, under a number below kMostMarks.
  static constexpr std::size_t kMostMarks = 1024;
  virtual Status mark(std::size_t number) = 0;
  // Between two marks; after synchronize().
  virtual Result<std::int64_t> nanoseconds_between(std::size_t first, std::size_t second) = 0;
};

// Safe to share between threads.
class Device {
 public:
  virtual ~Device() = default;

  virtual int architecture() const = 0;  // 87 is sm_87
  virtual std::string name() const = 0;  // "cuda:0 (NVIDIA H200)"

  // Error: out_of_memory, with the bytes asked for and those that are free; `purpose` says what for. Nothing
  // is taken then. Aligned to 256.
  virtual Result<Memory> allocate(std::size_t bytes, const char* purpose) = 0;
  virtual Result<Memory> allocate_pinned(std::size_t bytes, const char* purpose) = 0;
  virtual Status upload(void* to, const void* from, std::size_t bytes) = 0;  // complete when it returns
  virtual Result<std::unique_ptr<Stream>> create_stream() = 0;
};

// The machine's CUDA device of this number. Errors: unsupported where this build has no kernels for GPUs,
// where the machine has no driver or no such device, or where no kernel runs on the device's architecture.
Result<std::shared_ptr<Device>> open_device(int number) noexcept;

}  // namespace bitplace::cuda
