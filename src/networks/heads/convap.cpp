// ConvAP (Ali-bey, Chaib-draa and Giguere, 2022): fewer channels by a 1x1 convolution, then
// torch.nn.AdaptiveAvgPool2d. Cell i of n over an axis of length m is the mean of [floor(i * m / n),
// ceil((i + 1) * m / n)); such cells may overlap and differ in size, so that they are a matrix of weights
// over the pixels. The result has the channels outermost: index (c * rows + row) * columns + column.
#include "core/error.h"
#include "networks/heads/head_layers.h"

namespace bitplace::heads {
namespace {

struct Cell {
  std::int64_t first, last;  // the pixels [first, last)
  bool contains(std::int64_t pixel) const { return pixel >= first && pixel < last; }
  std::int64_t extent() const { return last - first; }
};

Cell cell(std::int64_t index, std::int64_t cells, std::int64_t pixels) {
  return {index * pixels / cells, ((index + 1) * pixels + cells - 1) / cells};
}

// [rows * columns, height * width]
std::vector<float> pooling_matrix(const ConvapHead& head, std::int64_t height, std::int64_t width) {
  std::vector<float> matrix;
  matrix.reserve(static_cast<std::size_t>(head.rows * head.columns * height * width));
  for (std::int64_t i = 0; i < std::int64_t{head.rows} * head.columns; ++i) {
    const Cell row = cell(i / head.columns, head.rows, height);
    const Cell column = cell(i % head.columns, head.columns, width);
    const float weight = 1.0f / static_cast<float>(row.extent() * column.extent());
    for (std::int64_t pixel = 0; pixel < height * width; ++pixel) {
      const bool inside = row.contains(pixel / width) && column.contains(pixel % width);
      matrix.push_back(inside ? weight : 0.0f);
    }
  }
  return matrix;
}

}  // namespace

ValueId append_convap(NetworkBuilder& builder, ValueId features, const ConvapHead& head) {
  if (head.rows < 1 || head.columns < 1) {
    builder.fail(make_error(ErrorCode::invalid_argument, "head convap", "its grid has no cells"));
    return kNone;
  }
  const ValueId narrow =
      builder.convolution(head.convolution, features, {.filters = head.channels, .kernel = 1, .bias = true});
  if (!builder.status().ok()) return kNone;
  const Shape shape = builder.shape(narrow);
  const ValueId by_channel = transpose(builder, "head/channels_first", narrow);
  const std::vector<float> bias(static_cast<std::size_t>(head.rows * head.columns), 0.0f);
  const ValueId cells = builder.constant_linear("head/adaptive_pool", by_channel,
                                                pooling_matrix(head, shape[1], shape[2]), bias);
  return reshape(builder, "convap", cells);
}

}  // namespace bitplace::heads
