// Instructions of a whole warp that are no matrix products (phases.h, each_warp).
#pragma once

#include "cuda/common/host_device.h"

namespace bitplace::cuda {

// Bit l of every lane's result is lane l's predicate.
struct Ballot {
  struct Operands {
    std::uint32_t* result;
    bool predicate;
  };
  static BITPLACE_DEVICE void on_device(const Operands& own) {
#if defined(__CUDA_ARCH__)
    *own.result = __ballot_sync(0xffffffffu, own.predicate);
#else
    static_cast<void>(own);
#endif
  }
  static void on_host(const Operands (&lanes)[kWarpSize]) {
    std::uint32_t word = 0;
    for (int lane = 0; lane < kWarpSize; ++lane)
      word |= static_cast<std::uint32_t>(lanes[lane].predicate) << lane;
    for (const Operands& lane : lanes)
      *lane.result = word;
  }
};

// Every lane's result is the value of lane (own lane xor kMask).
template <typename Number, int kMask>
struct ShuffleXor {
  struct Operands {
    Number* result;
    Number value;
  };
  static BITPLACE_DEVICE void on_device(const Operands& own) {
#if defined(__CUDA_ARCH__)
    *own.result = __shfl_xor_sync(0xffffffffu, own.value, kMask);
#else
    static_cast<void>(own);
#endif
  }
  static void on_host(const Operands (&lanes)[kWarpSize]) {
    for (int lane = 0; lane < kWarpSize; ++lane)
      *lanes[lane].result = lanes[lane ^ kMask].value;
  }
};

}  // namespace bitplace::cuda
