#include "core/error.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

Result<Graph> finish_with(Rewrite& rewrite, Result<ValueId> descriptor) {
  if (!descriptor.ok()) return descriptor.error();
  BITPLACE_ASSIGN(graph, rewrite.finish());
  graph.descriptor = *descriptor;
  return graph;
}

Result<ValueId> append_flatten(Rewrite& rewrite, ValueId value) {
  return rewrite.append({"flatten", Op::reshape, {value}, kNone, NoAttributes{}, {}});
}

Result<ValueId> append_threshold(Rewrite& rewrite, ValueId value,
                                 const std::vector<std::int32_t>& thresholds) {
  const std::vector<std::uint8_t> flip(thresholds.size(), 0);
  std::vector<Parameter> parameters = {
      {"threshold", rewrite.add_tensor(make_tensor("descriptor.threshold", thresholds))},
      {"flip", rewrite.add_tensor(make_tensor("descriptor.flip", flip))}};
  return rewrite.append({"descriptor", Op::threshold, {value}, kNone, NoAttributes{}, parameters});
}

// The sign is the same for a whole channel: thresholds stay short when bits are flattened after it. Bits of
// partly used words cannot be flattened in place, so then the numbers are.
Result<ValueId> append_sign(Rewrite& rewrite, ValueId features) {
  const Shape shape = value_at(rewrite.target(), features).shape;
  if (shape[3] % 32 == 0) {
    const std::vector<std::int32_t> zeros(static_cast<std::size_t>(shape[3]), 0);
    BITPLACE_ASSIGN(bits, append_threshold(rewrite, features, zeros));
    return append_flatten(rewrite, bits);
  }
  BITPLACE_ASSIGN(flat, append_flatten(rewrite, features));
  return append_threshold(rewrite, flat,
                          std::vector<std::int32_t>(static_cast<std::size_t>(shape.elements()), 0));
}

}  // namespace

Result<Graph> encode_descriptor(const Graph& graph, const DescriptorEncoding& encoding) {
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes)
    BITPLACE_TRY(rewrite.copy(node));
  const ValueId features = rewrite.find(graph.features);
  const Value& value = value_at(graph, graph.features);
  if (encoding.type == DataType::b1 && value.type != DataType::s32) {
    return make_error(ErrorCode::unsupported, "descriptor", "only integer features can become bits");
  }
  if (encoding.type == DataType::b1 && encoding.thresholds.empty())
    return finish_with(rewrite, append_sign(rewrite, features));
  BITPLACE_ASSIGN(flat, append_flatten(rewrite, features));
  if (encoding.type == DataType::b1)
    return finish_with(rewrite, append_threshold(rewrite, flat, encoding.thresholds));
  if (encoding.type == DataType::s8) {
    return finish_with(
        rewrite,
        rewrite.append({"descriptor", Op::quantize, {flat}, kNone, QuantizeAttributes{encoding.scale}, {}}));
  }
  return finish_with(rewrite,
                     rewrite.append({"descriptor", Op::l2_normalize, {flat}, kNone, NoAttributes{}, {}}));
}

}  // namespace bitplace
