#include "vprtrain/data/network_image.h"

#include "bitplace/cpu.h"

namespace bitplace::train {
namespace {

constexpr std::size_t kAlignment = 64;  // of the preprocessing's scratch memory

Preprocessing rules_of(const ImageFormat& format) {
  Preprocessing rules;
  rules.height = format.height;
  rules.width = format.width;
  rules.resize = format.resize;
  rules.channel_order = format.channel_order;
  rules.input_type = DataType::u8;
  return rules;
}

std::byte* aligned(std::byte* memory) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  return memory + (kAlignment - address % kAlignment) % kAlignment;
}

}  // namespace

// Every instruction set makes the same bytes, so the best will do, whatever BITPLACE_MAX_ISA says.
NetworkImageMaker::NetworkImageMaker(const ImageFormat& format)
    : format_(format),
      preprocessor_(rules_of(format), cpu_features()),
      scratch_(preprocessor_.scratch_bytes() + kAlignment) {}

void NetworkImageMaker::make(const ImageView& image, std::uint8_t* out) {
  preprocessor_.run(image, out, aligned(scratch_.data()));
}

}  // namespace bitplace::train
