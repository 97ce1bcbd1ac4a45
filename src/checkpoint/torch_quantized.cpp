// Quantized tensors, which become the real numbers that their codes stand for, rounded as PyTorch's
// dequantize() does: float(scale) * float(code - zero point).
#include <cmath>
#include <cstring>

#include "checkpoint/torch_tensor.h"
#include "core/bytes.h"
#include "core/error.h"

namespace bitplace {
namespace {

using Kind = PickleNode::Kind;

Error corrupt(std::string_view why) {
  return {ErrorCode::corrupt, std::string(why)};
}

std::int64_t code_at(const CheckpointTensor& codes, std::size_t index) {
  const std::byte* data = codes.data.data() + index * checkpoint_type_bytes(codes.type);
  if (codes.type == CheckpointType::u8) return std::to_integer<std::int64_t>(*data);
  if (codes.type == CheckpointType::s8) return static_cast<std::int8_t>(std::to_integer<std::uint8_t>(*data));
  std::int32_t code = 0;
  std::memcpy(&code, data, sizeof code);
  return code;
}

void set_real(CheckpointTensor* to, std::size_t index, double scale, std::int64_t steps) {
  const float real = static_cast<float>(scale) * static_cast<float>(steps);
  std::memcpy(to->data.data() + index * sizeof real, &real, sizeof real);
}

// Zero points are codes, which have at most 32 bits.
bool is_zero_point(std::int64_t value) {
  return value >= INT32_MIN && value <= INT32_MAX;
}

}  // namespace

Result<double> TorchTensorReader::read_number(PickleId id) const {
  const PickleNode& node = pickle_[id];
  if (node.kind == Kind::real) return node.real;
  if (node.kind == Kind::integer) return static_cast<double>(node.integer);
  return not_as_expected(id, "number");
}

// Scales that are quantized themselves do not occur, and would nest without end.
Result<CheckpointTensor> TorchTensorReader::read_plain(PickleId id, const std::string& name) {
  BITPLACE_ASSIGN(call, unwrap(id));
  if (call.function == "_rebuild_qtensor") return corrupt("its scales are quantized");
  return rebuild(call, name);
}

// (torch.per_channel_affine, scales, zero points, axis)
Status TorchTensorReader::dequantize_channels(const std::vector<PickleId>& quantizer,
                                              const CheckpointTensor& codes, CheckpointTensor* to) {
  BITPLACE_ASSIGN(scale_tensor, read_plain(quantizer[1], codes.name));
  BITPLACE_ASSIGN(zero_tensor, read_plain(quantizer[2], codes.name));
  BITPLACE_ASSIGN(axis, read_integer(quantizer[3]));
  if (scale_tensor.type != CheckpointType::f64 || zero_tensor.type != CheckpointType::s64)
    return corrupt("its scales are not f64, or its zero points not s64");
  const auto scales = values_of<double>(scale_tensor.data);
  const auto zeros = values_of<std::int64_t>(zero_tensor.data);
  if (axis < 0 || static_cast<std::size_t>(axis) >= codes.shape.size() || scales.size() != zeros.size() ||
      scales.size() != static_cast<std::size_t>(codes.shape[static_cast<std::size_t>(axis)]))
    return corrupt("its scales do not fit its shape");
  for (const std::int64_t zero : zeros) {
    if (!is_zero_point(zero)) return corrupt("a zero point is no code");
  }
  std::size_t inner = 1;
  for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < codes.shape.size(); ++i)
    inner *= static_cast<std::size_t>(codes.shape[i]);
  const std::size_t count = to->data.size() / sizeof(float);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t channel = i / inner % scales.size();
    set_real(to, i, scales[channel], code_at(codes, i) - zeros[channel]);
  }
  return {};
}

// (storage, offset, size, stride, quantizer, requires_grad, hooks)
Result<CheckpointTensor> TorchTensorReader::rebuild_quantized(const Call& call, const std::string& name) {
  BITPLACE_ASSIGN(layout, read_layout(call.arguments));
  BITPLACE_ASSIGN(storage, read_storage(layout.storage));
  const auto& items = pickle_[call.arguments].items;
  if (items.size() < 5 || pickle_[items[4]].kind != Kind::tuple || pickle_[items[4]].items.empty())
    return corrupt("a quantized tensor without its scale");
  if (!storage.codes) return corrupt("a quantized tensor whose storage holds no codes");
  const std::vector<PickleId>& quantizer = pickle_[items[4]].items;
  BITPLACE_ASSIGN(codes, gather(layout, storage, storage.type, name));
  CheckpointTensor tensor{name, CheckpointType::f32, codes.shape, {}};
  const std::size_t count = codes.data.size() / checkpoint_type_bytes(codes.type);
  std::uint64_t bytes = 0;
  BITPLACE_TRY(spend(count, sizeof(float), &bytes));
  tensor.data.resize(bytes);
  if (pickle_.is_global(quantizer[0], "torch", "per_channel_affine") && quantizer.size() == 4) {
    BITPLACE_TRY(dequantize_channels(quantizer, codes, &tensor));
    return tensor;
  }
  if (!pickle_.is_global(quantizer[0], "torch", "per_tensor_affine") || quantizer.size() != 3)
    return Error(ErrorCode::unsupported,
                 "its quantization is " + describe(quantizer[0]) + ", which is not read");
  BITPLACE_ASSIGN(scale, read_number(quantizer[1]));
  BITPLACE_ASSIGN(zero, read_integer(quantizer[2]));
  if (!is_zero_point(zero)) return corrupt("its zero point is no code");
  for (std::size_t i = 0; i < count; ++i)
    set_real(&tensor, i, scale, code_at(codes, i) - zero);
  return tensor;
}

}  // namespace bitplace
