#include "cuda/runtime/emulated_device.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/error.h"
#include "cuda/common/architecture.h"

namespace bitplace::cuda {
namespace {

// New memory holds this, so that nobody counts on zeros.
constexpr int kPattern = 0xa5;
constexpr std::size_t kAlignment = 256;

using Clock = std::chrono::steady_clock;

class EmulatedRecording final : public Recording {
 public:
  std::vector<std::function<Status()>> operations;
};

// Nothing is done before synchronize(), so that whoever reads too early reads the pattern, or an older frame.
class EmulatedStream final : public Stream {
 public:
  explicit EmulatedStream(ThreadOrder order) : order_(order) {}

  Status copy_to_device(void* to, const void* from, std::size_t bytes) override {
    return push([=] { return copy(to, from, bytes); });
  }
  Status copy_to_host(void* to, const void* from, std::size_t bytes) override {
    return push([=] { return copy(to, from, bytes); });
  }
  Status clear(void* memory, std::size_t bytes) override {
    return push([=] {
      std::memset(memory, 0, bytes);
      return Status();
    });
  }

  // Parameters are taken now, as a launch takes them; what is allocated is aligned for all of them.
  Status launch(const DeviceKernel& kernel, const void* parameters, std::size_t bytes) override {
    const auto* first = static_cast<const std::byte*>(parameters);
    const std::vector<std::byte> taken(first, first + bytes);
    return push([&kernel, taken, order = order_] {
      emulate(kernel, taken.data(), order);
      return Status();
    });
  }

  Result<std::unique_ptr<Recording>> record(const std::function<Status()>& work) override {
    auto recording = std::make_unique<EmulatedRecording>();
    recording_ = recording.get();
    const Status status = work();
    recording_ = nullptr;
    BITPLACE_TRY(status);
    return std::unique_ptr<Recording>(std::move(recording));
  }
  Status replay(const Recording& recording) override {
    for (const auto& operation : static_cast<const EmulatedRecording&>(recording).operations)
      pending_.push_back(operation);
    return {};
  }

  Status synchronize() override {
    return guarded([&]() -> Status {
      const auto operations = std::exchange(pending_, {});
      for (const auto& operation : operations)
        BITPLACE_TRY(operation());
      return {};
    });
  }

  Status mark(std::size_t number) override {
    return push([this, number] {
      marks_.at(number) = Clock::now();
      return Status();
    });
  }
  Result<std::int64_t> nanoseconds_between(std::size_t first, std::size_t second) override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(marks_.at(second) - marks_.at(first)).count();
  }

 private:
  static Status copy(void* to, const void* from, std::size_t bytes) {
    std::memcpy(to, from, bytes);
    return {};
  }

  Status push(std::function<Status()> operation) {
    (recording_ != nullptr ? recording_->operations : pending_).push_back(std::move(operation));
    return {};
  }

  ThreadOrder order_;
  EmulatedRecording* recording_ = nullptr;
  std::vector<std::function<Status()>> pending_;
  std::array<Clock::time_point, kMostMarks> marks_{};
};

class EmulatedDevice final : public Device {
 public:
  explicit EmulatedDevice(const EmulatedDeviceOptions& options)
      : options_(options), used_(std::make_shared<std::size_t>(0)) {}

  int architecture() const override { return options_.architecture; }
  std::string name() const override { return "emulated " + architecture_name(options_.architecture); }

  Result<Memory> allocate(std::size_t bytes, const char* purpose) override {
    const std::size_t free_bytes = options_.memory_bytes - *used_;
    if (bytes > free_bytes) {
      return make_error(ErrorCode::out_of_memory, name(),
                        std::string(purpose) + " needs " + std::to_string(bytes) + " bytes; " +
                            std::to_string(free_bytes) + " of " + std::to_string(options_.memory_bytes) +
                            " bytes are free");
    }
    *used_ += bytes;
    const Memory memory = host_memory(bytes);
    return Memory(memory.get(), [memory, bytes, used = used_](std::byte*) { *used -= bytes; });
  }
  Result<Memory> allocate_pinned(std::size_t bytes, const char*) override { return host_memory(bytes); }
  Status upload(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
    return {};
  }
  Result<std::unique_ptr<Stream>> create_stream() override {
    return std::unique_ptr<Stream>(std::make_unique<EmulatedStream>(options_.order));
  }

 private:
  static Memory host_memory(std::size_t bytes) {
    const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
    if (memory == nullptr) throw std::bad_alloc();
    std::memset(memory, kPattern, rounded);
    return {memory, [](std::byte* data) { std::free(data); }};
  }

  EmulatedDeviceOptions options_;
  std::shared_ptr<std::size_t> used_;
};

}  // namespace

std::shared_ptr<Device> create_emulated_device(const EmulatedDeviceOptions& options) {
  return std::make_shared<EmulatedDevice>(options);
}

}  // namespace bitplace::cuda
