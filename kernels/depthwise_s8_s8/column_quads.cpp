#include "kernels/depthwise_s8_s8/column_quads.h"

#include <algorithm>
#include <cmath>

namespace bitplace::column_quads {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

template <typename Visit>
void visit_chunks(const ConvolutionProblem& p, Visit visit) {
  std::int64_t slot = 0;
  for (std::int64_t channel = 0; channel < p.output_channels;) {
    const Chunk chunk = chunk_at(p, channel, slot);
    visit(chunk);
    channel += chunk.channels;
    slot += chunk.vectors * kLanes;
  }
}

ColumnHeader header_of(const ConvolutionProblem& p) {
  ColumnHeader h{};
  h.geometry = geometry(p);
  h.start = divide_up(sizeof(ColumnHeader), 64) * 64;
  h.scale = h.start + h.geometry.slots * 4;
  h.bias = h.scale + h.geometry.slots * 4;
  h.weights = h.bias + h.geometry.slots * 4;
  return h;
}

// Where a channel's constants go.
struct Place {
  std::int64_t slot;       // of its lane
  std::uint8_t* weights;   // of its lane in the chunk's first vector of weights
  std::int64_t row_bytes;  // from one output row's weights to the next
};

std::int64_t pack_weights(const ConvolutionProblem& p, const ColumnGeometry& g, const std::uint8_t* row,
                          const Place& place, std::int32_t* sum) {
  std::int64_t magnitude = 0;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const auto weight = static_cast<std::int8_t>(row[ky * p.kernel_width + kx]);
      *sum += weight;
      magnitude += std::abs(weight);
      for (std::int64_t lower = 0; lower < g.rows_together; ++lower) {
        const std::int64_t quad = (ky + lower) / 4;
        std::uint8_t* to =
            place.weights + ((kx * g.quads + quad) * g.rows_together + lower) * place.row_bytes;
        to[(ky + lower) % 4] = static_cast<std::uint8_t>(weight);
      }
    }
  }
  return magnitude;
}

bool may_leave_s32(const ConvolutionProblem& p, std::int64_t magnitude, float scale, float bias) {
  const double largest = std::max(std::abs(p.input_low), std::abs(p.input_high));
  const double bound = static_cast<double>(magnitude) * largest * static_cast<double>(scale) +
                       std::abs(static_cast<double>(bias));
  return !(bound < 2.0e9);  // far enough below 2^31 for the roundings in between
}

}  // namespace

ColumnGeometry geometry(const ConvolutionProblem& p) {
  constexpr std::int64_t kTaskWork = 1 << 19;
  ColumnGeometry g{};
  g.rows_together = p.stride_height == 1 && p.dilation_height == 1 ? 2 : 1;
  g.quads = divide_up(p.kernel_height + g.rows_together - 1, 4);
  visit_chunks(p, [&](const Chunk& chunk) { g.slots += chunk.vectors * kLanes; });
  const std::int64_t row_work =
      std::int64_t{p.output_width} * p.output_channels * p.kernel_height * p.kernel_width;
  const std::int64_t least = divide_up(kTaskWork, row_work * g.rows_together) * g.rows_together;
  g.band = divide_up(p.output_height, divide_up(p.output_height, least) * g.rows_together) * g.rows_together;
  g.bands = divide_up(p.output_height, g.band);
  return g;
}

Chunk chunk_at(const ConvolutionProblem& p, std::int64_t channel, std::int64_t slot) {
  const std::int64_t left = p.output_channels - channel;
  std::int64_t vectors = left > 48 ? 4 : left > 16 ? 2 : 1;
  if (p.epilogue != ConvolutionEpilogue::requantize_s8) vectors = 1;
  return {vectors, channel, std::min(left, vectors * kLanes), slot};
}

// A strip of one column's windows has to fit the buffer.
bool accepts(const ConvolutionProblem& p) {
  const std::int64_t columns = std::int64_t{p.kernel_width - 1} * p.dilation_width + 1;
  const std::int64_t quads = geometry(p).quads;
  return quads <= kMostQuads && columns * quads * 4 * kVectorBytes <= kBufferBytes;
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  const ColumnHeader h = header_of(p);
  return static_cast<std::size_t>(h.weights + h.geometry.slots * 4 * p.kernel_width * h.geometry.quads *
                                                  h.geometry.rows_together);
}

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, std::int32_t offset,
          void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  auto& header = *static_cast<ColumnHeader*>(packed);
  header = header_of(p);
  header.offset = offset;
  const ColumnGeometry& g = header.geometry;
  auto* start = reinterpret_cast<std::int32_t*>(bytes + header.start);
  auto* scale = reinterpret_cast<float*>(bytes + header.scale);
  auto* bias = reinterpret_cast<float*>(bytes + header.bias);
  const std::int64_t taps = std::int64_t{p.kernel_height} * p.kernel_width;
  visit_chunks(p, [&](const Chunk& chunk) {
    const std::int64_t row_bytes = chunk.vectors * kVectorBytes;
    std::uint8_t* weights =
        bytes + header.weights + chunk.slot * 4 * p.kernel_width * g.quads * g.rows_together;
    for (std::int64_t i = 0; i < chunk.vectors * kLanes; ++i) {
      const std::int64_t lane = i % kLanes;
      const std::int64_t vector = i / kLanes;
      const std::int64_t within = lane / 4 * 4 * chunk.vectors + vector * 4 + lane % 4;
      if (within >= chunk.channels) continue;
      const std::int64_t channel = chunk.channel + within;
      const std::int64_t slot = chunk.slot + i;
      std::int32_t sum = 0;
      const std::int64_t magnitude = pack_weights(p, g, constants.weight_rows + channel * taps,
                                                  {slot, weights + i * 4, row_bytes}, &sum);
      start[slot] = -offset * sum;
      if (constants.scale == nullptr) continue;
      scale[slot] = constants.scale[channel];
      bias[slot] = constants.bias[channel];
      if (may_leave_s32(p, magnitude, scale[slot], bias[slot])) header.limits_floats = 1;
    }
  });
}

std::size_t scratch_bytes(const ConvolutionProblem&) {
  return 0;
}
std::int64_t prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
void prepare(const ConvolutionCall&, std::int64_t) {}
std::int64_t run_tasks(const ConvolutionProblem& p) {
  return geometry(p).bands;
}

}  // namespace bitplace::column_quads
