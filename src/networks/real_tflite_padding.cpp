// Explicit padding.
#include <algorithm>

#include "core/error.h"
#include "lowering/rewrite.h"
#include "networks/real_tflite_importer.h"

namespace bitplace {

// The zeros are left to the convolution or pool that reads them.
Status RealTfliteImporter::add_pad(const Operator& op) {
  Margins margins;
  BITPLACE_ASSIGN(input, padded_operand(op, 0, &margins));
  BITPLACE_ASSIGN(amounts, constant(op, 1));
  const std::vector<std::int64_t> values = integer_values(*amounts);
  if (values.size() != 8) return op.unsupported("does not pad four dimensions");
  const bool sane =
      std::all_of(values.begin(), values.end(), [](std::int64_t v) { return v >= 0 && v < 128; });
  if (!sane || values[0] != 0 || values[1] != 0 || values[6] != 0 || values[7] != 0)
    return op.unsupported("pads something else than rows and columns, or by more than 127");
  margins.top += static_cast<std::int32_t>(values[2]);
  margins.bottom += static_cast<std::int32_t>(values[3]);
  margins.left += static_cast<std::int32_t>(values[4]);
  margins.right += static_cast<std::int32_t>(values[5]);
  BITPLACE_TRY(bind(op, input));
  BITPLACE_ASSIGN(tensor, op.output());
  if (margins.any()) margins_[tensor] = margins;
  return {};
}

// Zeros around a map, where the layer that reads it cannot take them upon itself: a depthwise convolution
// that copies its input. One tap of its kernel is 1, and the kernel is so large that every window touches the
// map.
Result<ValueId> RealTfliteImporter::surround(const Operator& op, ValueId value, const Margins& margins) {
  if (!margins.any()) return value;
  const std::int32_t rows = margins.top + margins.bottom, columns = margins.left + margins.right;
  const std::int64_t channels = value_at(result_.graph, value).shape[3];
  const Shape shape(channels, std::int64_t{rows} + 1, std::int64_t{columns} + 1, std::int64_t{1});
  const auto taps = static_cast<std::size_t>(shape[1] * shape[2]),
             filters = static_cast<std::size_t>(channels);
  BITPLACE_TRY(spend(op, filters * (taps + 1)));
  std::vector<float> weights(filters * taps, 0.0f);
  const auto tap = static_cast<std::size_t>(margins.bottom * (columns + 1) + margins.right);
  for (std::size_t i = tap; i < weights.size(); i += taps)
    weights[i] = 1.0f;
  ConvolutionAttributes a;
  a.kernel_height = rows + 1;
  a.kernel_width = columns + 1;
  a.groups = static_cast<std::int32_t>(channels);
  a.pad_top = a.pad_bottom = rows;
  a.pad_left = a.pad_right = columns;
  a.padding = PaddingValue::zero;
  a.epilogue = Epilogue::affine;
  const std::string name = op.layer_name() + "/pad";
  std::vector<Parameter> parameters = {
      {"weight", result_.graph.add_tensor(weight_tensor(name + ".weight", shape, weights))},
      {"bias", result_.graph.add_tensor(make_tensor(name + ".bias", std::vector<float>(filters, 0.0f)))}};
  return append(op, "/pad", {"", Op::convolution, {value}, kNone, a, parameters});
}

bool RealTfliteImporter::is_never_negative(ValueId value) const {
  for (const Node& node : result_.graph.nodes) {
    if (node.output != value) continue;
    if (const auto* a = std::get_if<ConvolutionAttributes>(&node.attributes)) return a->output_low >= 0.0f;
    if (const auto* a = std::get_if<AddAttributes>(&node.attributes)) return a->low >= 0.0f;
    const auto* a = std::get_if<ActivationAttributes>(&node.attributes);
    return a != nullptr && (a->kind == ActivationKind::relu || a->kind == ActivationKind::relu6 ||
                            a->kind == ActivationKind::sigmoid);
  }
  return false;
}

}  // namespace bitplace
