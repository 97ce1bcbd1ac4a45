#include "bench/device/library_memory.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "core/error.h"
#include "kernels/common/half.h"

namespace bitplace::bench {
namespace {

constexpr std::size_t kPatternBytes = std::size_t{1} << 24;

std::vector<std::byte> pattern(std::size_t bytes, LibraryType type) {
  std::mt19937 generator(7);
  std::vector<std::byte> numbers(bytes);
  const std::size_t element = type == LibraryType::s8 ? 1 : 2;
  for (std::size_t i = 0; i + element <= bytes; i += element) {
    const int code = static_cast<int>(generator() % 255u) - 127;
    if (type == LibraryType::s8) {
      numbers[i] = static_cast<std::byte>(code);
    } else {
      const std::uint16_t half = float_to_half(static_cast<float>(code) / 127.0f);
      std::memcpy(&numbers[i], &half, sizeof half);
    }
  }
  return numbers;
}

}  // namespace

Result<cuda::Memory> random_device_memory(cuda::Device& device, std::int64_t elements, LibraryType type) {
  const std::size_t bytes = static_cast<std::size_t>(elements) * (type == LibraryType::s8 ? 1 : 2);
  const std::vector<std::byte> numbers = pattern(std::min(bytes, kPatternBytes), type);
  BITPLACE_ASSIGN(memory, device.allocate(bytes, "a library's tensor"));
  for (std::size_t done = 0; done < bytes; done += numbers.size())
    BITPLACE_TRY(device.upload(memory.get() + done, numbers.data(), std::min(numbers.size(), bytes - done)));
  return memory;
}

}  // namespace bitplace::bench
