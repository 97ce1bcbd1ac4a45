#include <cmath>

#include "graph/infer.h"

namespace bitplace::infer {
namespace {

// Works on the attributes of both poolings.
template <typename Attributes>
Result<Shape> pooled_shape(const Node& node, const Attributes& a, const Shape& input) {
  const bool sane = in(a.window_height, 1, kMaxExtent) && in(a.window_width, 1, kMaxExtent) &&
                    in(a.stride_height, 1, kMaxExtent) && in(a.stride_width, 1, kMaxExtent) &&
                    in(a.pad_top, 0, a.window_height - 1) && in(a.pad_left, 0, a.window_width - 1) &&
                    in(a.pad_bottom, 0, a.window_height - 1) && in(a.pad_right, 0, a.window_width - 1);
  if (!sane) return node_error(node, "an attribute is out of range");
  const std::int64_t rows =
      window_positions(input[1], a.pad_top + a.pad_bottom, a.window_height, 1, a.stride_height);
  const std::int64_t columns =
      window_positions(input[2], a.pad_left + a.pad_right, a.window_width, 1, a.stride_width);
  if (rows < 1 || columns < 1) return node_error(node, "the window does not fit into its input");
  // Every window holds a tap of the image: the last one starts inside it.
  if ((rows - 1) * a.stride_height >= input[1] + a.pad_top ||
      (columns - 1) * a.stride_width >= input[2] + a.pad_left) {
    return node_error(node, "a window lies wholly in the padding");
  }
  return Shape(std::int64_t{1}, rows, columns, input[3]);
}

}  // namespace

Result<ValueSpec> max_pool(const Graph& graph, const Node& node, const Value& input) {
  const auto* a = std::get_if<MaxPoolAttributes>(&node.attributes);
  if (a == nullptr || input.shape.rank() != 4) return node_error(node, "needs an NHWC input and attributes");
  BITPLACE_ASSIGN(shape, pooled_shape(node, *a, input.shape));
  if (graph.parameter(node, "flip") != nullptr) {
    if (input.type != DataType::b1) return node_error(node, "only bits are pooled with flip");
    BITPLACE_TRY(check_channel_parameter(graph, node, "flip", DataType::u8, input.shape[3]));
  }
  return ValueSpec{input.type, shape};
}

Result<ValueSpec> average_pool(const Node& node, const Value& input) {
  const auto* a = std::get_if<AveragePoolAttributes>(&node.attributes);
  if (a == nullptr || input.shape.rank() != 4) return node_error(node, "needs an NHWC input and attributes");
  BITPLACE_ASSIGN(shape, pooled_shape(node, *a, input.shape));
  // Numbers of taps are exact in binary32, and sums of codes in 32 bits.
  if (std::int64_t{a->window_height} * a->window_width >= 1 << 24)
    return node_error(node, "its window is too large");
  if (!in(a->count_padding, 0, 1)) return node_error(node, "count_padding is neither 0 nor 1");
  if (!std::isnormal(a->factor) || a->factor < 0)
    return node_error(node, "factor is not a normal positive number");
  return ValueSpec{input.type, shape};
}

}  // namespace bitplace::infer
