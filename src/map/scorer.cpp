#include "map/scorer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/error.h"
#include "kernels/distance/cosine.h"

namespace bitplace {
namespace {

constexpr std::int32_t kMaxDimension = 1 << 24;
constexpr std::int32_t kMaxDimensionS8 = 1 << 17;

const char* fault_f32(const std::uint8_t* data, std::int32_t dimension) {
  constexpr float kLargest = 0x1p50f;
  bool fits = true;  // no way out of the loop, so that it is vectorised
  for (std::int32_t i = 0; i < dimension; ++i) {
    float value = 0;
    std::memcpy(&value, data + std::size_t{4} * static_cast<std::size_t>(i), 4);
    fits &= std::fabs(value) <= kLargest;  // false for a NaN
  }
  return fits ? nullptr : "an element is not finite or beyond 2^50";
}

const char* fault_s8(const std::uint8_t* data, std::int32_t dimension) {
  constexpr std::uint8_t kLowest = 0x80;
  return std::memchr(data, kLowest, static_cast<std::size_t>(dimension)) != nullptr ? "an element is -128"
                                                                                    : nullptr;
}

const char* fault_bits(const std::uint8_t* data, std::int32_t dimension) {
  const int used = dimension % 8;
  if (used == 0) return nullptr;
  return data[dimension / 8] >> used != 0 ? "a bit beyond the dimension is set" : nullptr;
}

std::string describe(const DescriptorSpec& spec) {
  return std::to_string(spec.dimension) + " " + descriptor_type_name(spec.type);
}

}  // namespace

Status check_spec(const DescriptorSpec& spec) {
  const bool known = spec.type == DescriptorType::f32 || spec.type == DescriptorType::s8 ||
                     spec.type == DescriptorType::bits;
  if (!known) {
    return make_error(ErrorCode::invalid_argument, "descriptor",
                      "unknown type " + std::to_string(static_cast<int>(spec.type)));
  }
  const std::int32_t largest = spec.type == DescriptorType::s8 ? kMaxDimensionS8 : kMaxDimension;
  if (spec.dimension < 1 || spec.dimension > largest) {
    return make_error(
        ErrorCode::invalid_argument, "descriptor",
        "dimension " + std::to_string(spec.dimension) + ", it must be 1 to " + std::to_string(largest));
  }
  return {};
}

const char* descriptor_fault(const DescriptorSpec& spec, const void* descriptor) {
  const auto* data = static_cast<const std::uint8_t*>(descriptor);
  if (data == nullptr) return "no data";
  switch (spec.type) {
    case DescriptorType::f32:
      return fault_f32(data, spec.dimension);
    case DescriptorType::s8:
      return fault_s8(data, spec.dimension);
    case DescriptorType::bits:
      return fault_bits(data, spec.dimension);
  }
  return "unknown type";
}

float descriptor_norm(const DescriptorSpec& spec, const void* descriptor) {
  if (spec.type != DescriptorType::s8) return 0.0f;
  const auto* data = static_cast<const std::int8_t*>(descriptor);
  std::int32_t sum = 0;  // at most 2^17 * 127^2 < 2^31
  for (std::int32_t i = 0; i < spec.dimension; ++i)
    sum += data[i] * data[i];
  return static_cast<float>(std::sqrt(static_cast<double>(sum)));
}

Status check_descriptor(const DescriptorSpec& spec, const DescriptorView& descriptor) {
  if (descriptor.spec.type != spec.type || descriptor.spec.dimension != spec.dimension) {
    return make_error(
        ErrorCode::mismatch, "place map",
        "it holds descriptors of " + describe(spec) + ", this one has " + describe(descriptor.spec));
  }
  if (descriptor.spec != spec) {
    return make_error(ErrorCode::mismatch, "place map", "the descriptor was made by another model");
  }
  if (const char* fault = descriptor_fault(spec, descriptor.data)) {
    return make_error(ErrorCode::invalid_argument, "descriptor", fault);
  }
  return {};
}

float score_of_key(const DescriptorSpec& spec, float key) {
  if (spec.type != DescriptorType::bits) return key;
  return static_cast<float>(1.0 + 2.0 * static_cast<double>(key) / spec.dimension);
}

Scorer::Scorer(const DescriptorSpec& spec, const DistanceKernel& kernel, const void* query)
    : spec_(spec), kernel_(kernel), query_(query), norm_(descriptor_norm(spec, query)) {}

void Scorer::keys_from_memory(const PlaceBlock& block, float* out) const {
  // Measured on an AMD EPYC (Zen 4): shorter descriptors are followed as well without, and 8192 bytes are far
  // enough for all others.
  constexpr std::size_t kShortest = 384;
  constexpr std::size_t kAhead = 8192;
  keys(block, spec_.bytes() >= kShortest ? kAhead : 0, out);
}

void Scorer::keys(const PlaceBlock& block, std::size_t ahead, float* out) const {
  std::int32_t integers[kMaxBlock];
  const bool is_f32 = spec_.type == DescriptorType::f32;
  void* raw = is_f32 ? static_cast<void*>(out) : integers;
  const DistanceCall call{query_, block.descriptors, spec_.bytes(), spec_.dimension, raw, ahead};
  if (is_f32) {
    kernel_.dot_f32(call, 0, block.count);
  } else if (spec_.type == DescriptorType::s8) {
    kernel_.dot_s8(call, 0, block.count);
    for (std::int64_t i = 0; i < block.count; ++i)
      out[i] = cosine(integers[i], norm_, block.norms[i]);
  } else {
    kernel_.hamming(call, 0, block.count);
    for (std::int64_t i = 0; i < block.count; ++i)
      out[i] = static_cast<float>(-integers[i]);
  }
}

float Scorer::score(float key) const {
  return score_of_key(spec_, key);
}

void Scorer::scores(const PlaceBlock& block, float* out) const {
  keys(block, out);
  for (std::int64_t i = 0; i < block.count; ++i)
    out[i] = score(out[i]);
}

}  // namespace bitplace
