#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace bitplace {
namespace {

float f32_from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t exponent = half >> 10 & 0x1fu;
  const std::uint32_t fraction = half & 0x3ffu;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t biased = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | biased << 23 | fraction << 13);
}

template <typename T>
T load(const std::byte* data) {
  T value;
  std::memcpy(&value, data, sizeof value);
  return value;
}

float element_as_f32(CheckpointType type, const std::byte* data) {
  switch (type) {
    case CheckpointType::f64:
      return static_cast<float>(load<double>(data));
    case CheckpointType::f32:
      return load<float>(data);
    case CheckpointType::f16:
      return f32_from_half(load<std::uint16_t>(data));
    case CheckpointType::bf16:
      return std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(data)) << 16);
    case CheckpointType::s64:
      return static_cast<float>(load<std::int64_t>(data));
    case CheckpointType::s32:
      return static_cast<float>(load<std::int32_t>(data));
    case CheckpointType::s16:
      return static_cast<float>(load<std::int16_t>(data));
    case CheckpointType::s8:
      return static_cast<float>(load<std::int8_t>(data));
    case CheckpointType::u8:
    case CheckpointType::boolean:
      return static_cast<float>(load<std::uint8_t>(data));
  }
  return 0.0f;
}

// Of the types that carry codes.
std::int64_t element_as_integer(CheckpointType type, const std::byte* data) {
  switch (type) {
    case CheckpointType::s64:
      return load<std::int64_t>(data);
    case CheckpointType::s32:
      return load<std::int32_t>(data);
    default:
      return static_cast<std::int64_t>(element_as_f32(type, data));
  }
}

std::vector<float> values_as_f32(CheckpointType type, const std::vector<std::byte>& data) {
  const std::size_t width = checkpoint_type_bytes(type);
  std::vector<float> values(data.size() / width);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = element_as_f32(type, data.data() + i * width);
  return values;
}

}  // namespace

const char* checkpoint_type_name(CheckpointType type) {
  switch (type) {
    case CheckpointType::f64:
      return "f64";
    case CheckpointType::f32:
      return "f32";
    case CheckpointType::f16:
      return "f16";
    case CheckpointType::bf16:
      return "bf16";
    case CheckpointType::s64:
      return "s64";
    case CheckpointType::s32:
      return "s32";
    case CheckpointType::s16:
      return "s16";
    case CheckpointType::s8:
      return "s8";
    case CheckpointType::u8:
      return "u8";
    case CheckpointType::boolean:
      return "bool";
  }
  return "unknown";
}

std::size_t checkpoint_type_bytes(CheckpointType type) {
  switch (type) {
    case CheckpointType::f64:
    case CheckpointType::s64:
      return 8;
    case CheckpointType::f32:
    case CheckpointType::s32:
      return 4;
    case CheckpointType::f16:
    case CheckpointType::bf16:
    case CheckpointType::s16:
      return 2;
    case CheckpointType::s8:
    case CheckpointType::u8:
    case CheckpointType::boolean:
      return 1;
  }
  return 0;
}

const std::string* find_setting(const TensorCheckpoint& checkpoint, std::string_view name) {
  for (const auto& [known, text] : checkpoint.settings) {
    if (known == name) return &text;
  }
  return nullptr;
}

std::vector<float> to_f32(const CheckpointTensor& tensor) {
  return values_as_f32(tensor.type, tensor.data);
}

std::vector<float> to_f32(const TfliteTensor& tensor) {
  if (tensor.scale.empty()) return values_as_f32(tensor.type, tensor.data);
  const std::size_t width = checkpoint_type_bytes(tensor.type);
  std::vector<float> values(tensor.data.size() / width);
  // Elements that follow each other share a scale for as long as the axes behind the quantized one last.
  std::size_t run = std::max<std::size_t>(1, values.size());
  if (tensor.scale.size() > 1) {
    run = 1;
    for (std::size_t axis = static_cast<std::size_t>(tensor.quantized_dimension) + 1;
         axis < tensor.shape.size(); ++axis)
      run *= static_cast<std::size_t>(tensor.shape[axis]);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t channel = i / run % tensor.scale.size();
    const std::int64_t code = element_as_integer(tensor.type, tensor.data.data() + i * width);
    values[i] =
        static_cast<float>(double{tensor.scale[channel]} *
                           (static_cast<double>(code) - static_cast<double>(tensor.zero_point[channel])));
  }
  return values;
}

}  // namespace bitplace
