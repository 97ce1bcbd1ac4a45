#include "kernels/common/quad_convolution.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace bitplace::quad_convolution {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}
std::int64_t round_up(std::int64_t a, std::int64_t b) {
  return divide_up(a, b) * b;
}

// How many groups fill a vector together.
std::int64_t merged_groups(const ConvolutionProblem& p) {
  const std::int64_t outputs = p.output_channels / p.groups;
  std::int64_t merged = 1;
  for (std::int64_t m = 2; m <= p.groups && m * outputs <= kLanes; ++m) {
    if (p.groups % m == 0) merged = m;
  }
  return merged;
}

void cut_windows(const ConvolutionProblem& p, Geometry& g) {
  g.merged = merged_groups(p);
  g.groups = p.groups / g.merged;
  g.group_inputs = p.input_channels / g.groups;
  g.group_outputs = p.output_channels / g.groups;
  const bool whole_rows = g.groups == 1 && (p.dilation_width == 1 || p.kernel_width == 1);
  g.row_segments = whole_rows ? 1 : p.kernel_width;
  g.segment_bytes = (whole_rows ? p.kernel_width : 1) * g.group_inputs * g.activation_bytes;
  g.row_quads = g.row_segments * divide_up(g.segment_bytes, 4);
  g.quads = p.kernel_height * g.row_quads;
  g.vectors = divide_up(g.group_outputs, kLanes);
  g.blocks = divide_up(g.vectors, kMostVectors);
}

void place_source(const ConvolutionProblem& p, Geometry& g) {
  g.offset = p.input_low < 0 && g.activation_bytes == 1;
  const std::int64_t rows = std::int64_t{p.output_height - 1} * p.stride_height +
                            std::int64_t{p.kernel_height - 1} * p.dilation_height + 1;
  const std::int64_t columns = std::int64_t{p.output_width - 1} * p.stride_width +
                               std::int64_t{p.kernel_width - 1} * p.dilation_width + 1;
  const bool inside = p.pad_top == 0 && p.pad_left == 0 && rows <= p.input_height && columns <= p.input_width;
  g.copied = !inside || g.offset || g.activation_bytes != 1;
  g.source_rows = g.copied ? rows : p.input_height;
  g.source_row_bytes = (g.copied ? columns : p.input_width) * p.input_channels * g.activation_bytes;
  const bool rows_touch =
      p.stride_height * g.source_row_bytes ==
      std::int64_t{p.output_width} * p.stride_width * p.input_channels * g.activation_bytes;
  const bool even = rows_touch && p.kernel_height == 1 && p.pad_top == 0 && rows <= p.input_height;
  g.row_pixels = even ? std::int64_t{p.output_height} * p.output_width : p.output_width;
}

// Tasks are 2 million multiply-accumulates (some 10 us) or more, over at most 64 strips of pixels. Each strip
// reads all of its chunk's weights, so strips are at least 16 tiles long where weights are large.
void cut_tasks(const ConvolutionProblem& p, Geometry& g) {
  constexpr std::int64_t kTaskWork = 1 << 21;
  constexpr std::int64_t kMostStrips = 64;
  constexpr std::int64_t kWeightsPerTile = 16 << 10;
  g.pixels = std::int64_t{p.output_height} * p.output_width;
  const std::int64_t blocks = g.groups * g.blocks;
  const std::int64_t weights = g.groups * g.vectors * g.quads * kVectorBytes;
  const std::int64_t tasks = std::max<std::int64_t>(weights * g.pixels / kTaskWork, 1);
  const std::int64_t tiles = divide_up(g.pixels, kPositions);
  const std::int64_t least_tiles = std::clamp<std::int64_t>(weights / kWeightsPerTile, 1, 16);
  g.strips = std::clamp<std::int64_t>(tiles / least_tiles, 1, std::min(kMostStrips, tasks));
  g.strip = divide_up(tiles, g.strips) * kPositions;
  g.strips = divide_up(g.pixels, g.strip);
  const std::int64_t chunks = std::max(divide_up(tasks, g.strips), divide_up(blocks, kMostBlocks));
  g.chunk = std::max<std::int64_t>(blocks / std::min(chunks, blocks), 1);
  g.chunk = std::min(g.chunk, kMostBlocks);
  g.chunks = divide_up(blocks, g.chunk);
}

