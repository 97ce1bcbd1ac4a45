// The definition of the distances.

#include <bit>
#include <cstring>

#include "kernels/common/half.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/distance/distance.h"

namespace bitplace {
namespace {

void hamming(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  const auto* query = static_cast<const std::uint8_t*>(call.query);
  auto* output = static_cast<std::int32_t*>(call.output);
  const std::int64_t bytes = (call.dimension + 7) / 8;
  for (std::int64_t r = begin; r < end; ++r) {
    const std::uint8_t* reference = call.references + static_cast<std::size_t>(r) * call.stride;
    std::int32_t differing = 0;
    for (std::int64_t i = 0; i < bytes; ++i) {
      differing += std::popcount(static_cast<std::uint8_t>(query[i] ^ reference[i]));
    }
    output[r] = differing;
  }
}

void dot_s8(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  const auto* query = static_cast<const std::int8_t*>(call.query);
  auto* output = static_cast<std::int32_t*>(call.output);
  for (std::int64_t r = begin; r < end; ++r) {
    const auto* reference =
        reinterpret_cast<const std::int8_t*>(call.references + static_cast<std::size_t>(r) * call.stride);
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < call.dimension; ++i)
      sum += query[i] * reference[i];
    output[r] = sum;
  }
}

// Element i of a descriptor that need not be aligned.
template <typename T>
T element(const std::uint8_t* descriptor, std::int64_t i) {
  T value;
  std::memcpy(&value, descriptor + i * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
  return value;
}

// number(descriptor, i) is element i as a float.
template <typename Number>
void dot_of_floats(const DistanceCall& call, std::int64_t begin, std::int64_t end, Number number) {
  const auto* query = static_cast<const std::uint8_t*>(call.query);
  auto* output = static_cast<float*>(call.output);
  for (std::int64_t r = begin; r < end; ++r) {
    const std::uint8_t* reference = call.references + static_cast<std::size_t>(r) * call.stride;
    float sums[kPartialSums] = {};
    for (std::int64_t i = 0; i < call.dimension; ++i) {
      const float product = number(query, i) * number(reference, i);
      sums[i % kPartialSums] = sums[i % kPartialSums] + product;
    }
    output[r] = tree_sum(sums);
  }
}

void dot_f16(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  dot_of_floats(call, begin, end, [](const std::uint8_t* descriptor, std::int64_t i) {
    return half_to_float(element<std::uint16_t>(descriptor, i));
  });
}

void dot_f32(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  dot_of_floats(call, begin, end, element<float>);
}

}  // namespace

extern const DistanceKernel distance__ref = {"distance__ref", 0, hamming, dot_s8, dot_f16, dot_f32};

}  // namespace bitplace
