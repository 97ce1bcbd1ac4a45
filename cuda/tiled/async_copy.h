// Copies from global to shared memory that run on while a thread goes on (sm_80 and later); plain loads and
// stores on sm_75 and on the host. What lies outside is replaced by zeros and not read.
#pragma once

#include "cuda/common/packet.h"

namespace bitplace::cuda {

using Pair = Packet<std::uint32_t, 2>;
using Quad = Packet<std::uint32_t, 4>;

// 16 bytes between addresses that are multiples of 16.
BITPLACE_DEVICE void copy_chunk(std::uint32_t* shared, const std::uint8_t* global, bool inside) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   static_cast<std::uint32_t>(__cvta_generic_to_shared(shared))),
               "l"(global), "r"(inside ? 16 : 0)
               : "memory");
#else
  *reinterpret_cast<Quad*>(shared) = inside ? *reinterpret_cast<const Quad*>(global) : Quad{};
#endif
}

// 4 bytes between addresses that are multiples of 4.
BITPLACE_DEVICE void copy_word(std::uint32_t* shared, const std::uint8_t* global, bool inside) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(
                   static_cast<std::uint32_t>(__cvta_generic_to_shared(shared))),
               "l"(global), "r"(inside ? 4 : 0)
               : "memory");
#else
  *shared = inside ? *reinterpret_cast<const std::uint32_t*>(global) : 0;
#endif
}

// Ends a group of a thread's copies, which may be empty.
BITPLACE_DEVICE void end_copy_group() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Until at most kGroups of the thread's latest groups are under way.
template <int kGroups>
BITPLACE_DEVICE void wait_for_copies() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(kGroups) : "memory");
#endif
}

}  // namespace bitplace::cuda
