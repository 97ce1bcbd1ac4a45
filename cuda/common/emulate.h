// Runs a kernel's phases on the host: grid x phases x threads. For tests.
//
// Shared memory and registers hold a pattern before each block, so that nobody counts on zeros; bytes around
// shared memory are checked after it. Global memory is the test's: give buffers that guard themselves.
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cuda/common/launch.h"
#include "cuda/common/phases.h"

namespace bitplace::cuda {

enum class ThreadOrder { rising, falling };

using EmulateFunction = void (*)(const void* parameters, ThreadOrder order);

template <class Kernel>
class EmulatedBlock {
 public:
  using Shared = typename Kernel::Shared;
  using Registers = typename Kernel::Registers;

  explicit EmulatedBlock(ThreadOrder order)
      : order_(order), memory_(kGuard + sizeof(Shared) + kGuard + kAlignment), registers_(Kernel::kThreads) {
    const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(memory_.data()) % kAlignment;
    start_ = memory_.data() + kAlignment - misaligned;
  }

  void begin(std::int32_t x, std::int32_t y, std::int32_t z) {
    at_ = {x, y, z, 0};
    std::memset(memory_.data(), kPoison, memory_.size());
    std::memset(static_cast<void*>(registers_.data()), kPoison, registers_.size() * sizeof(Registers));
  }

  void end() const {
    for (std::size_t i = 0; i < kGuard; ++i) {
      if (start_[i] != kPoison || start_[kGuard + sizeof(Shared) + i] != kPoison) {
        throw std::logic_error("a block wrote outside its shared memory, block " +
                               std::to_string(at_.block_x) + "," + std::to_string(at_.block_y) + "," +
                               std::to_string(at_.block_z));
      }
    }
  }

  Shared& shared() { return *reinterpret_cast<Shared*>(start_ + kGuard); }
  std::int32_t block_x() const { return at_.block_x; }
  std::int32_t block_y() const { return at_.block_y; }
  std::int32_t block_z() const { return at_.block_z; }

  template <class Phase>
  void each_thread(const Phase& phase) {
    for (int i = 0; i < Kernel::kThreads; ++i) {
      const int thread = order_ == ThreadOrder::rising ? i : Kernel::kThreads - 1 - i;
      phase(position(thread), registers_[static_cast<std::size_t>(thread)]);
    }
  }

  template <class Instruction, class Select>
  void each_warp(const Select& select) {
    for (int first = 0; first < Kernel::kThreads; first += kWarpSize)
      run_warp<Instruction>(select, first, std::make_index_sequence<kWarpSize>());
  }

  void synchronize() {}
  void synchronize_warp() {}

 private:
  static_assert(Kernel::kThreads % kWarpSize == 0 && Kernel::kThreads <= 1024);
  static_assert(sizeof(typename Kernel::Parameters) <= 4000, "passed by value to the kernel");
  static constexpr std::size_t kGuard = 256;
  static constexpr std::size_t kAlignment = 128;
  static constexpr unsigned char kPoison = 0xa5;

  Position position(int thread) const { return {at_.block_x, at_.block_y, at_.block_z, thread}; }

  template <class Instruction, class Select, std::size_t... kLane>
  void run_warp(const Select& select, int first, std::index_sequence<kLane...>) {
    const typename Instruction::Operands lanes[kWarpSize] = {select(
        position(first + static_cast<int>(kLane)), registers_[static_cast<std::size_t>(first) + kLane])...};
    Instruction::on_host(lanes);
  }

  ThreadOrder order_;
  Position at_{};
  std::vector<unsigned char> memory_;
  unsigned char* start_ = nullptr;
  std::vector<Registers> registers_;
};

// What launch<Kernel> does, on the host. Throws where a block writes outside its shared memory.
template <class Kernel>
void emulate(const void* parameters, ThreadOrder order) {
  const auto& p = *static_cast<const typename Kernel::Parameters*>(parameters);
  const Grid grid = Kernel::grid(p);
  if (grid.y >= 65536 || grid.z >= 65536) throw std::logic_error("a grid is too large for a launch");
  EmulatedBlock<Kernel> block(order);
  for (std::int64_t z = 0; z < grid.z; ++z) {
    for (std::int64_t y = 0; y < grid.y; ++y) {
      for (std::int64_t x = 0; x < grid.x; ++x) {
        block.begin(static_cast<std::int32_t>(x), static_cast<std::int32_t>(y), static_cast<std::int32_t>(z));
        Kernel::run(p, block);
        block.end();
      }
    }
  }
}

// Binds a row's name to its emulation. One object per row at namespace scope, in <op>_emulate.cpp.
class EmulatedKernel {
 public:
  EmulatedKernel(const char* name, EmulateFunction function);
  static EmulateFunction find(const std::string& name);  // null where no row of that name is emulated

 private:
  const char* name_;
  EmulateFunction function_;
  const EmulatedKernel* next_;
};

bool has_emulation(const DeviceKernel& kernel);

// Runs a row's emulation; throws where it has none.
void emulate(const DeviceKernel& kernel, const void* parameters, ThreadOrder order = ThreadOrder::rising);

}  // namespace bitplace::cuda
