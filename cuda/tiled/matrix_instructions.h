// Instructions of tensor cores and of the shared memory that feeds them, for phases (cuda/common/phases.h).
//
// What lies in which lane is the same for all of them if registers are looked at as 32-bit words of operands
// that run along the product's depth (PTX manual, "Matrix fragments for mma"):
//   A, rows x words      word (r, w) in lane r % 8 * 4 + w % 4, register r / 8 + row blocks * (w / 4)
//   B, words x columns   word (w, c) in lane c * 4 + w % 4,     register w / 4
//   C, rows x columns    (r, c)      in lane r % 8 * 4 + c / 2, register r / 8 * 2 + c % 2
// with 8 columns, 8 or 16 rows and 4 or 8 words; a word is 32 bits, 4 bytes or 2 halves.
#pragma once

#include "cuda/common/host_device.h"
#include "cuda/tiled/products.h"

namespace bitplace::cuda {

// Four 8 x 8 matrices of halves from shared memory, here 8 rows of 4 words: lane 8 m + r names row r of
// matrix m, and gets word l % 4 of row l / 4 of each (ldmatrix.x4).
struct LoadMatrices {
  struct Operands {
    const std::uint32_t* row;
    std::uint32_t* matrix[4];
  };
  static BITPLACE_DEVICE void on_device(const Operands& own) {
#if defined(__CUDA_ARCH__)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(*own.matrix[0]), "=r"(*own.matrix[1]), "=r"(*own.matrix[2]), "=r"(*own.matrix[3])
                 : "r"(static_cast<std::uint32_t>(__cvta_generic_to_shared(own.row)))
                 : "memory");
#else
    static_cast<void>(own);
#endif
  }
  static void on_host(const Operands (&lanes)[kWarpSize]) {
    for (int lane = 0; lane < kWarpSize; ++lane) {
      for (int m = 0; m < 4; ++m)
        *lanes[lane].matrix[m] = lanes[8 * m + lane / 4].row[lane % 4];
    }
  }
};

// C += A B. Product says what two columns of words are worth, Device how the GPU is told.
template <class Product, int kRowBlocks, int kWordBlocks, class Device>
struct MultiplyMatrices {
  using Number = typename Product::Number;
  static constexpr int kRows = kRowBlocks;
  static constexpr int kWords = kWordBlocks;
  static constexpr std::size_t kNumbersOfC = 2 * kRowBlocks, kWordsOfA = kRowBlocks * kWordBlocks;
  static constexpr std::size_t kWordsOfB = kWordBlocks;

  struct Operands {
    Number* c[kNumbersOfC];
    std::uint32_t a[kWordsOfA];
    std::uint32_t b[kWordsOfB];
  };
  static BITPLACE_DEVICE void on_device(const Operands& own) { Device::multiply(own); }

  static void on_host(const Operands (&lanes)[kWarpSize]) {
    for (int row = 0; row < 8 * kRowBlocks; ++row) {
      for (int column = 0; column < 8; ++column) {
        std::uint32_t a[4 * kWordsOfB], b[4 * kWordsOfB];
        for (int w = 0; w < 4 * kWordBlocks; ++w) {
          a[w] = lanes[row % 8 * 4 + w % 4].a[row / 8 + kRowBlocks * (w / 4)];
          b[w] = lanes[column * 4 + w % 4].b[w / 4];
        }
        Number& c = *lanes[row % 8 * 4 + column / 2].c[row / 8 * 2 + column % 2];
        c = Product::template add<4 * kWordBlocks>(c, a, b);
      }
    }
  }
};

// The assembly of one instruction with 2, 1 or 4, 2 registers for A, B and its architecture guard: an
// architecture that a table's row does not run on compiles nothing.
#if defined(__CUDA_ARCH__)
#define BITPLACE_MULTIPLY_16X8(lowest, text, constraint)                                       \
  template <class Operands>                                                                    \
  static BITPLACE_DEVICE void multiply(const Operands& o) {                                    \
    if constexpr (__CUDA_ARCH__ >= (lowest)) {                                                 \
      asm("mma.sync.aligned." text                                                             \
          " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "                                    \
          "{%0, %1, %2, %3};"                                                                  \
          : constraint(*o.c[0]), constraint(*o.c[1]), constraint(*o.c[2]), constraint(*o.c[3]) \
          : "r"(o.a[0]), "r"(o.a[1]), "r"(o.a[2]), "r"(o.a[3]), "r"(o.b[0]), "r"(o.b[1]));     \
    }                                                                                          \
  }
