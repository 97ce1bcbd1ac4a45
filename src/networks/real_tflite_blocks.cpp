// Dilated convolutions that TensorFlow takes apart: SPACE_TO_BATCH_ND deals every b-th row and column out to
// a batch of its own, an ordinary convolution without padding follows, and BATCH_TO_SPACE_ND puts the rows
// and columns back. Together they are one convolution with dilation b whose padding is what the first adds
// less what the last cuts off.
#include <algorithm>

#include "core/error.h"
#include "networks/real_tflite_importer.h"

namespace bitplace {

Result<RealTfliteImporter::Blocks> RealTfliteImporter::read_blocks(const Operator& op) const {
  BITPLACE_ASSIGN(tensor, constant(op, 1));
  const std::vector<std::int64_t> values = integer_values(*tensor);
  const auto sane = [](std::int64_t value) { return value >= 1 && value < 128; };
  if (values.size() != 2 || !std::all_of(values.begin(), values.end(), sane))
    return op.unsupported("its blocks are not of rows and columns, or larger than 127");
  return Blocks{static_cast<std::int32_t>(values[0]), static_cast<std::int32_t>(values[1])};
}

Result<RealTfliteImporter::Margins> RealTfliteImporter::read_margins(const Operator& op) const {
  BITPLACE_ASSIGN(tensor, constant(op, 2));
  const std::vector<std::int64_t> values = integer_values(*tensor);
  const auto sane = [](std::int64_t value) { return value >= 0 && value < 128; };
  if (values.size() != 4 || !std::all_of(values.begin(), values.end(), sane))
    return op.unsupported("its margins are not of rows and columns, or larger than 127");
  const auto at = [&](std::size_t index) { return static_cast<std::int32_t>(values[index]); };
  return Margins{at(0), at(2), at(1), at(3)};
}

Status RealTfliteImporter::add_space_to_batch(const Operator& op) {
  Margins margins;
  BITPLACE_ASSIGN(input, padded_operand(op, 0, &margins));
  BITPLACE_ASSIGN(blocks, read_blocks(op));
  BITPLACE_ASSIGN(added, read_margins(op));
  margins.top += added.top;
  margins.left += added.left;
  margins.bottom += added.bottom;
  margins.right += added.right;
  BITPLACE_TRY(bind(op, input));
  BITPLACE_ASSIGN(tensor, op.output());
  margins_[tensor] = margins;
  blocks_[tensor] = blocks;
  return {};
}

// The convolution between the two, which took its dilation and padding from both.
Status RealTfliteImporter::add_batch_to_space(const Operator& op) {
  BITPLACE_ASSIGN(tensor, op.input(0));
  const ValueId value = value_of_[static_cast<std::size_t>(tensor)];
  if (value == kNone) return op.corrupt("reads '" + op.tensor(tensor).name + "' before it is computed");
  BITPLACE_ASSIGN(blocks, read_blocks(op));
  const auto dealt = blocks_.find(tensor);
  if (dealt == blocks_.end() || origin_of_[static_cast<std::size_t>(value)] != tensor)
    return op.unsupported("puts together what no convolution wrote");
  if (blocks != dealt->second) return op.corrupt("its blocks are not those of the convolution's input");
  return bind_folded(op, value);
}

Status RealTfliteImporter::apply_blocks(const Operator& op, ConvolutionAttributes* a,
                                        Margins* margins) const {
  BITPLACE_ASSIGN(input, op.input(0));
  const auto found = blocks_.find(input);
  if (found == blocks_.end()) return {};
  BITPLACE_ASSIGN(output, op.output());
  BITPLACE_ASSIGN(valid, op.option("padding", 0, 1));
  if (valid != 1 || a->stride_height != 1 || a->stride_width != 1 || a->dilation_height != 1 ||
      a->dilation_width != 1)
    return op.unsupported("pads, strides or dilates inside of blocks");
  const auto reader = std::find_if(model_.operators.begin(), model_.operators.end(), [&](const auto& other) {
    return std::count(other.inputs.begin(), other.inputs.end(), output) != 0;
  });
  if (reader == model_.operators.end() || reader->name != "BATCH_TO_SPACE_ND" || !is_sole_reader(output))
    return op.unsupported("its blocks are not put together right behind it");
  const Operator next(model_, static_cast<std::size_t>(reader - model_.operators.begin()));
  BITPLACE_ASSIGN(cut, read_margins(next));
  margins->top -= cut.top;
  margins->left -= cut.left;
  margins->bottom -= cut.bottom;
  margins->right -= cut.right;
  if (std::min({margins->top, margins->left, margins->bottom, margins->right}) < 0)
    return op.unsupported("more is cut off behind it than was added in front");
  a->dilation_height = found->second.height;
  a->dilation_width = found->second.width;
  return {};
}

}  // namespace bitplace
