// What a GPU can do, measured on it.
#pragma once

namespace bitplace::bench {

// 0 where the architecture has no such instruction. Products are multiply-accumulates.
struct DeviceLimits {
  // Of a copy on the device, read and written bytes together: between two parts of memory that no cache
  // holds, and between two that lie in the device's cache, of which a working set may take cache_bytes.
  double memory_bytes_per_second = 0.0;
  double cache_bytes_per_second = 0.0;
  double cache_bytes = 0.0;
  // mma of single bits; expanded by nvcc from sm_100 on, so not asked there
  double bit_products_per_second = 0.0;
  double byte_products_per_second = 0.0;    // mma s8
  double half_products_per_second = 0.0;    // mma f16 with f32 sums
  double single_products_per_second = 0.0;  // fused f32 multiplications and additions of threads
  double counted_bits_per_second = 0.0;     // population counts of threads, times 32
};

// False where there is no device of this number, or something failed.
bool measure_device_limits(int device, DeviceLimits* limits);

}  // namespace bitplace::bench
