// What this machine's GPU can do, measured.
#pragma once

namespace bitplace::bench {

// 0 where the architecture has no such instruction. Products are multiply-accumulates.
struct DeviceLimits {
  double bytes_per_second = 0.0;  // of a copy on the device, read and written bytes together
  double bit_products_per_second =
      0.0;  // mma of single bits; expanded by nvcc from sm_100 on, so not asked there
  double byte_products_per_second = 0.0;  // mma s8
  double half_products_per_second = 0.0;  // mma f16 with f32 sums
};

// Of device 0. False where there is none, or something failed.
bool measure_device_limits(DeviceLimits* limits);

}  // namespace bitplace::bench