// Windows of few quads, or few windows at all, go one after the other. Tiles visit pixels block by block, so
// that a block's weights are read once per part, whose activations and outputs stay in the second-level
// cache; weights that fit the first-level cache all stay there, and blocks pass tile by tile.
void choose_order(const ConvolutionProblem& p, const Form& form, Geometry& g) {
  constexpr std::int64_t kFewQuads = 64;
  constexpr std::int64_t kFewPixels = 3;
  constexpr std::int64_t kRunBytes = 16 << 10;
  constexpr std::int64_t kPartBytes = 192 << 10;
  constexpr std::int64_t kResidentWeights = 20 << 10;
  g.by_runs = g.quads <= kFewQuads || g.pixels <= kFewPixels;
  g.half = form.halves && g.by_runs && g.vectors * kLanes - g.group_outputs >= kLanes / 2;
  const std::int64_t window_bytes = std::int64_t{p.stride_height} * p.stride_width * p.input_channels;
  const std::int64_t pixel_bytes = window_bytes * g.activation_bytes + p.output_channels;
  const std::int64_t part = std::max((g.by_runs ? kRunBytes : kPartBytes) / pixel_bytes, kPositions);
  const std::int64_t chunk_weights = g.chunk * std::min(g.vectors, kMostVectors) * g.quads * kVectorBytes;
  const bool resident = !g.by_runs && chunk_weights <= kResidentWeights;
  g.part = resident ? kPositions : part / kPositions * kPositions;
}

struct Layout {
  std::int64_t offsets, below, scale, bias, weights, end;
};

Layout layout(const ConvolutionProblem& p, const Geometry& g) {
  const std::int64_t lanes = g.groups * g.vectors * kLanes;
  Layout l{};
  l.offsets = round_up(sizeof(QuadHeader), 64);
  l.below = l.offsets + round_up(g.quads * 4, 64);
  l.scale = l.below + (p.kernel_height + 1) * lanes * 4;
  l.bias = l.scale + lanes * 4;
  l.weights = l.bias + lanes * 4;
  l.end = l.weights + g.groups * g.blocks * g.quads * g.quad_bytes;
  return l;
}

// Visits the group's activations in a window: visit(kernel row, quad of the row, byte of the quad, tap, input
// channel of the group).
template <typename Visit>
void visit_elements(const ConvolutionProblem& p, const Geometry& g, Visit visit) {
  const std::int64_t segment_quads = divide_up(g.segment_bytes, 4);
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const std::int64_t segment = g.row_segments == 1 ? 0 : kx;
      const std::int64_t first = g.row_segments == 1 ? kx * g.group_inputs : 0;
      for (std::int64_t c = 0; c < g.group_inputs; ++c) {
        const std::int64_t byte = (first + c) * g.activation_bytes;
        visit(ky, segment * segment_quads + byte / 4, byte % 4, ky * p.kernel_width + kx, c);
      }
    }
  }
}

void write_offsets(const ConvolutionProblem& p, const Geometry& g, std::int32_t* offsets) {
  const std::int64_t segment_quads = divide_up(g.segment_bytes, 4);
  const std::int64_t tap_bytes = std::int64_t{p.dilation_width} * p.input_channels * g.activation_bytes;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t segment = 0; segment < g.row_segments; ++segment) {
      const std::int64_t first = ky * p.dilation_height * g.source_row_bytes + segment * tap_bytes;
      for (std::int64_t q = 0; q < segment_quads; ++q)
        *offsets++ = static_cast<std::int32_t>(first + 4 * q);
    }
  }
}

std::int32_t weight_at(const std::uint8_t* row, std::int64_t index, std::int64_t bits) {
  if (bits == 8) return static_cast<std::int8_t>(row[index]);
  const int nibble = row[index / 2] >> (index % 2 * 4) & 0xf;
  return nibble < 8 ? nibble : nibble - 16;
}