#define BITPLACE_MULTIPLY_16X8_SHORT(text, constraint)                                       \
  template <class Operands>                                                                  \
  static BITPLACE_DEVICE void multiply(const Operands& o) {                                  \
    asm("mma.sync.aligned." text " {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"      \
        : constraint(*o.c[0]), constraint(*o.c[1]), constraint(*o.c[2]), constraint(*o.c[3]) \
        : "r"(o.a[0]), "r"(o.a[1]), "r"(o.b[0]));                                            \
  }
#define BITPLACE_MULTIPLY_8X8(text)                                 \
  template <class Operands>                                         \
  static BITPLACE_DEVICE void multiply(const Operands& o) {         \
    asm("mma.sync.aligned." text " {%0, %1}, {%2}, {%3}, {%0, %1};" \
        : "+r"(*o.c[0]), "+r"(*o.c[1])                              \
        : "r"(o.a[0]), "r"(o.b[0]));                                \
  }
#else
#define BITPLACE_MULTIPLY_ON_HOST \
  template <class Operands>       \
  static BITPLACE_DEVICE void multiply(const Operands&) {}
#define BITPLACE_MULTIPLY_16X8(lowest, text, constraint) BITPLACE_MULTIPLY_ON_HOST
#define BITPLACE_MULTIPLY_16X8_SHORT(text, constraint) BITPLACE_MULTIPLY_ON_HOST
#define BITPLACE_MULTIPLY_8X8(text) BITPLACE_MULTIPLY_ON_HOST
#endif

struct DeviceXor128 {
  BITPLACE_MULTIPLY_8X8("m8n8k128.row.col.s32.b1.b1.s32.xor.popc")
};
struct DeviceXor256 {
  BITPLACE_MULTIPLY_16X8(800, "m16n8k256.row.col.s32.b1.b1.s32.xor.popc", "+r")
};
struct DeviceAnd256 {
  BITPLACE_MULTIPLY_16X8(800, "m16n8k256.row.col.s32.b1.b1.s32.and.popc", "+r")
};
struct DeviceSigned16 {
  BITPLACE_MULTIPLY_8X8("m8n8k16.row.col.s32.s8.s8.s32")
};
struct DeviceUnsigned16 {
  BITPLACE_MULTIPLY_8X8("m8n8k16.row.col.s32.u8.s8.s32")
};
struct DeviceSigned32 {
  BITPLACE_MULTIPLY_16X8(800, "m16n8k32.row.col.s32.s8.s8.s32", "+r")
};
struct DeviceUnsigned32 {
  BITPLACE_MULTIPLY_16X8(800, "m16n8k32.row.col.s32.u8.s8.s32", "+r")
};
struct DeviceHalves8 {
  BITPLACE_MULTIPLY_16X8_SHORT("m16n8k8.row.col.f32.f16.f16.f32", "+f")
};
struct DeviceHalves16 {
  BITPLACE_MULTIPLY_16X8(800, "m16n8k16.row.col.f32.f16.f16.f32", "+f")
};

#undef BITPLACE_MULTIPLY_16X8
#undef BITPLACE_MULTIPLY_16X8_SHORT
#undef BITPLACE_MULTIPLY_8X8
#undef BITPLACE_MULTIPLY_ON_HOST

// Named by the depth of one instruction.
using MultiplyBitsXor128 = MultiplyMatrices<XorCount, 1, 1, DeviceXor128>;
using MultiplyBitsXor256 = MultiplyMatrices<XorCount, 2, 2, DeviceXor256>;
using MultiplyBitsAnd256 = MultiplyMatrices<AndCount, 2, 2, DeviceAnd256>;
using MultiplySigned16 = MultiplyMatrices<BytesProduct<std::int8_t>, 1, 1, DeviceSigned16>;
using MultiplyUnsigned16 = MultiplyMatrices<BytesProduct<std::uint8_t>, 1, 1, DeviceUnsigned16>;
using MultiplySigned32 = MultiplyMatrices<BytesProduct<std::int8_t>, 2, 2, DeviceSigned32>;
using MultiplyUnsigned32 = MultiplyMatrices<BytesProduct<std::uint8_t>, 2, 2, DeviceUnsigned32>;
using MultiplyHalves8 = MultiplyMatrices<HalvesProduct, 2, 1, DeviceHalves8>;
using MultiplyHalves16 = MultiplyMatrices<HalvesProduct, 2, 2, DeviceHalves16>;

}  // namespace bitplace::cuda
