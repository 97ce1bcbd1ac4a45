#include <string>

#include "core/error.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

Error fault(const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "descriptor", why);
}

// Appends the nodes of the descriptor to a copy of the graph.
class DescriptorEncoder {
 public:
  DescriptorEncoder(Rewrite& rewrite, const DescriptorEncoding& encoding)
      : rewrite_(rewrite), encoding_(encoding) {}

  Status check_thresholds(ValueId features) const {
    const bool integers = type_of(features) == DataType::s32;
    if (integers && !encoding_.normalized_thresholds.empty())
      return fault("integer features are compared with integer thresholds");
    if (!integers && !encoding_.thresholds.empty())
      return fault("real features are compared with thresholds of normalised features");
    const std::size_t count = encoding_.thresholds.size() + encoding_.normalized_thresholds.size();
    const auto expected = static_cast<std::size_t>(shape_of(features).elements());
    if (count == 0 || count == expected) return {};
    return fault(std::to_string(count) + " thresholds for " + std::to_string(expected) + " features");
  }

  Result<ValueId> encode(ValueId features) {
    if (type_of(features) == DataType::s32) return encode_integers(features);
    return encode_real(features);
  }

 private:
  const Shape& shape_of(ValueId value) const { return value_at(rewrite_.target(), value).shape; }
  DataType type_of(ValueId value) const { return value_at(rewrite_.target(), value).type; }

  Result<ValueId> encode_integers(ValueId features) {
    if (encoding_.type == DataType::b1 && encoding_.thresholds.empty())
      return flat_bits(features, [this](ValueId value) { return threshold_at_zero(value); });
    BITPLACE_ASSIGN(flat, flatten(features));
    if (encoding_.type == DataType::b1) return threshold(flat, encoding_.thresholds);
    if (encoding_.type == DataType::s8) return quantize(flat);
    return normalize("descriptor", flat);
  }

  Result<ValueId> encode_real(ValueId features) {
    BITPLACE_ASSIGN(real, to_f32(features));
    if (encoding_.type == DataType::b1 && encoding_.normalized_thresholds.empty())
      return flat_bits(real, [this](ValueId value) { return sign(value); });
    BITPLACE_ASSIGN(flat, flatten(real));
    if (encoding_.type == DataType::f32) return normalize("descriptor", flat);
    BITPLACE_ASSIGN(normalized, normalize("normalize", flat));
    if (encoding_.type == DataType::s8) return quantize(normalized);
    BITPLACE_ASSIGN(differences, subtract(normalized, encoding_.normalized_thresholds));
    return sign(differences);
  }

  // What does not depend on the element's place can come before the flattening: thresholds stay short then.
  // Bits of partly used words cannot be flattened in place, so then the numbers are.
  template <typename ToBits>
  Result<ValueId> flat_bits(ValueId features, ToBits to_bits) {
    if (shape_of(features)[3] % 32 == 0) {
      BITPLACE_ASSIGN(bits, to_bits(features));
      return flatten(bits);
    }
    BITPLACE_ASSIGN(flat, flatten(features));
    return to_bits(flat);
  }

  // Codes keep their own unit: neither a sign nor a normalised vector depends on it.
  Result<ValueId> to_f32(ValueId features) {
    const DataType type = type_of(features);
    if (type == DataType::f16)
      return append("features/f32", Op::cast, features, CastAttributes{DataType::f32});
    if (type == DataType::s8) return append("features/f32", Op::dequantize, features, DequantizeAttributes{});
    return features;
  }

  Result<ValueId> flatten(ValueId value) { return append("flatten", Op::reshape, value, NoAttributes{}); }
  Result<ValueId> sign(ValueId value) { return append("descriptor", Op::sign, value, NoAttributes{}); }
  Result<ValueId> normalize(const char* name, ValueId value) {
    return append(name, Op::l2_normalize, value, NoAttributes{});
  }
  Result<ValueId> quantize(ValueId value) {
    return append("descriptor", Op::quantize, value, QuantizeAttributes{encoding_.scale});
  }

  Result<ValueId> threshold_at_zero(ValueId value) {
    return threshold(value, std::vector<std::int32_t>(static_cast<std::size_t>(shape_of(value)[3]), 0));
  }
  Result<ValueId> threshold(ValueId value, const std::vector<std::int32_t>& thresholds) {
    const std::vector<std::uint8_t> flip(thresholds.size(), 0);
    return append("descriptor", Op::threshold, value, NoAttributes{},
                  {{"threshold", rewrite_.add_tensor(make_tensor("descriptor.threshold", thresholds))},
                   {"flip", rewrite_.add_tensor(make_tensor("descriptor.flip", flip))}});
  }

  // value - thresholds. The weights are 1, so only the sum is rounded, and rounding keeps a difference's
  // sign.
  Result<ValueId> subtract(ValueId value, const std::vector<float>& thresholds) {
    std::vector<float> negated;
    negated.reserve(thresholds.size());
    for (const float threshold : thresholds)
      negated.push_back(-threshold);
    Tensor weight = make_tensor("descriptor.weight", std::vector<float>(thresholds.size(), 1.0f));
    weight.shape = Shape(static_cast<std::int64_t>(thresholds.size()), 1, 1, 1);
    ConvolutionAttributes attributes;
    attributes.groups = static_cast<std::int32_t>(thresholds.size());
    attributes.epilogue = Epilogue::affine;
    return append("center", Op::convolution, value, attributes,
                  {{"weight", rewrite_.add_tensor(std::move(weight))},
                   {"bias", rewrite_.add_tensor(make_tensor("descriptor.bias", negated))}});
  }

  Result<ValueId> append(const char* name, Op op, ValueId input, const Attributes& attributes,
                         std::vector<Parameter> parameters = {}) {
    return rewrite_.append({name, op, {input}, kNone, attributes, std::move(parameters)});
  }

  Rewrite& rewrite_;
  const DescriptorEncoding& encoding_;
};

}  // namespace

Result<Graph> encode_descriptor(const Graph& graph, const DescriptorEncoding& encoding) {
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes)
    BITPLACE_TRY(rewrite.copy(node));
  DescriptorEncoder encoder(rewrite, encoding);
  const ValueId features = rewrite.find(graph.features);
  BITPLACE_TRY(encoder.check_thresholds(features));
  BITPLACE_ASSIGN(descriptor, encoder.encode(features));
  BITPLACE_ASSIGN(encoded, rewrite.finish());
  encoded.descriptor = descriptor;
  return encoded;
}

}  // namespace bitplace
