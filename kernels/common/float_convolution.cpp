#include "kernels/common/float_convolution.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

namespace bitplace::float_convolution {
namespace {

constexpr std::int64_t kMostScratchBytes = std::int64_t{1} << 30;
constexpr std::int64_t kLargestDepth = std::int64_t{1} << 28;
constexpr std::int64_t kPreparedBytesPerTask = 64 * 1024;
constexpr std::int32_t kTasksWanted = 16;

std::int64_t divide_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

std::int64_t align(std::int64_t bytes) {
  constexpr auto kUnit = static_cast<std::int64_t>(kAlignment);
  return divide_up(bytes, kUnit) * kUnit;
}

// Rows or columns of the padded input that windows touch.
std::int64_t touched(std::int64_t outputs, std::int64_t stride, std::int64_t kernel, std::int64_t dilation) {
  return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
}

std::int64_t copy_height(const ConvolutionProblem& p) {
  return touched(p.output_height, p.stride_height, p.kernel_height, p.dilation_height);
}
std::int64_t copy_width(const ConvolutionProblem& p) {
  return touched(p.output_width, p.stride_width, p.kernel_width, p.dilation_width);
}

bool reaches_over_edge(const ConvolutionProblem& p) {
  return p.pad_top > 0 || p.pad_left > 0 || copy_height(p) > p.input_height || copy_width(p) > p.input_width;
}

// Kernel rows are contiguous where taps lie side by side and each tap takes all channels.
bool rows_contiguous(const ConvolutionProblem& p) {
  return p.groups == 1 && (p.dilation_width == 1 || p.kernel_width == 1);
}

// Taps [begin, end) of one axis.
struct TapRange {
  std::int64_t begin, end;

