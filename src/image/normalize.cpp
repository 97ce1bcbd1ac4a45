#include "image/normalize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/error.h"
#include "kernels/common/half.h"

namespace bitplace {
namespace {

constexpr float kLargestHalf = 65504.0f;
constexpr float kLargestCode = 16777216.0f;  // before it is clamped; far below what converts to an integer

Error refused(ErrorCode code, const std::string& why) {
  return make_error(code, "preprocessing", why);
}

bool is_normal_or_zero(float value) {
  return value == 0.0f || std::isnormal(value);
}

bool is_positive_normal(float value) {
  return std::isnormal(value) && value > 0.0f;
}

Status check_unused(const Preprocessing& preprocessing) {
  const Preprocessing defaults;
  if (preprocessing.mean != defaults.mean ||
      preprocessing.standard_deviation != defaults.standard_deviation ||
      preprocessing.input_scale != defaults.input_scale) {
    return refused(ErrorCode::corrupt, "a u8 input has no mean, standard deviation or scale");
  }
  return {};
}

Status check_constants(const Preprocessing& preprocessing) {
  if (!std::all_of(preprocessing.mean.begin(), preprocessing.mean.end(), is_normal_or_zero)) {
    return refused(ErrorCode::corrupt, "a mean is not a normal number");
  }
  const auto& deviation = preprocessing.standard_deviation;
  if (!std::all_of(deviation.begin(), deviation.end(), is_positive_normal)) {
    return refused(ErrorCode::corrupt, "a standard deviation is not a positive normal number");
  }
  if (!is_positive_normal(preprocessing.input_scale)) {
    return refused(ErrorCode::corrupt, "the input's scale is not a positive normal number");
  }
  if (preprocessing.input_type != DataType::s8 && preprocessing.input_scale != 1.0f) {
    return refused(ErrorCode::corrupt, "only s8 inputs have a scale");
  }
  return {};
}

// y of normalize.h.
float normalized(const Normalization& normalization, std::size_t channel, int grey) {
  const float product = static_cast<float>(grey) * normalization.multiplier[channel];
  return product + normalization.offset[channel];
}

std::int8_t code_of(float y) {
  return static_cast<std::int8_t>(std::nearbyint(std::clamp(y, -127.0f, 127.0f)));  // halves to even
}

template <typename T, typename Convert>
void fill(const Preprocessing& preprocessing, std::byte* table, Convert convert) {
  const Normalization normalization = normalization_of(preprocessing);
  for (std::size_t channel = 0; channel < normalization.multiplier.size(); ++channel) {
    for (int grey = 0; grey < kGreyLevels; ++grey, table += sizeof(T)) {
      const T value = convert(normalized(normalization, channel, grey));
      std::memcpy(table, &value, sizeof value);
    }
  }
}

}  // namespace

Normalization normalization_of(const Preprocessing& preprocessing) {
  Normalization normalization{};
  const double scale = preprocessing.input_scale;
  for (std::size_t c = 0; c < normalization.multiplier.size(); ++c) {
    const double deviation = preprocessing.standard_deviation[c];
    normalization.multiplier[c] = static_cast<float>(preprocessing.value_scale / deviation / scale);
    normalization.offset[c] = static_cast<float>(-preprocessing.mean[c] / deviation / scale);
  }
  return normalization;
}

Status check_normalization(const Preprocessing& preprocessing) {
  const DataType type = preprocessing.input_type;
  if (type == DataType::u8) return check_unused(preprocessing);
  if (type != DataType::s8 && type != DataType::f32 && type != DataType::f16) {
    return refused(ErrorCode::unsupported, std::string("an input cannot be ") + data_type_name(type));
  }
  BITPLACE_TRY(check_constants(preprocessing));
  const Normalization normalization = normalization_of(preprocessing);
  for (std::size_t c = 0; c < normalization.multiplier.size(); ++c) {
    if (!is_positive_normal(normalization.multiplier[c]) || !is_normal_or_zero(normalization.offset[c])) {
      return refused(ErrorCode::corrupt, "mean, standard deviation and scales together go beyond binary32");
    }
    const float largest = std::max(std::fabs(normalized(normalization, c, 0)),
                                   std::fabs(normalized(normalization, c, kGreyLevels - 1)));
    if (!std::isfinite(largest) || (type == DataType::f16 && largest > kLargestHalf)) {
      return refused(ErrorCode::corrupt, "an input would be infinite");
    }
    if (type == DataType::s8 && largest > kLargestCode) {
      return refused(ErrorCode::corrupt, "the input's scale is much too small");
    }
  }
  return {};
}

std::size_t input_table_bytes(DataType input_type) {
  if (input_type == DataType::u8) return 0;
  return 3 * kGreyLevels * static_cast<std::size_t>(bits_per_element(input_type)) / 8;
}

void fill_input_table(const Preprocessing& preprocessing, std::byte* table) {
  switch (preprocessing.input_type) {
    case DataType::s8:
      return fill<std::int8_t>(preprocessing, table, code_of);
    case DataType::f16:
      return fill<std::uint16_t>(preprocessing, table, float_to_half);
    case DataType::f32:
      return fill<float>(preprocessing, table, [](float y) { return y; });
    default:
      return;
  }
}

}  // namespace bitplace
