// Neighbouring elements that one instruction moves, and numbers out of elements.
#pragma once

#include "cuda/common/host_device.h"
#include "kernels/common/half_bits.h"

namespace bitplace::cuda {

// The widest access of a thread, and what addresses must be a multiple of for it.
inline constexpr int kPacketBytes = 16;

template <typename Element, int kCount>
struct alignas(smaller<int>(sizeof(Element) * kCount, kPacketBytes)) Packet {
  Element at[static_cast<std::size_t>(kCount)];
};

template <int kCount, typename Element>
BITPLACE_DEVICE Packet<Element, kCount> load(const Element* from) {
  return *reinterpret_cast<const Packet<Element, kCount>*>(from);
}

template <int kCount, typename Element>
BITPLACE_DEVICE void store(Element* to, const Packet<Element, kCount>& packet) {
  *reinterpret_cast<Packet<Element, kCount>*>(to) = packet;
}

// Whether every element at a multiple of kCount may begin a packet.
template <typename Element, int kCount>
BITPLACE_DEVICE bool fits_packets(const void* elements) {
  return reinterpret_cast<std::uintptr_t>(elements) % alignof(Packet<Element, kCount>) == 0;
}

// a % b and a / b for a >= 0. 64-bit divisions take many times as long, and few tensors need them.
BITPLACE_DEVICE std::int64_t remainder(std::int64_t a, std::int64_t b) {
  if (((a | b) >> 32) != 0) return a % b;
  return static_cast<std::uint32_t>(a) % static_cast<std::uint32_t>(b);
}
BITPLACE_DEVICE std::int64_t quotient(std::int64_t a, std::int64_t b) {
  if (((a | b) >> 32) != 0) return a / b;
  return static_cast<std::uint32_t>(a) / static_cast<std::uint32_t>(b);
}

BITPLACE_DEVICE float number_of(float element) {
  return element;
}
BITPLACE_DEVICE float number_of(std::int32_t element) {
  return static_cast<float>(element);
}
BITPLACE_DEVICE float number_of(std::int8_t element) {
  return static_cast<float>(element);
}
// f16. The instruction gives another NaN than the definition does.
BITPLACE_DEVICE float number_of(std::uint16_t element) {
#if defined(__CUDA_ARCH__)
  float number;
  asm("cvt.f32.f16 %0, %1;" : "=f"(number) : "h"(element));
  return number;
#else
  return float_of_half(element);
#endif
}

// A number as an element of f32, or of f16, which is std::uint16_t.
template <typename Element>
BITPLACE_DEVICE Element element_of(float number) {
  if constexpr (sizeof(Element) == sizeof(float)) {
    return number;
  } else {
#if defined(__CUDA_ARCH__)
    std::uint16_t element;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(element) : "f"(number));
    return element;
#else
    return half_of_float(number);
#endif
  }
}

}  // namespace bitplace::cuda