// From one quad's weights to the next's.
std::int64_t block_quad_bytes(const Block& block, const Form& form) {
  return (form.nibbles ? divide_up(block.vectors, 2) : block.vectors) * kVectorBytes;
}

// What one output channel becomes.
class ChannelPacker {
 public:
  ChannelPacker(const ConvolutionProblem& p, const ConvolutionConstants& constants, const Form& form,
                const QuadHeader& header, std::uint8_t* packed)
      : p_(p), constants_(constants), form_(form), header_(header), packed_(packed) {}

  // `slot` is where lane 0 would be of the vector, `lane` counts over all groups and vectors.
  void pack(const Block& block, std::int64_t channel, std::int64_t vector, std::int64_t lane) {
    const Geometry& g = header_.geometry;
    const std::int64_t row_bytes = (convolution_depth(p_) * form_.weight_bits + 7) / 8;
    const std::uint8_t* row = constants_.weight_rows + channel * row_bytes;
    const std::int64_t place = form_.nibbles ? vector / 2 : vector;
    std::uint8_t* weights =
        packed_ + header_.weights + block.index * g.quads * g.quad_bytes + place * kVectorBytes + lane * 4;
    const std::int64_t quad_bytes = block_quad_bytes(block, form_);
    const std::int64_t lanes = g.groups * g.vectors * kLanes;
    const std::int64_t slot = (block.first_vector + vector) * kLanes + lane;
    const std::int64_t inputs = p_.input_channels / p_.groups;
    const std::int64_t member = channel / (p_.output_channels / p_.groups) % g.merged;
    std::int64_t magnitude = 0;
    auto* below = reinterpret_cast<std::int32_t*>(packed_ + header_.below) + slot;
    visit_elements(
        p_, g, [&](std::int64_t ky, std::int64_t quad, std::int64_t byte, std::int64_t tap, std::int64_t c) {
          if (c / inputs != member) return;
          const std::int32_t weight = weight_at(row, tap * inputs + c % inputs, form_.weight_bits);
          magnitude += std::abs(weight);
          store(weight, vector, weights + (ky * g.row_quads + quad) * quad_bytes + byte);
          if (g.offset) below[(ky + 1) * lanes] += 128 * weight * (form_.nibbles ? 16 : 1);
        });
    for (std::int64_t ky = 0; ky < p_.kernel_height; ++ky)
      below[(ky + 1) * lanes] += below[ky * lanes];
    pack_epilogue(channel, slot, magnitude);
  }

  bool limits_floats() const { return limits_floats_; }

 private:
  void store(std::int32_t weight, std::int64_t vector, std::uint8_t* to) const {
    if (form_.nibbles) {
      const auto bits = static_cast<std::uint32_t>(weight) & 0xf;
      *to = static_cast<std::uint8_t>(*to | (vector % 2 == 0 ? bits << 4 : bits));
    } else {
      const auto word = static_cast<std::int16_t>(weight);
      std::memcpy(to, &word, static_cast<std::size_t>(form_.activation_bytes));
    }
  }

  void pack_epilogue(std::int64_t channel, std::int64_t slot, std::int64_t magnitude) {
    if (constants_.scale == nullptr) return;
    reinterpret_cast<float*>(packed_ + header_.scale)[slot] = constants_.scale[channel];
    reinterpret_cast<float*>(packed_ + header_.bias)[slot] = constants_.bias[channel];
    const double largest = std::max(std::abs(p_.input_low), std::abs(p_.input_high));
    const double bound =
        static_cast<double>(magnitude) * largest * static_cast<double>(constants_.scale[channel]) +
        std::abs(static_cast<double>(constants_.bias[channel]));
    // Far enough below 2^31 for the roundings in between.
    if (!(bound < 2.0e9)) limits_floats_ = true;
  }

  const ConvolutionProblem& p_;
  const ConvolutionConstants& constants_;
  const Form& form_;
  const QuadHeader& header_;
  std::uint8_t* packed_;
  bool limits_floats_ = false;
};

}  // namespace