  friend bool operator==(const TapRange&, const TapRange&) = default;
};

struct TapClass {
  TapRange rows, columns;
};

// The taps inside the image, of the window at `start`; at least one.
TapRange taps_inside(std::int64_t start, std::int64_t taps, std::int64_t dilation, std::int64_t extent) {
  const std::int64_t begin = start < 0 ? std::min(divide_up(-start, dilation), taps - 1) : 0;
  const std::int64_t end = extent > start ? std::min(divide_up(extent - start, dilation), taps) : 0;
  return {begin, std::max(end, begin + 1)};
}

// The classes of one axis' positions, in the order they are first met, after those in `ranges`; kWhole where
// all taps are inside.
struct AxisClasses {
  std::vector<TapRange> ranges;
  std::vector<std::uint8_t> of_position;
};

AxisClasses axis_classes(std::int64_t positions, std::int64_t stride, std::int64_t pad, std::int64_t taps,
                         std::int64_t dilation, std::int64_t extent, std::int64_t most) {
  AxisClasses classes;
  for (std::int64_t i = 0; i < positions; ++i) {
    const TapRange range = taps_inside(i * stride - pad, taps, dilation, extent);
    const auto known = std::find(classes.ranges.begin(), classes.ranges.end(), range);
    const auto index = static_cast<std::size_t>(known - classes.ranges.begin());
    const bool whole = range == TapRange{0, taps} ||
                       (known == classes.ranges.end() && static_cast<std::int64_t>(index) == most);
    if (!whole && known == classes.ranges.end()) classes.ranges.push_back(range);
    classes.of_position.push_back(whole ? kWhole : static_cast<std::uint8_t>(index + 1));
  }
  return classes;
}

struct Classes {
  std::vector<TapClass> all;  // the first is the whole window
  std::vector<std::uint8_t> of_row, of_column;
};

Classes find_classes(const ConvolutionProblem& p) {
  const TapRange all_rows = {0, p.kernel_height};
  const TapRange all_columns = {0, p.kernel_width};
  Classes classes;
  classes.all.push_back({all_rows, all_columns});
  AxisClasses rows = axis_classes(p.output_height, p.stride_height, p.pad_top, p.kernel_height,
                                  p.dilation_height, p.input_height, kMostClasses / 2 - 1);
  AxisClasses columns =
      axis_classes(p.output_width, p.stride_width, p.pad_left, p.kernel_width, p.dilation_width,
                   p.input_width, kFewestPixels * p.output_width <= kMostChunkPixels ? kMostClasses / 2 : 0);
  for (const TapRange& range : rows.ranges)
    classes.all.push_back({range, all_columns});
  for (const TapRange& range : columns.ranges)
    classes.all.push_back({all_rows, range});
  for (std::uint8_t& column : columns.of_position) {
    if (column != kWhole) column = static_cast<std::uint8_t>(column + rows.ranges.size());
  }
  classes.of_row = std::move(rows.of_position);
  classes.of_column = std::move(columns.of_position);
  return classes;
}

// Calls segment(offset from the window's first element, first product, length) in the order of the products.
template <typename Segment>
void visit_segments(const ConvolutionProblem& p, const Geometry& g, const TapClass& taps, Segment segment) {
  for (std::int64_t row = taps.rows.begin; row < taps.rows.end; ++row) {
    const std::int64_t offset = row * p.dilation_height * g.row_step;
    const std::int64_t product = row * p.kernel_width * g.group_inputs;
    if (rows_contiguous(p)) {
      const std::int64_t first = taps.columns.begin * g.group_inputs;
      segment(offset + first, product + first, taps.columns.end * g.group_inputs - first);
      continue;
    }
    for (std::int64_t column = taps.columns.begin; column < taps.columns.end; ++column) {
      segment(offset + column * p.dilation_width * g.pixel_step, product + column * g.group_inputs,
              std::int64_t{g.group_inputs});
    }
  }
}

// Calls piece(slice, offset, product of the slice, length): segments, cut where a slice ends.
template <typename PieceVisitor>
void visit_pieces(const ConvolutionProblem& p, const Geometry& g, const TapClass& taps, PieceVisitor piece) {
  visit_segments(p, g, taps, [&](std::int64_t offset, std::int64_t product, std::int64_t length) {
    while (length > 0) {
      const std::int64_t slice = product / g.slice_depth;
      const std::int64_t count = std::min(length, (slice + 1) * g.slice_depth - product);
      piece(slice, offset, product - slice * g.slice_depth, count);
      product += count;
      offset += count;
      length -= count;
    }
  });
}

void cut_tasks(const ConvolutionProblem& p, Geometry& g) {
  g.pixels = p.output_height * p.output_width;
  g.chunks = static_cast<std::int32_t>(divide_up(g.pixels, kMostChunkPixels));
  // One task takes all blocks in turn while its activations are in the cache, unless there are few chunks.
  const auto wanted = static_cast<std::int32_t>(divide_up(kTasksWanted, g.chunks));
  g.block_parts = std::min(g.blocks, wanted);
}

Geometry geometry(const ConvolutionProblem& p, const Classes& classes, int lanes, std::int64_t weight_size) {
  Geometry g{};
  g.copied = weight_size == 2 || reaches_over_edge(p);
  g.copy_height = static_cast<std::int32_t>(copy_height(p));
  g.copy_width = static_cast<std::int32_t>(copy_width(p));
  g.pixel_step = p.input_channels;
  g.row_step = g.pixel_step * (g.copied ? g.copy_width : p.input_width);
  g.group_inputs = p.input_channels / p.groups;
  g.group_outputs = p.output_channels / p.groups;
  g.block_outputs = kBlockVectors * lanes;
  g.group_blocks = static_cast<std::int32_t>(divide_up(g.group_outputs, g.block_outputs));
  g.blocks = g.group_blocks * p.groups;
  g.depth = static_cast<std::int32_t>(convolution_depth(p));
  g.slices = static_cast<std::int32_t>(divide_up(g.depth, kSliceDepth));
  g.slice_depth = static_cast<std::int32_t>(divide_up(g.depth, g.slices));
  g.slices = static_cast<std::int32_t>(divide_up(g.depth, g.slice_depth));
  g.classes = static_cast<std::int32_t>(classes.all.size());
  g.column_classes = std::any_of(classes.of_column.begin(), classes.of_column.end(),
                                 [](std::uint8_t c) { return c != kWhole; });
  for (const TapClass& taps : classes.all)
    visit_pieces(p, g, taps, [&](std::int64_t, std::int64_t, std::int64_t, std::int64_t) { ++g.pieces; });
  g.classes_offset = align(sizeof(Geometry));
  g.pieces_offset = align(g.classes_offset + p.output_height + p.output_width);
  g.slices_offset =
      align(g.pieces_offset + std::int64_t{g.pieces} * static_cast<std::int64_t>(sizeof(Piece)));
  g.bias_offset =
      align(g.slices_offset + g.classes * (g.slices + 1) * static_cast<std::int64_t>(sizeof(Slice)));
  g.weights_offset = align(g.bias_offset + std::int64_t{4} * g.blocks * g.block_outputs);
  g.group_weights = align(g.depth * divide_up(g.group_outputs, lanes) * lanes * weight_size) / weight_size;
  cut_tasks(p, g);
  return g;
}

void pack_classes(const ConvolutionProblem& p, const Classes& classes, const Geometry& g,
                  std::uint8_t* packed) {
  std::copy(classes.of_row.begin(), classes.of_row.end(), packed + g.classes_offset);
  std::copy(classes.of_column.begin(), classes.of_column.end(), packed + g.classes_offset + p.output_height);
  auto* pieces = reinterpret_cast<Piece*>(packed + g.pieces_offset);
  auto* slices = reinterpret_cast<Slice*>(packed + g.slices_offset);
  std::int32_t count = 0;
  for (const TapClass& taps : classes.all) {
    std::int32_t next = 0;
    const auto begin_slices = [&](std::int64_t last) {
      for (; next <= last; ++next)
        slices[next] = {count, std::min(next * g.slice_depth, g.depth)};
    };
    visit_pieces(
        p, g, taps, [&](std::int64_t slice, std::int64_t offset, std::int64_t product, std::int64_t length) {
          begin_slices(slice);
          pieces[count++] = {offset, static_cast<std::int32_t>(product), static_cast<std::int32_t>(length)};
        });
    begin_slices(g.slices);
    slices += g.slices + 1;
  }
}

template <typename Weight>
void pack_block(const ConvolutionConstants& constants, const Geometry& g, std::int64_t first_output,
                std::int64_t outputs, std::int64_t width, Weight* block) {
  const auto* rows = reinterpret_cast<const Weight*>(constants.weight_rows) + first_output * g.depth;
  for (std::int64_t output = 0; output < outputs; ++output) {
    for (std::int64_t k = 0; k < g.depth; ++k)
      block[k * width + output] = rows[output * g.depth + k];
  }
}

std::int64_t copy_bytes(const ConvolutionProblem& p) {
  return copy_height(p) * copy_width(p) * p.input_channels * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace

template <typename Weight, int lanes>
bool Row<Weight, lanes>::accepts(const ConvolutionProblem& p) {
  return p.padding != ConvolutionPadding::one && p.pool_height == 1 && p.pool_width == 1 &&
         convolution_depth(p) <= kLargestDepth && copy_bytes(p) <= kMostScratchBytes;
}

template <typename Weight, int lanes>
std::size_t Row<Weight, lanes>::packed_bytes(const ConvolutionProblem& p) {
  const Geometry g = geometry(p, find_classes(p), lanes, sizeof(Weight));
  return static_cast<std::size_t>(g.weights_offset) +
         static_cast<std::size_t>(g.group_weights * p.groups) * sizeof(Weight);
}

template <typename Weight, int lanes>
void Row<Weight, lanes>::pack(const ConvolutionProblem& p, const ConvolutionConstants& constants,
                              void* packed) {
  const Classes classes = find_classes(p);
  const Geometry g = geometry(p, classes, lanes, sizeof(Weight));
  auto* bytes = static_cast<std::uint8_t*>(packed);
  new (packed) Geometry(g);
  pack_classes(p, classes, g, bytes);
  auto* bias = reinterpret_cast<float*>(bytes + g.bias_offset);
  auto* weights = reinterpret_cast<Weight*>(bytes + g.weights_offset);
  for (std::int64_t block = 0; block < g.blocks; ++block) {
    const std::int64_t group = block / g.group_blocks;
    const std::int64_t first = block % g.group_blocks * g.block_outputs;
    const std::int64_t outputs = std::min<std::int64_t>(g.block_outputs, g.group_outputs - first);
    const std::int64_t output = group * g.group_outputs + first;
    pack_block(constants, g, output, outputs, divide_up(outputs, lanes) * lanes,
               weights + group * g.group_weights + first * g.depth);
    if (constants.bias == nullptr) continue;
    std::memcpy(bias + block * g.block_outputs, constants.bias + output,
                static_cast<std::size_t>(outputs) * sizeof(float));
  }
}

template <typename Weight, int lanes>
std::size_t Row<Weight, lanes>::scratch_bytes(const ConvolutionProblem& p) {
  const bool copied = sizeof(Weight) == 2 || reaches_over_edge(p);
  return copied ? static_cast<std::size_t>(copy_bytes(p)) : 0;
}

template <typename Weight, int lanes>
std::int64_t Row<Weight, lanes>::prepare_tasks(const ConvolutionProblem& p) {
  const bool copied = sizeof(Weight) == 2 || reaches_over_edge(p);
  return copied ? std::clamp<std::int64_t>(copy_bytes(p) / kPreparedBytesPerTask, 1, copy_height(p)) : 0;
}

template <typename Weight, int lanes>
std::int64_t Row<Weight, lanes>::run_tasks(const ConvolutionProblem& p) {
  const Geometry g = geometry(p, find_classes(p), lanes, sizeof(Weight));
  return std::int64_t{g.chunks} * g.block_parts;
}

template struct Row<float, 4>;
template struct Row<float, 8>;
template struct Row<float, 16>;
template struct Row<std::uint16_t, 8>;
template struct Row<std::uint16_t, 16>;

}  // namespace bitplace::float_convolution
