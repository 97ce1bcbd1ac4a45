#include "checkpoint/tflite_options.h"

#include <flatbuffers/flexbuffers.h>

#include "checkpoint/printable.h"
#include "core/error.h"
#include "tflite_generated.h"

namespace bitplace {
namespace {

// Larq's maps take less than 200 bytes. The limit also bounds the verifier's time, which is quadratic.
constexpr std::size_t kLargestFlexBuffer = 4096;
constexpr std::size_t kMostOptions = 64;
constexpr std::size_t kLongestKey = 64;

template <typename T>
std::pair<std::string, std::int64_t> option(const char* name, T value) {
  return {name, static_cast<std::int64_t>(value)};
}

TfliteOptions convolution_options(const tflite::Conv2DOptions& from) {
  return {option("padding", from.padding()),
          option("stride_w", from.stride_w()),
          option("stride_h", from.stride_h()),
          option("fused_activation_function", from.fused_activation_function()),
          option("dilation_w_factor", from.dilation_w_factor()),
          option("dilation_h_factor", from.dilation_h_factor())};
}

TfliteOptions depthwise_options(const tflite::DepthwiseConv2DOptions& from) {
  return {option("padding", from.padding()),
          option("stride_w", from.stride_w()),
          option("stride_h", from.stride_h()),
          option("depth_multiplier", from.depth_multiplier()),
          option("fused_activation_function", from.fused_activation_function()),
          option("dilation_w_factor", from.dilation_w_factor()),
          option("dilation_h_factor", from.dilation_h_factor())};
}

TfliteOptions pool_options(const tflite::Pool2DOptions& from) {
  return {option("padding", from.padding()),
          option("stride_w", from.stride_w()),
          option("stride_h", from.stride_h()),
          option("filter_width", from.filter_width()),
          option("filter_height", from.filter_height()),
          option("fused_activation_function", from.fused_activation_function())};
}

TfliteOptions fully_connected_options(const tflite::FullyConnectedOptions& from) {
  return {option("fused_activation_function", from.fused_activation_function()),
          option("weights_format", from.weights_format()), option("keep_num_dims", from.keep_num_dims())};
}

TfliteOptions concatenation_options(const tflite::ConcatenationOptions& from) {
  return {option("axis", from.axis()), option("fused_activation_function", from.fused_activation_function())};
}

TfliteOptions fused_activation(const tflite::FusedActivationOptions& from) {
  return {option("fused_activation_function", from.fused_activation_function())};
}

}  // namespace

TfliteOptions builtin_options(const tflite::Operator& op) {
  if (op.builtin_options() == nullptr) return {};
  switch (op.builtin_options_type()) {
    case tflite::BuiltinOptions::Conv2DOptions:
      return convolution_options(*op.builtin_options_as_Conv2DOptions());
    case tflite::BuiltinOptions::DepthwiseConv2DOptions:
      return depthwise_options(*op.builtin_options_as_DepthwiseConv2DOptions());
    case tflite::BuiltinOptions::Pool2DOptions:
      return pool_options(*op.builtin_options_as_Pool2DOptions());
    case tflite::BuiltinOptions::FullyConnectedOptions:
      return fully_connected_options(*op.builtin_options_as_FullyConnectedOptions());
    case tflite::BuiltinOptions::ConcatenationOptions:
      return concatenation_options(*op.builtin_options_as_ConcatenationOptions());
    case tflite::BuiltinOptions::AddOptions:
      return fused_activation(*op.builtin_options_as_AddOptions());
    case tflite::BuiltinOptions::L2NormOptions:
      return fused_activation(*op.builtin_options_as_L2NormOptions());
    case tflite::BuiltinOptions::MulOptions:
      return fused_activation(*op.builtin_options_as_MulOptions());
    case tflite::BuiltinOptions::SubOptions:
      return fused_activation(*op.builtin_options_as_SubOptions());
    case tflite::BuiltinOptions::DivOptions:
      return fused_activation(*op.builtin_options_as_DivOptions());
    case tflite::BuiltinOptions::ReducerOptions:
      return {option("keep_dims", op.builtin_options_as_ReducerOptions()->keep_dims())};
    case tflite::BuiltinOptions::NONE:
      break;
  }
  return {};
}

Result<TfliteOptions> flexbuffer_options(ByteSpan bytes, const std::string& where) {
  const auto corrupt = [&](std::string_view why) { return make_error(ErrorCode::corrupt, where, why); };
  if (bytes.empty()) return TfliteOptions{};
  if (bytes.size() > kLargestFlexBuffer) return corrupt("the custom options are too large");
  // FlexBuffers' verifier accepts keys that no zero byte ends: zeros after the copy end them.
  std::vector<std::uint8_t> padded(bytes.size() + 8);
  std::memcpy(padded.data(), bytes.data(), bytes.size());
  if (!flexbuffers::VerifyBuffer(padded.data(), bytes.size(), nullptr))
    return corrupt("the custom options are not a valid FlexBuffer");
  const flexbuffers::Reference root = flexbuffers::GetRoot(padded.data(), bytes.size());
  if (!root.IsMap()) return corrupt("the custom options are not a map");
  const flexbuffers::Map map = root.AsMap();
  const flexbuffers::TypedVector keys = map.Keys();
  const flexbuffers::Vector values = map.Values();
  if (keys.size() != values.size() || keys.size() > kMostOptions)
    return corrupt("the map of custom options has " + std::to_string(keys.size()) + " keys and " +
                   std::to_string(values.size()) + " values");
  TfliteOptions options;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const char* key = keys[i].AsKey();
    const std::string text = printable(std::string_view(key, strnlen(key, kLongestKey)));
    if (!values[i].IsIntOrUint())
      return make_error(ErrorCode::unsupported, where, "the option \"" + text + "\" is not an integer");
    options.emplace_back(text, values[i].AsInt64());
  }
  return options;
}

}  // namespace bitplace
