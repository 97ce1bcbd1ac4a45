// Loops of nothing but matrix instructions, eight independent ones at a time in each warp, and a copy.

#include "bench/device/device_limits.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

namespace bitplace::bench {
namespace {

constexpr int kChains = 8;
constexpr int kRounds = 4096;
constexpr int kThreads = 256;

// One instruction of a warp and how many products it makes. sm_75 has smaller ones.
struct Bytes {
  __device__ static void multiply(std::int32_t (&c)[4], std::uint32_t a) {
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%4,%4,%4}, {%4,%4}, "
        "{%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a));
#elif defined(__CUDA_ARCH__)
    asm volatile("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%2}, {%0,%1};"
                 : "+r"(c[0]), "+r"(c[1])
                 : "r"(a));
#endif
  }
  static double products(int architecture) {
    return architecture >= 80 ? 16 * 8 * 32 : 8 * 8 * 16;
  }
};

struct Halves {
  __device__ static void multiply(std::int32_t (&bits)[4], std::uint32_t a) {
    float c[4] = {__int_as_float(bits[0]), __int_as_float(bits[1]), __int_as_float(bits[2]),
                  __int_as_float(bits[3])};
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%4,%4,%4}, {%4,%4}, "
        "{%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a));
#elif defined(__CUDA_ARCH__)
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%4}, {%4}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a));
#endif
    for (int i = 0; i < 4; ++i)
      bits[i] = __float_as_int(c[i]);
  }
  static double products(int architecture) {
    return architecture >= 80 ? 16 * 8 * 16 : 16 * 8 * 8;
  }
};

struct Bits {
  __device__ static void multiply(std::int32_t (&c)[4], std::uint32_t a) {
#if __CUDA_ARCH__ >= 1000
    static_cast<void>(c);
    static_cast<void>(a);
#elif __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc {%0,%1,%2,%3}, {%4,%4,%4,%4}, {%4,%4}, "
        "{%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a));
#elif defined(__CUDA_ARCH__)
    asm volatile("mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc {%0,%1}, {%2}, {%2}, {%0,%1};"
                 : "+r"(c[0]), "+r"(c[1])
                 : "r"(a));
#endif
  }
  static double products(int architecture) {
    return architecture >= 80 ? 16 * 8 * 256 : 8 * 8 * 128;
  }
};

template <class Instruction>
__global__ void multiply_on(std::uint32_t a, std::int32_t* sink) {
  std::int32_t sums[kChains][4] = {};
  for (int round = 0; round < kRounds; ++round) {
#pragma unroll
    for (int chain = 0; chain < kChains; ++chain)
      Instruction::multiply(sums[chain], a);
  }
  std::int32_t total = 0;
  for (int chain = 0; chain < kChains; ++chain)
    total ^= sums[chain][0] ^ sums[chain][1] ^ sums[chain][2] ^ sums[chain][3];
  if (total == 0x12345678) *sink = total;
}

// The fastest of some repetitions in seconds, or 0.
template <class Work>
double fastest(Work work) {
  cudaEvent_t begin, end;
  cudaEventCreate(&begin);
  cudaEventCreate(&end);
  double best = 0.0;
  for (int repetition = 0; repetition < 10; ++repetition) {
    cudaEventRecord(begin);
    work();
    cudaEventRecord(end);
    float milliseconds = 0.0f;
    if (cudaEventSynchronize(end) != cudaSuccess) return 0.0;
    cudaEventElapsedTime(&milliseconds, begin, end);
    const double seconds = static_cast<double>(milliseconds) / 1e3;
    best = best == 0.0 ? seconds : std::min(best, seconds);
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return best;
}

template <class Instruction>
double products_per_second(const cudaDeviceProp& device, std::int32_t* sink) {
  const int blocks = device.multiProcessorCount * 8;
  const double seconds = fastest([&] { multiply_on<Instruction><<<blocks, kThreads>>>(0x01010101u, sink); });
  const double instructions = static_cast<double>(blocks) * (kThreads / 32) * kChains * kRounds;
  const int architecture = device.major * 10 + device.minor;
  return seconds > 0.0 ? instructions * Instruction::products(architecture) / seconds : 0.0;
}

double copied_bytes_per_second() {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  void *from = nullptr, *to = nullptr;
  double rate = 0.0;
  if (cudaMalloc(&from, kBytes) == cudaSuccess && cudaMalloc(&to, kBytes) == cudaSuccess) {
    cudaMemset(from, 1, kBytes);
    const double seconds = fastest([&] { cudaMemcpyAsync(to, from, kBytes, cudaMemcpyDeviceToDevice); });
    rate = seconds > 0.0 ? 2.0 * static_cast<double>(kBytes) / seconds : 0.0;
  }
  cudaFree(from);
  cudaFree(to);
  return rate;
}

}  // namespace

bool measure_device_limits(DeviceLimits* limits) {
  cudaDeviceProp device{};
  std::int32_t* sink = nullptr;
  if (cudaGetDeviceProperties(&device, 0) != cudaSuccess) return false;
  if (cudaMalloc(&sink, sizeof *sink) != cudaSuccess) return false;
  limits->bytes_per_second = copied_bytes_per_second();
  limits->byte_products_per_second = products_per_second<Bytes>(device, sink);
  limits->half_products_per_second = products_per_second<Halves>(device, sink);
  if (device.major < 10) limits->bit_products_per_second = products_per_second<Bits>(device, sink);
  cudaFree(sink);
  return cudaGetLastError() == cudaSuccess && limits->bytes_per_second > 0.0;
}

}  // namespace bitplace::bench
