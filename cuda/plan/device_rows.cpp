#include "cuda/plan/device_rows.h"

#include "cuda/channels/channels_rows.h"
#include "cuda/elementwise/elementwise_rows.h"
#include "cuda/pool/pool_rows.h"
#include "cuda/threshold/threshold.h"

namespace bitplace::cuda {
namespace {

// Of an operation's kernels the one for this type. Null where there is none.
struct TypedRows {
  const DeviceKernel* s8 = nullptr;
  const DeviceKernel* f16 = nullptr;
  const DeviceKernel* f32 = nullptr;
  const DeviceKernel* s32 = nullptr;
  const DeviceKernel* u8 = nullptr;
  const DeviceKernel* b1 = nullptr;

  const DeviceKernel* of(DataType type) const {
    switch (type) {
      case DataType::s8:
        return s8;
      case DataType::f16:
        return f16;
      case DataType::f32:
        return f32;
      case DataType::s32:
        return s32;
      case DataType::u8:
        return u8;
      case DataType::b1:
        return b1;
      default:
        return nullptr;
    }
  }
};

const DeviceKernel* transpose_row(int bits) {
  return bits == 8 ? &transpose_8__tiles : bits == 16 ? &transpose_16__tiles : &transpose_32__tiles;
}

}  // namespace

const DeviceKernel* device_row(const Graph& graph, const Node& node) {
  const DataType input = graph.values[static_cast<std::size_t>(node.inputs[0])].type;
  const DataType output = graph.values[static_cast<std::size_t>(node.output)].type;
  const bool to_half = output == DataType::f16;
  switch (node.op) {
    case Op::max_pool:
      return TypedRows{&max_pool_s8__packets,  &max_pool_f16__packets, &max_pool_f32__packets,
                       &max_pool_s32__packets, &max_pool_u8__packets,  &max_pool_b1__packets}
          .of(input);
    case Op::average_pool:
      return TypedRows{&average_pool_s8__packets, &average_pool_f16__packets, &average_pool_f32__packets}.of(
          input);
    case Op::threshold:
      return TypedRows{nullptr, nullptr, &threshold_f32__ballot, &threshold_s32__ballot}.of(input);
    case Op::sign:
      return &pack_bits__ballot;
    case Op::quantize:
      if (output == DataType::u8) return &quantize_unsigned__packets;
      return TypedRows{nullptr, &quantize_f16__packets, &quantize_f32__packets, &quantize_s32__packets}.of(
          input);
    case Op::add:
      return TypedRows{&add_s8__packets, &add_f16__packets, &add_f32__packets}.of(input);
    case Op::activation:
      return TypedRows{nullptr, &activation_f16__packets, &activation_f32__packets}.of(input);
    case Op::lookup:
      return input == DataType::u8 ? &lookup_u8__packets : &lookup_s8__packets;
    case Op::dequantize:
      if (input == DataType::s32) return &dequantize_s32_f32__packets;
      return to_half ? &dequantize_s8_f16__packets : &dequantize_s8_f32__packets;
    case Op::cast:
      return to_half ? &cast_f32_f16__packets : &cast_f16_f32__packets;
    case Op::multiply_channels:
      return TypedRows{&multiply_channels_s8__packets, &multiply_channels_f16__packets,
                       &multiply_channels_f32__packets}
          .of(input);
    case Op::concatenate:
      return &concatenate__packets;
    case Op::gem_pool:
      return &gem_pool__partial_sums;
    case Op::l2_normalize:
      return TypedRows{nullptr, nullptr, &l2_normalize_f32__block, &l2_normalize_s32__block}.of(input);
    case Op::l2_normalize_channels:
      return &l2_normalize_channels__partial_sums;
    case Op::softmax:
      return &softmax__partial_sums;
    case Op::layer_norm:
      return &layer_norm__partial_sums;
    case Op::vlad:
      return &vlad__tiles;
    case Op::transpose:
      return transpose_row(bits_per_element(input));
    default:
      return nullptr;
  }
}

}  // namespace bitplace::cuda
