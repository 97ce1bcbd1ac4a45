// Loops of nothing but the instructions that products are made of, eight independent chains in each warp, and
// copies.

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

// Four instructions of every thread.
struct Singles {
  __device__ static void multiply(std::int32_t (&bits)[4], std::uint32_t a) {
    const float factor = __uint_as_float(a);
    for (int i = 0; i < 4; ++i) {
      float c = __int_as_float(bits[i]);
      asm volatile("fma.rn.f32 %0, %1, %1, %0;" : "+f"(c) : "f"(factor));
      bits[i] = __float_as_int(c);
    }
  }
  static double products(int) { return 4 * 32; }
};

struct Counts {
  __device__ static void multiply(std::int32_t (&c)[4], std::uint32_t) {
    for (int i = 0; i < 4; ++i)
      asm volatile("popc.b32 %0, %0;" : "+r"(c[i]));
  }
  static double products(int) { return 4 * 32 * 32; }
};

template <class Instruction>
__global__ void multiply_on(std::uint32_t a, std::int32_t* sink) {
  // Not the same in all threads, which would share one instruction of the uniform path.
  std::int32_t sums[kChains][4];
  for (int chain = 0; chain < kChains; ++chain) {
    for (std::int32_t& sum : sums[chain])
      sum = static_cast<std::int32_t>(threadIdx.x) + chain;
  }
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

// Copies again and again; every thread the same part each time, so that what the cache holds stays there.
__global__ void copy_again(const uint4* from, uint4* to, std::size_t count, int rounds) {
  const std::size_t first = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = first; i < count; i += step) {
      uint4 v;
      asm volatile("ld.global.cg.v4.u32 {%0,%1,%2,%3}, [%4];"
                   : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                   : "l"(from + i)
                   : "memory");
      asm volatile("st.global.cg.v4.u32 [%0], {%1,%2,%3,%4};" ::"l"(to + i), "r"(v.x), "r"(v.y), "r"(v.z),
                   "r"(v.w)
                   : "memory");
    }
  }
}

// The fastest of repetitions in seconds, or 0 where something failed. An idle device takes a while to reach
// its clock: there are at least ten, and a tenth of a second of them.
template <class Work>
double fastest(Work work) {
  cudaEvent_t begin, end;
  if (cudaEventCreate(&begin) != cudaSuccess) return 0.0;
  if (cudaEventCreate(&end) != cudaSuccess) return 0.0;
  double best = 0.0, total = 0.0;
  for (int repetition = 0; repetition < 10 || (total < 0.1 && repetition < 10000); ++repetition) {
    cudaEventRecord(begin);
    work();
    cudaEventRecord(end);
    float milliseconds = 0.0f;
    if (cudaEventSynchronize(end) != cudaSuccess || cudaGetLastError() != cudaSuccess) return 0.0;
    cudaEventElapsedTime(&milliseconds, begin, end);
    const double seconds = static_cast<double>(milliseconds) / 1e3;
    best = repetition == 0 ? seconds : std::min(best, seconds);
    total += seconds;
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

struct TwoBuffers {
  void *from = nullptr, *to = nullptr;

  explicit TwoBuffers(std::size_t bytes) {
    if (cudaMalloc(&from, bytes) != cudaSuccess || cudaMalloc(&to, bytes) != cudaSuccess) return;
    cudaMemset(from, 1, bytes);
    cudaMemset(to, 1, bytes);
  }
  TwoBuffers(const TwoBuffers&) = delete;
  TwoBuffers& operator=(const TwoBuffers&) = delete;
  ~TwoBuffers() {
    cudaFree(from);
    cudaFree(to);
  }
  bool ok() const { return to != nullptr; }
};

double memory_rate() {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  const TwoBuffers buffers(kBytes);
  if (!buffers.ok()) return 0.0;
  const double seconds =
      fastest([&] { cudaMemcpyAsync(buffers.to, buffers.from, kBytes, cudaMemcpyDeviceToDevice); });
  return seconds > 0.0 ? 2.0 * static_cast<double>(kBytes) / seconds : 0.0;
}

// Both buffers take half the cache, so that what else is in it does not push them out.
double cache_rate(const cudaDeviceProp& device) {
  constexpr int kCopies = 200;
  const std::size_t bytes = static_cast<std::size_t>(device.l2CacheSize) / 4 / sizeof(uint4) * sizeof(uint4);
  const TwoBuffers buffers(bytes);
  if (bytes == 0 || !buffers.ok()) return 0.0;
  const int blocks = device.multiProcessorCount * (device.maxThreadsPerMultiProcessor / kThreads);
  const double seconds = fastest([&] {
    copy_again<<<blocks, kThreads>>>(static_cast<const uint4*>(buffers.from), static_cast<uint4*>(buffers.to),
                                     bytes / sizeof(uint4), kCopies);
  });
  return seconds > 0.0 ? 2.0 * static_cast<double>(bytes) * kCopies / seconds : 0.0;
}

}  // namespace

bool measure_device_limits(int number, DeviceLimits* limits) {
  cudaDeviceProp device{};
  std::int32_t* sink = nullptr;
  if (cudaSetDevice(number) != cudaSuccess) return false;
  if (cudaGetDeviceProperties(&device, number) != cudaSuccess) return false;
  if (cudaMalloc(&sink, sizeof *sink) != cudaSuccess) return false;
  limits->byte_products_per_second = products_per_second<Bytes>(device, sink);
  limits->half_products_per_second = products_per_second<Halves>(device, sink);
  limits->single_products_per_second = products_per_second<Singles>(device, sink);
  limits->counted_bits_per_second = products_per_second<Counts>(device, sink);
  if (device.major < 10) limits->bit_products_per_second = products_per_second<Bits>(device, sink);
  limits->memory_bytes_per_second = memory_rate();
  limits->cache_bytes = device.l2CacheSize / 2;
  limits->cache_bytes_per_second = std::max(cache_rate(device), limits->memory_bytes_per_second);
  cudaFree(sink);
  return cudaGetLastError() == cudaSuccess && limits->memory_bytes_per_second > 0.0;
}

}  // namespace bitplace::bench