Geometry geometry(const ConvolutionProblem& p, const Form& form) {
  Geometry g{};
  g.activation_bytes = form.activation_bytes;
  cut_windows(p, g);
  const std::int64_t widest = std::min(g.vectors, kMostVectors);
  g.quad_bytes = (form.nibbles ? divide_up(widest, 2) : widest) * kVectorBytes;
  place_source(p, g);
  cut_tasks(p, g);
  choose_order(p, form, g);
  return g;
}

Block block_at(const Geometry& g, std::int64_t index) {
  const std::int64_t group = index / g.blocks;
  const std::int64_t block = index % g.blocks;
  // By runs, epilogues weigh, and 4 vectors share packs and a store.
  const std::int64_t first = g.by_runs ? block * kMostVectors : block * g.vectors / g.blocks;
  const std::int64_t end =
      g.by_runs ? std::min(first + kMostVectors, g.vectors) : (block + 1) * g.vectors / g.blocks;
  const std::int64_t channel = first * kLanes;
  return {index,
          group,
          group * g.vectors + first,
          end - first,
          group * g.group_outputs + channel,
          std::min(end * kLanes, g.group_outputs) - channel,
          g.half && end == g.vectors};
}

// vpackssdw and vpacksswb take 4 lanes of each operand in turn.
std::int64_t lane_channel(ConvolutionEpilogue epilogue, std::int64_t whole, std::int64_t vector,
                          std::int64_t lane) {
  const std::int64_t packed_together = whole == 4 ? 4 : whole >= 2 && vector < 2 ? 2 : 1;
  if (epilogue != ConvolutionEpilogue::requantize_s8 || packed_together == 1) return vector * kLanes + lane;
  return lane / 4 * (4 * packed_together) + vector * 4 + lane % 4;
}

// Offsets of a window's bytes are kept in 32 bits.
bool accepts(const ConvolutionProblem& p) {
  const Geometry g = geometry(p, {2, false, 8});
  return g.source_row_bytes * g.source_rows < INT32_MAX;
}

std::size_t packed_bytes(const ConvolutionProblem& p, const Form& form) {
  return static_cast<std::size_t>(layout(p, geometry(p, form)).end);
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, const Form& form,
          void* packed) {
  const Geometry g = geometry(p, form);
  const Layout l = layout(p, g);
  auto* bytes = static_cast<std::uint8_t*>(packed);
  auto& header = *static_cast<QuadHeader*>(packed);
  header = {g, l.offsets, l.below, l.scale, l.bias, l.weights, 0};
  write_offsets(p, g, reinterpret_cast<std::int32_t*>(bytes + l.offsets));
  ChannelPacker packer(p, constants, form, header, bytes);
  for (std::int64_t b = 0; b < g.groups * g.blocks; ++b) {
    const Block block = block_at(g, b);
    for (std::int64_t vector = 0; vector < block.vectors; ++vector) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane) {
        const std::int64_t channel = lane_channel(p.epilogue, block.vectors - block.half, vector, lane);
        if (channel < block.channels) packer.pack(block, block.channel + channel, vector, lane);
      }
    }
  }
  header.limits_floats = packer.limits_floats();
}

std::size_t scratch_bytes(const ConvolutionProblem& p, const Form& form) {
  const Geometry g = geometry(p, form);
  return g.copied ? static_cast<std::size_t>(g.source_rows * g.source_row_bytes) + kTailPad : 0;
}

std::int64_t rows_per_task(const Geometry& g) {
  constexpr std::int64_t kTaskBytes = 64 << 10;
  return std::max<std::int64_t>(kTaskBytes / g.source_row_bytes, 1);
}

std::int64_t prepare_tasks(const ConvolutionProblem& p, const Form& form) {
  const Geometry g = geometry(p, form);
  return g.copied ? divide_up(g.source_rows, rows_per_task(g)) : 0;
}

std::int64_t run_tasks(const ConvolutionProblem& p, const Form& form) {
  const Geometry g = geometry(p, form);
  return g.strips * g.chunks;
}

}  // namespace bitplace::quad_convolution
