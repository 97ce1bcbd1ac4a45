// Descriptors for the tests of the map.
#pragma once

#include <cstring>
#include <vector>

#include "bitplace/descriptor.h"
#include "support/random.h"

namespace bitplace::test {

inline DescriptorSpec spec_of(DescriptorType type, std::int32_t dimension) {
  DescriptorSpec spec;
  spec.type = type;
  spec.dimension = dimension;
  spec.identity.fill(7);
  return spec;
}

inline std::vector<std::uint8_t> random_descriptor(const DescriptorSpec& spec, Random* random) {
  std::vector<std::uint8_t> bytes(spec.bytes());
  for (std::uint8_t& byte : bytes)
    byte = static_cast<std::uint8_t>(random->bits());
  const auto elements = static_cast<std::size_t>(spec.dimension);
  if (spec.type == DescriptorType::f32) {
    for (std::size_t i = 0; i < elements; ++i) {
      const float value = random->real(-1.0f, 1.0f);
      std::memcpy(bytes.data() + 4 * i, &value, 4);
    }
  } else if (spec.type == DescriptorType::s8) {
    for (std::uint8_t& byte : bytes)
      byte = static_cast<std::uint8_t>(random->integer(-127, 127));
  } else if (spec.dimension % 8 != 0) {
    bytes.back() &= static_cast<std::uint8_t>((1 << spec.dimension % 8) - 1);
  }
  return bytes;
}

inline DescriptorView view_of(const DescriptorSpec& spec, const std::vector<std::uint8_t>& bytes) {
  return {bytes.data(), spec};
}

}  // namespace bitplace::test
