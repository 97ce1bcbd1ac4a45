// The shape of every kernel: phases that compile for the device and for the host alike.
//
// A kernel is a structure in a plain C++17 header:
//
//   struct ExampleKernel {
//     using Parameters = ExampleParameters;      // plain data, at most 4000 bytes, passed by value
//     struct Shared { ... };                     // one per block; Nothing where none is needed
//     struct Registers { ... };                  // one per thread: everything that outlives a phase
//     static constexpr int kThreads = 256;       // per block, a multiple of 32
//     static Grid grid(const Parameters& p);     // blocks; on the host
//     template <class Block>
//     static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
//       block.each_thread([&](const Position& at, Registers& r) { ... block.shared() ... });
//       block.synchronize();
//       block.template each_warp<SomeInstruction>([&](const Position& at, Registers& r) {
//         return SomeInstruction::Operands{...pointers into r...};
//       });
//     }
//   };
//
// run() is the whole kernel: its statements are executed by every thread on the device and once per block by
// the emulator (emulate.h), so what they branch on must be the same for the whole block. each_thread() is a
// phase: code of one thread. Values that differ between threads live in Registers, never in run()'s own
// variables. each_warp() is one instruction that the 32 lanes of a warp execute together (a matrix product, a
// ballot, a shuffle): the callable names the lane's operands; the instruction is a structure with
//
//   struct Operands { ...pointers to the lane's registers, or values... };
//   static BITPLACE_DEVICE void on_device(const Operands& own);      // PTX or intrinsic, inside
//                                                                    // #if defined(__CUDA_ARCH__)
//   static void on_host(const Operands (&lanes)[kWarpSize]);         // what the PTX manual says it does
//
// synchronize() is a barrier for the block; synchronize_warp() for a warp's shared memory. No phase may read
// what another thread writes in the same phase; the emulator runs threads in rising and in falling order, so
// tests see the difference. A missing barrier between phases only compute-sanitizer sees.
#pragma once

#include "cuda/common/host_device.h"

namespace bitplace::cuda {

// Blocks of a launch. y and z stay below 65536.
struct Grid {
  std::int64_t x = 1, y = 1, z = 1;
};

struct Position {
  std::int32_t block_x, block_y, block_z;
  std::int32_t thread;  // in the block

  BITPLACE_DEVICE std::int32_t lane() const { return thread % kWarpSize; }
  BITPLACE_DEVICE std::int32_t warp() const { return thread / kWarpSize; }
};

// A thread's view of its block on the device (launch_kernel.h). Only there its functions do anything.
template <class Kernel>
class DeviceBlock {
 public:
  using Shared = typename Kernel::Shared;
  using Registers = typename Kernel::Registers;

  BITPLACE_DEVICE DeviceBlock(Position at, Shared& shared) : at_(at), shared_(shared) {}

  BITPLACE_DEVICE Shared& shared() { return shared_; }
  BITPLACE_DEVICE std::int32_t block_x() const { return at_.block_x; }
  BITPLACE_DEVICE std::int32_t block_y() const { return at_.block_y; }
  BITPLACE_DEVICE std::int32_t block_z() const { return at_.block_z; }

  template <class Phase>
  BITPLACE_DEVICE void each_thread(const Phase& phase) {
    phase(at_, registers_);
  }

  template <class Instruction, class Select>
  BITPLACE_DEVICE void each_warp(const Select& select) {
    Instruction::on_device(select(at_, registers_));
  }

  BITPLACE_DEVICE void synchronize() {
#if defined(__CUDA_ARCH__)
    __syncthreads();
#endif
  }
  BITPLACE_DEVICE void synchronize_warp() {
#if defined(__CUDA_ARCH__)
    __syncwarp();
#endif
  }

 private:
  Position at_;
  Shared& shared_;
  Registers registers_;
};

}  // namespace bitplace::cuda
