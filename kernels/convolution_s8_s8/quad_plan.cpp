#include "kernels/convolution_s8_s8/quad_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "kernels/convolution_s8_s8/quad_joint.h"

namespace bitplace::quad_plan {
namespace {

constexpr std::int64_t kQuadBytes = 4;
constexpr std::int64_t kTaskVectors = 8;
constexpr std::int64_t kFewTaskPixels = 60;
constexpr std::int64_t kManyTaskPixels = 240;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::size_t up_to_alignment(std::int64_t bytes) {
  return (static_cast<std::size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
}

std::int64_t group_inputs(const ConvolutionProblem& p) {
  return p.input_channels / p.groups;
}

std::int64_t group_outputs(const ConvolutionProblem& p) {
  return p.output_channels / p.groups;
}

std::int64_t group_vectors(const ConvolutionProblem& p) {
  return divide_up(group_outputs(p), kLanes);
}

std::int64_t output_pixels(const ConvolutionProblem& p) {
  return std::int64_t{p.output_height} * p.output_width;
}

// Enough tasks for some threads, and enough pixels to pay for a task's beginning.
std::int64_t task_pixels(const ConvolutionProblem& p) {
  return output_pixels(p) < 10 * kManyTaskPixels ? kFewTaskPixels : kManyTaskPixels;
}

struct Segments {
  std::int64_t per_row, codes, quads_each, quads;
};

Segments segments_of(const ConvolutionProblem& p, const QuadForm& form) {
  const bool whole_rows = p.dilation_width == 1 && p.groups == 1;
  Segments s{};
  s.per_row = whole_rows ? 1 : p.kernel_width;
  s.codes = group_inputs(p) * (whole_rows ? p.kernel_width : 1);
  s.quads_each = divide_up(s.codes * form.code_bytes, kQuadBytes);
  s.quads = p.kernel_height * s.per_row * s.quads_each;
  return s;
}

// With zeros behind a joint form's last quad where it has no partner.
std::int64_t packed_quads(const Segments& segments, const QuadForm& form) {
  return form.joint_limit > 0 ? divide_up(segments.quads, 2) * 2 : segments.quads;
}

// Joining saves a sixth of the instructions, which an eighth more quads leave little of.
std::int64_t extra_room(const Segments& segments, const QuadForm& form) {
  return form.joint_limit > 0 ? segments.quads / 16 * 2 : 0;
}

std::int64_t reach(std::int64_t outputs, std::int64_t stride, std::int64_t kernel, std::int64_t dilation) {
  return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
}

struct Places {
  std::size_t offsets, extra, start, scale, bias, weights, end;
};

std::int64_t vector_quad_bytes(const QuadForm& form) {
  return kLanes * kQuadBytes / form.code_bytes * form.weight_bytes;
}

Places places_of(const ConvolutionProblem& p, const QuadForm& form) {
  const Segments segments = segments_of(p, form);
  const std::int64_t vectors = p.groups * group_vectors(p);
  const std::size_t per_channel = up_to_alignment(4 * kLanes * vectors);
  Places places{};
  places.offsets = kAlignment;
  places.extra = places.offsets + up_to_alignment(8 * packed_quads(segments, form));
  const std::int64_t room = extra_room(segments, form);
  places.start = places.extra;
  if (form.joint_limit > 0)
    places.start += up_to_alignment(8 * p.groups * divide_up(group_vectors(p), 2) * (1 + room));
  places.scale = places.start + per_channel;
  places.bias = places.scale + per_channel;
  places.weights = places.bias + per_channel;
  const std::int64_t quads = packed_quads(segments, form) + room;
  places.end = places.weights + up_to_alignment(vectors * quads * vector_quad_bytes(form));
  return places;
}

void pack_offsets(const ConvolutionProblem& p, const QuadForm& form, std::int64_t* offsets) {
  const Segments segments = segments_of(p, form);
  const Codes codes = codes_of(p, form);
  for (std::int64_t s = 0; s < p.kernel_height * segments.per_row; ++s) {
    const std::int64_t start = s / segments.per_row * p.dilation_height * codes.row_bytes +
                               s % segments.per_row * p.dilation_width * codes.pixel_bytes;
    for (std::int64_t q = 0; q < segments.quads_each; ++q)
      *offsets++ = start + q * kQuadBytes;
  }
  if (packed_quads(segments, form) > segments.quads) *offsets = offsets[-1];
}

struct Block {
  std::int64_t first, vectors;
};

// The block of a group's vector. Blocks of 4 go before others.
Block block_of(const ConvolutionProblem& p, const QuadForm& form, std::int64_t vector) {
  const std::int64_t wide = vector / form.block_vectors * form.block_vectors;
  const std::int64_t vectors = block_vectors(form, wide, group_outputs(p));
  if (vectors == form.block_vectors) return {wide, vectors};
  const std::int64_t first = vector / 2 * 2;
  return {first, block_vectors(form, first, group_outputs(p))};
}

// Where a channel of a group lies: counted in lanes of the group's vectors.
std::int64_t lane_of(const ConvolutionProblem& p, const QuadForm& form, std::int64_t channel) {
  const Block block = block_of(p, form, channel / kLanes);
  const std::int64_t c = channel - block.first * kLanes;
  const std::int64_t vector = c / 4 % block.vectors;
  return block.first * kLanes +
         (block.vectors == 1 ? c : vector * kLanes + c / (4 * block.vectors) * 4 + c % 4);
}

// One channel's weights: `to` is its lane in the first quad of its block.
struct WeightSums {
  std::int64_t sum = 0, magnitudes = 0;
};
WeightSums pack_channel(const Segments& segments, std::int64_t segment_count, const QuadForm& form,
                        const std::uint8_t* row, int weight_bits, std::uint8_t* to,
                        std::int64_t quad_stride) {
  const std::int64_t quad_codes = kQuadBytes / form.code_bytes;
  WeightSums sums;
  for (std::int64_t s = 0; s < segment_count; ++s) {
    for (std::int64_t i = 0; i < segments.codes; ++i) {
      const std::int32_t weight = weight_at(row, s * segments.codes + i, weight_bits);
      sums.sum += weight;
      sums.magnitudes += std::abs(weight);
      std::uint8_t* at =
          to + (s * segments.quads_each + i / quad_codes) * quad_stride + i % quad_codes * form.weight_bytes;
      at[0] = static_cast<std::uint8_t>(weight & 0xff);
      if (form.weight_bytes == 2) at[1] = static_cast<std::uint8_t>(weight >> 8 & 0xff);
    }
  }
  return sums;
}

// Joins what quads can be joined of each block.
void join_quads(const ConvolutionProblem& p, const QuadForm& form, std::uint8_t* bytes) {
  const Places places = places_of(p, form);
  const QuadConstants all = quad_constants(p, form, bytes, 0);
  auto* extra = reinterpret_cast<std::int64_t*>(bytes + places.extra);
  for (std::int64_t group = 0; group < p.groups; ++group) {
    const QuadConstants c = quad_constants(p, form, bytes, group);
    for (std::int64_t vector = 0; vector < c.vectors;) {
      const std::int64_t vectors = block_vectors(form, vector, group_outputs(p));
      auto* weights = reinterpret_cast<std::int8_t*>(bytes + (block_weights(c, vector) - bytes));
      std::int64_t* const to = extra + (block_extra(c, vector) - all.extra);
      to[0] =
          spread_weights({weights, c.quads, vectors * kLanes, c.room, form.joint_limit}, c.offsets, to + 1);
      vector += vectors;
    }
  }
}

}  // namespace

std::int64_t block_vectors(const QuadForm& form, std::int64_t vector, std::int64_t group_outputs) {
  if (form.block_vectors == 4 && vector % 4 == 0 && (vector + 4) * kLanes <= group_outputs) return 4;
  return std::min<std::int64_t>(2, divide_up(group_outputs, kLanes) - vector);
}

std::int64_t even_pixels(const ConvolutionProblem& p, const QuadForm& form) {
  const Codes codes = codes_of(p, form);
  const bool rows_touch =
      p.stride_height * codes.row_bytes == std::int64_t{p.output_width} * p.stride_width * codes.pixel_bytes;
  return rows_touch ? output_pixels(p) : p.output_width;
}

QuadForm with_runs(const ConvolutionProblem& p, QuadForm form) {
  constexpr std::int64_t kShortestRun = 14;
  constexpr std::int64_t kLongRun = 180;  // what is left of the last tile does not matter
  constexpr std::int64_t kFewWeights = 6 << 10;
  const std::int64_t even = even_pixels(p, form);
  const bool few = 4 * segments_of(p, form).quads * vector_quad_bytes(form) <= kFewWeights;
  form.runs = even >= (few ? kShortestRun : kLongRun);
  form.block_vectors = form.runs && few ? 4 : 2;
  return form;
}

std::int32_t weight_at(const std::uint8_t* row, std::int64_t index, int weight_bits) {
  if (weight_bits == 8) return static_cast<std::int8_t>(row[index]);
  const int nibble = row[index / 2] >> (index % 2 * 4) & 0xf;
  return nibble < 8 ? nibble : nibble - 16;
}

bool stays_in_range(const ConvolutionProblem& p, std::int64_t magnitudes, float scale, float bias) {
  const std::int64_t largest = std::max<std::int64_t>(std::abs(p.input_low), std::abs(p.input_high));
  constexpr double kLimit = 2147483000.0;
  return static_cast<double>(magnitudes * largest) * static_cast<double>(scale) +
             std::abs(static_cast<double>(bias)) <
         kLimit;
}

Codes codes_of(const ConvolutionProblem& p, const QuadForm& form) {
  Codes codes{};
  codes.rows = reach(p.output_height, p.stride_height, p.kernel_height, p.dilation_height);
  codes.columns = reach(p.output_width, p.stride_width, p.kernel_width, p.dilation_width);
  const bool inside =
      p.pad_top == 0 && p.pad_left == 0 && codes.rows <= p.input_height && codes.columns <= p.input_width;
  codes.copied = !inside || form.code_bytes != 1 || form.low != 0;
  codes.pixel_bytes = p.input_channels * form.code_bytes;
  codes.row_bytes = (codes.copied ? codes.columns : p.input_width) * codes.pixel_bytes;
  return codes;
}

std::size_t scratch_bytes(const ConvolutionProblem& p, const QuadForm& form) {
  const Codes codes = codes_of(p, form);
  return codes.copied ? up_to_alignment(codes.rows * codes.row_bytes) + kTailPad : 0;
}

std::int64_t prepare_tasks(const ConvolutionProblem& p, const QuadForm& form) {
  const Codes codes = codes_of(p, form);
  return codes.copied ? codes.rows : 0;
}

std::size_t packed_bytes(const ConvolutionProblem& p, const QuadForm& form) {
  return places_of(p, form).end;
}

QuadConstants quad_constants(const ConvolutionProblem& p, const QuadForm& form, const void* packed,
                             std::int64_t group) {
  const auto* bytes = static_cast<const std::uint8_t*>(packed);
  const Places places = places_of(p, form);
  QuadConstants c{};
  c.clamp_first = *reinterpret_cast<const std::int32_t*>(bytes) != 0;
  c.offsets = reinterpret_cast<const std::int64_t*>(bytes + places.offsets);
  const Segments segments = segments_of(p, form);
  c.quads = packed_quads(segments, form);
  c.vectors = group_vectors(p);
  c.vector_quad_bytes = vector_quad_bytes(form);
  c.room = extra_room(segments, form);
  c.extra = reinterpret_cast<const std::int64_t*>(bytes + places.extra) +
            group * divide_up(c.vectors, 2) * (1 + c.room);
  const std::int64_t first = group * c.vectors * kLanes;
  c.start = reinterpret_cast<const std::int32_t*>(bytes + places.start) + first;
  c.scale = reinterpret_cast<const float*>(bytes + places.scale) + first;
  c.bias = reinterpret_cast<const float*>(bytes + places.bias) + first;
  c.weights = bytes + places.weights + group * c.vectors * (c.quads + c.room) * c.vector_quad_bytes;
  return c;
}

const std::uint8_t* block_weights(const QuadConstants& c, std::int64_t vector) {
  return c.weights + vector * (c.quads + c.room) * c.vector_quad_bytes;
}

const std::int64_t* block_extra(const QuadConstants& c, std::int64_t vector) {
  return c.extra + vector / 2 * (1 + c.room);
}

void pack(const ConvolutionProblem& p, const QuadForm& form, const ConvolutionConstants& constants,
          int weight_bits, void* packed) {
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const Places places = places_of(p, form);
  const Segments segments = segments_of(p, form);
  pack_offsets(p, form, reinterpret_cast<std::int64_t*>(bytes + places.offsets));
  auto* start = reinterpret_cast<std::int32_t*>(bytes + places.start);
  auto* scale = reinterpret_cast<float*>(bytes + places.scale);
  auto* bias = reinterpret_cast<float*>(bytes + places.bias);
  const std::int64_t row_bytes = (convolution_depth(p) * weight_bits + 7) / 8;
  const std::int64_t vectors = group_vectors(p);
  const std::int64_t vector_bytes =
      (packed_quads(segments, form) + extra_room(segments, form)) * vector_quad_bytes(form);
  bool clamp_first = false;
  for (std::int64_t channel = 0; channel < p.output_channels; ++channel) {
    const std::int64_t lane = lane_of(p, form, channel % group_outputs(p));
    const std::int64_t group_first = channel / group_outputs(p) * vectors;
    const Block block = block_of(p, form, lane / kLanes);
    std::uint8_t* to = bytes + places.weights + (group_first + block.first) * vector_bytes +
                       (lane - block.first * kLanes) * (vector_quad_bytes(form) / kLanes);
    const WeightSums sums = pack_channel(segments, p.kernel_height * segments.per_row, form,
                                         constants.weight_rows + channel * row_bytes, weight_bits, to,
                                         block.vectors * vector_quad_bytes(form));
    const std::int64_t at = group_first * kLanes + lane;
    start[at] = static_cast<std::int32_t>(form.low * sums.sum);
    if (constants.scale == nullptr) continue;
    scale[at] = constants.scale[channel];
    bias[at] = constants.bias[channel];
    clamp_first |= !stays_in_range(p, sums.magnitudes, scale[at], bias[at]);
  }
  *reinterpret_cast<std::int32_t*>(bytes) = clamp_first ? 1 : 0;
  if (form.joint_limit > 0) join_quads(p, form, bytes);
}

std::int64_t run_tasks(const ConvolutionProblem& p) {
  return p.groups * divide_up(group_vectors(p), kTaskVectors) * divide_up(output_pixels(p), task_pixels(p));
}

QuadTask quad_task(const ConvolutionProblem& p, std::int64_t task) {
  const std::int64_t chunks = divide_up(output_pixels(p), task_pixels(p));
  const std::int64_t parts = divide_up(group_vectors(p), kTaskVectors);
  const std::int64_t part = task % parts;
  QuadTask t{};
  t.group = task / chunks / parts;
  t.first_vector = part * kTaskVectors;
  t.vectors = std::min(kTaskVectors, group_vectors(p) - t.first_vector);
  t.first_pixel = task / parts % chunks * task_pixels(p);
  t.pixels = std::min(task_pixels(p), output_pixels(p) - t.first_pixel);
  return t;
}

}  // namespace bitplace::quad_plan
