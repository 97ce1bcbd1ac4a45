// The vector that stands for an image.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bitplace {

enum class DescriptorType : std::uint8_t {
  f32 = 0,   // L2-normalised; compared by dot product (cosine)
  s8 = 1,    // codes of one global scale; compared by dot product over the two norms (cosine)
  bits = 2,  // packed, least significant bit first, 1 means -1; compared by Hamming distance
};

constexpr const char* descriptor_type_name(DescriptorType type) noexcept {
  switch (type) {
    case DescriptorType::f32:
      return "f32";
    case DescriptorType::s8:
      return "s8";
    case DescriptorType::bits:
      return "bits";
  }
  return "unknown";
}

// 128 bits that say which arithmetic made a descriptor; only descriptors of equal identity can be compared.
using ModelIdentity = std::array<std::uint8_t, 16>;

struct DescriptorSpec {
  DescriptorType type = DescriptorType::f32;
  std::int32_t dimension = 0;
  ModelIdentity identity{};

  constexpr std::size_t bytes() const noexcept {
    const auto elements = static_cast<std::size_t>(dimension);
    switch (type) {
      case DescriptorType::f32:
        return elements * 4;
      case DescriptorType::s8:
        return elements;
      case DescriptorType::bits:
        return (elements + 7) / 8;
    }
    return 0;
  }
  friend constexpr bool operator==(const DescriptorSpec& a, const DescriptorSpec& b) noexcept {
    if (a.type != b.type || a.dimension != b.dimension) return false;
    for (std::size_t i = 0; i < a.identity.size(); ++i) {
      if (a.identity[i] != b.identity[i]) return false;
    }
    return true;
  }
  friend constexpr bool operator!=(const DescriptorSpec& a, const DescriptorSpec& b) noexcept {
    return !(a == b);
  }
};

// A descriptor in somebody's memory: spec.bytes() bytes at `data`. The one that Describer::describe returns
// lies in the describer and is valid until its next call.
struct DescriptorView {
  const void* data = nullptr;
  DescriptorSpec spec;
};

}  // namespace bitplace
