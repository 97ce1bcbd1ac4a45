#include "bench/device/layer_limit.h"

#include <cstdio>

namespace bitplace::bench {
namespace {

bool begins_with(const std::string& text, const char* prefix) {
  return text.rfind(prefix, 0) == 0;
}

bool stays_in_cache(double bytes, const DeviceLimits& limits) {
  return bytes <= limits.cache_bytes && limits.cache_bytes_per_second > 0.0;
}

}  // namespace

double product_rate(const std::string& instruction, const DeviceLimits& limits) {
  if (begins_with(instruction, "BMMA")) return limits.bit_products_per_second;
  if (begins_with(instruction, "IMMA")) return limits.byte_products_per_second;
  if (begins_with(instruction, "HMMA")) return limits.half_products_per_second;
  if (begins_with(instruction, "POPC")) return limits.counted_bits_per_second;
  if (begins_with(instruction, "FFMA")) return limits.single_products_per_second;
  // Multiplied and added by two instructions.
  if (begins_with(instruction, "FMUL")) return limits.single_products_per_second / 2.0;
  return 0.0;
}

double byte_rate(double bytes, const DeviceLimits& limits) {
  return stays_in_cache(bytes, limits) ? limits.cache_bytes_per_second : limits.memory_bytes_per_second;
}

LeastTime least_time(const std::string& instruction, const DeviceWorkload& workload,
                     const DeviceLimits& limits) {
  const double products = product_rate(instruction, limits);
  const double bytes = byte_rate(workload.bytes, limits);
  const double computing = products > 0.0 ? workload.products / products : 0.0;
  const double moving = bytes > 0.0 ? workload.bytes / bytes : 0.0;
  if (computing > moving) return {computing, instruction};
  return {moving, stays_in_cache(workload.bytes, limits) ? "cache" : "memory"};
}

std::string limits_text(const DeviceLimits& limits) {
  char text[300];
  std::snprintf(
      text, sizeof text,
      "copy %.0f GB/s in memory, %.0f GB/s in %.1f MiB of cache; products in 1e12/s: bits %.1f, bytes "
      "%.1f, halves %.1f, singles %.1f, counted bits %.1f",
      limits.memory_bytes_per_second / 1e9, limits.cache_bytes_per_second / 1e9, limits.cache_bytes / 0x1p20,
      limits.bit_products_per_second / 1e12, limits.byte_products_per_second / 1e12,
      limits.half_products_per_second / 1e12, limits.single_products_per_second / 1e12,
      limits.counted_bits_per_second / 1e12);
  return text;
}

}  // namespace bitplace::bench
