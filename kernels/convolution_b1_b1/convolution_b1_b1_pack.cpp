#include "kernels/convolution_b1_b1/convolution_b1_b1_pack.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "kernels/convolution_b1_b1/convolution_b1_b1_pairs.h"

namespace bitplace::convolution_b1_b1 {
namespace {

constexpr std::int64_t kMostScratchBytes = std::int64_t{1} << 30;
constexpr std::int64_t kLargestDepth = std::int64_t{1} << 28;  // 2 * depth and sums of two stay in 32 bits
constexpr std::int64_t kPreparedBytesPerTask = 16 * 1024;
constexpr std::int64_t kTasksWanted = 32;
constexpr std::int64_t kPairTasksWanted = 16;
constexpr std::int64_t kLeastGroupOutputs = 8;  // fewer leave too much of a block unused

std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

std::int64_t group_inputs(const ConvolutionProblem& p) {
  return p.input_channels / p.groups;
}

std::int64_t group_outputs(const ConvolutionProblem& p) {
  return p.output_channels / p.groups;
}

std::int64_t words_per_pixel(const ConvolutionProblem& p) {
  return (group_inputs(p) + 31) / 32;
}

std::int64_t nibbles_per_pixel(const ConvolutionProblem& p) {
  return (group_inputs(p) + 3) / 4;
}

// Rows or columns of the padded input that windows touch.
std::int64_t touched(std::int64_t outputs, std::int64_t pool, std::int64_t stride, std::int64_t kernel,
                     std::int64_t dilation) {
  return (outputs * pool - 1) * stride + (kernel - 1) * dilation + 1;
}

std::int64_t bordered_bytes(const ConvolutionProblem& p, std::int64_t pixel_bytes) {
  return pixel_bytes *
         touched(p.output_height, p.pool_height, p.stride_height, p.kernel_height, p.dilation_height) *
         touched(p.output_width, p.pool_width, p.stride_width, p.kernel_width, p.dilation_width);
}

std::int64_t bytes_per_pixel(const ConvolutionProblem& p, Form form) {
  if (form == Form::nibble_pairs) return 2 * nibbles_per_pixel(p);
  // Pairs at even words only, or, where a pair may begin at any word, at every word.
  const std::int64_t words = words_per_pixel(p);
  return words % 2 == 0 ? 4 * words : 8 * words;
}

void set_block_offsets(const ConvolutionProblem& p, Geometry& g) {
  const std::int64_t outputs_bytes = std::int64_t{4} * g.block_outputs;
  g.skipped_offset = g.weight_row_bytes * p.kernel_height;
  g.padded_offset = g.skipped_offset + outputs_bytes * (p.kernel_height + 1);
  g.limit_offset = g.padded_offset;
  if (p.padding == ConvolutionPadding::zero) {
    g.limit_offset += outputs_bytes * (p.kernel_height + 1) * (p.kernel_width + 1);
  }
  g.scale_offset = g.limit_offset;
  g.flip_offset = g.bias_offset = g.limit_offset + outputs_bytes;
  const bool affine = p.epilogue == ConvolutionEpilogue::affine_f32;
  const std::int64_t end = affine ? g.bias_offset + outputs_bytes : g.flip_offset + g.block_outputs / 8;
  g.block_bytes = round_up(end, static_cast<std::int64_t>(kAlignment));
}

void set_tasks(const ConvolutionProblem& p, Form form, Geometry& g) {
  const bool shared_words = p.epilogue == ConvolutionEpilogue::threshold_b1 && group_outputs(p) % 32 != 0;
  g.blocks_per_task = p.groups > 1 && shared_words ? g.blocks : 1;
  const std::int64_t blocks = g.blocks / g.blocks_per_task;
  std::int64_t chunks = (kTasksWanted + blocks - 1) / blocks;
  if (form == Form::word_pairs) {
    chunks = std::max<std::int64_t>(chunks, 4);
    g.chunks = static_cast<std::int32_t>(std::min<std::int64_t>(chunks, p.output_height));
    return;
  }
  // Weights stream through the first cache once for every chunk, so a chunk is a whole batch where enough
  // tasks remain.
  const std::int64_t tiles = items_of(p) * item_tiles(p);
  const std::int64_t batches = (tiles + kTiles - 1) / kTiles;
  chunks = std::max(batches, (kPairTasksWanted + blocks - 1) / blocks);
  g.chunks = static_cast<std::int32_t>(std::min(chunks, items_of(p)));
}

// Reads bits of canonical weight rows.
class WeightBits {
 public:
  WeightBits(const ConvolutionProblem& p, const std::uint8_t* rows)
      : problem_(p), rows_(rows), row_bytes_((convolution_depth(p) + 7) / 8) {}

  // Up to 32 channels of one tap from channel 32 * word on, unused bits 0.
  std::uint32_t word(std::int64_t output, std::int64_t tap, std::int64_t word) const {
    const std::int64_t first = tap * group_inputs(problem_) + 32 * word;
    const std::int64_t count = std::min<std::int64_t>(32, group_inputs(problem_) - 32 * word);
    const std::uint8_t* bytes = rows_ + output * row_bytes_ + first / 8;
    const std::int64_t shift = first % 8;
    std::uint64_t bits = 0;
    for (std::int64_t i = 0; i < (shift + count + 7) / 8; ++i)
      bits |= std::uint64_t{bytes[i]} << (8 * i);
    return static_cast<std::uint32_t>(bits >> shift & ((std::uint64_t{1} << count) - 1));
  }

 private:
  const ConvolutionProblem& problem_;
  const std::uint8_t* rows_;
  std::int64_t row_bytes_;
};

// Words of one segment of one output, in the order of the inner loop.
void gather_segment(const ConvolutionProblem& p, const Geometry& g, const WeightBits& bits,
                    std::int64_t output, std::int64_t row, std::int64_t segment,
                    std::vector<std::uint32_t>& words) {
  const std::int64_t taps = p.kernel_width / g.segments;
  words.clear();
  for (std::int64_t tap = segment * taps; tap < (segment + 1) * taps; ++tap) {
    for (std::int64_t word = 0; word < words_per_pixel(p); ++word)
      words.push_back(bits.word(output, row * p.kernel_width + tap, word));
  }
}

// Output o of a block is 32-bit lane o; a pair is 32 words a, then 32 words a xor b; a last word stands
// alone.
void store_word_pairs(const std::vector<std::uint32_t>& words, std::int64_t lane, std::uint8_t* segment) {
  constexpr std::size_t kVectorBytes = 32 * 4;
  std::uint8_t* out = segment + 4 * lane;
  for (std::size_t i = 0; i < words.size(); ++i, out += kVectorBytes) {
    const std::uint32_t value = i % 2 == 0 ? words[i] : words[i - 1] ^ words[i];
    std::memcpy(out, &value, sizeof value);
  }
}

// One nibble per byte. Within 32 outputs, output o is byte o % 8 * 4 + o / 8: splitting bytes to 32 bits by
// shifts alone then leaves the outputs in order.
void store_nibbles(const ConvolutionProblem& p, const std::vector<std::uint32_t>& words, std::int64_t lane,
                   std::uint8_t* segment) {
  std::uint8_t* out = segment + lane / 32 * 32 + lane % 8 * 4 + lane % 32 / 8;
  const std::int64_t nibbles = nibbles_per_pixel(p);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::int64_t word = static_cast<std::int64_t>(i) % words_per_pixel(p);
    for (std::int64_t nibble = 0; nibble < std::min<std::int64_t>(8, nibbles - 8 * word); ++nibble) {
      *out = static_cast<std::uint8_t>(words[i] >> (4 * nibble) & 15u);
      out += 64;
    }
  }
}

// The outputs of one block; its other lanes are unused.
struct BlockOutputs {
  std::int64_t first, count;
};

BlockOutputs block_outputs(const ConvolutionProblem& p, const Geometry& g, std::int64_t block) {
  const std::int64_t group_blocks = g.blocks / p.groups;
  const std::int64_t first = block % group_blocks * g.block_outputs;
  return {block / group_blocks * group_outputs(p) + first,
          std::min<std::int64_t>(g.block_outputs, group_outputs(p) - first)};
}

void pack_weights(const ConvolutionProblem& p, const Geometry& g, Form form, const WeightBits& bits,
                  BlockOutputs outputs, std::uint8_t* block) {
  std::vector<std::uint32_t> words;
  const std::int64_t segment_bytes = g.weight_row_bytes / g.segments;
  for (std::int64_t lane = 0; lane < outputs.count; ++lane) {
    for (std::int64_t row = 0; row < p.kernel_height; ++row) {
      for (std::int64_t segment = 0; segment < g.segments; ++segment) {
        gather_segment(p, g, bits, outputs.first + lane, row, segment, words);
        std::uint8_t* out = block + row * g.weight_row_bytes + segment * segment_bytes;
        if (form == Form::word_pairs) {
          store_word_pairs(words, lane, out);
        } else {
          store_nibbles(p, words, lane, out);
        }
      }
    }
  }
}

// The tables that correct for taps that are not computed or must not count, for one output.
void pack_corrections(const ConvolutionProblem& p, const Geometry& g, const WeightBits& bits,
                      std::int64_t output, std::int64_t lane, std::uint8_t* block) {
  auto* skipped = reinterpret_cast<std::int32_t*>(block + g.skipped_offset) + lane;
  auto* padded = reinterpret_cast<std::int32_t*>(block + g.padded_offset) + lane;
  const std::int64_t columns = p.kernel_width + 1;
  for (std::int64_t row = 0; row < p.kernel_height; ++row) {
    std::int32_t row_ones = 0;
    for (std::int64_t column = 0; column < p.kernel_width; ++column) {
      std::int32_t ones = 0;
      for (std::int64_t word = 0; word < words_per_pixel(p); ++word)
        ones += std::popcount(bits.word(output, row * p.kernel_width + column, word));
      row_ones += ones;
      if (p.padding == ConvolutionPadding::zero) {
        const std::int32_t row_sum = static_cast<std::int32_t>((column + 1) * group_inputs(p)) - 2 * row_ones;
        padded[((row + 1) * columns + column + 1) * g.block_outputs] =
            padded[(row * columns + column + 1) * g.block_outputs] + row_sum;
      }
    }
    skipped[(row + 1) * g.block_outputs] = skipped[row * g.block_outputs] + 2 * row_ones;
  }
}

void pack_thresholds(const ConvolutionProblem& p, const Geometry& g, const ConvolutionConstants& constants,
                     BlockOutputs outputs, std::uint8_t* block) {
  const std::int64_t depth = convolution_depth(p);
  auto* limits = reinterpret_cast<std::int32_t*>(block + g.limit_offset);
  auto* flips = reinterpret_cast<std::uint32_t*>(block + g.flip_offset);
  for (std::int64_t lane = 0; lane < g.block_outputs; ++lane) {
    limits[lane] = INT32_MAX;  // an unused lane gives bit 0
    if (lane >= outputs.count) continue;
    const std::int64_t output = outputs.first + lane;
    const std::int64_t limit = depth - constants.threshold[output] + 1;
    limits[lane] = static_cast<std::int32_t>(std::clamp<std::int64_t>(limit, 0, 2 * depth + 1));
    flips[lane / 32] |= static_cast<std::uint32_t>(constants.flip[output] != 0) << (lane % 32);
  }
}

void pack_affine(const Geometry& g, const ConvolutionConstants& constants, BlockOutputs outputs,
                 std::uint8_t* block) {
  const auto bytes = sizeof(float) * static_cast<std::size_t>(outputs.count);
  std::memcpy(block + g.scale_offset, constants.scale + outputs.first, bytes);
  std::memcpy(block + g.bias_offset, constants.bias + outputs.first, bytes);
}

bool accepts_form(const ConvolutionProblem& p, Form form) {
  return p.epilogue != ConvolutionEpilogue::requantize_s8 && convolution_depth(p) <= kLargestDepth &&
         p.groups * bordered_bytes(p, bytes_per_pixel(p, form)) <= kMostScratchBytes;
}

std::size_t packed_bytes_of_form(const ConvolutionProblem& p, Form form) {
  const Geometry g = geometry(p, form);
  return kGeometryBytes + static_cast<std::size_t>(g.block_bytes * g.blocks);
}

void pack_form(const ConvolutionProblem& p, const ConvolutionConstants& constants, Form form, void* packed) {
  const Geometry g = geometry(p, form);
  const WeightBits bits(p, constants.weight_rows);
  auto* bytes = static_cast<std::uint8_t*>(packed);
  std::memcpy(bytes, &g, sizeof g);
  for (std::int64_t index = 0; index < g.blocks; ++index) {
    std::uint8_t* block = bytes + kGeometryBytes + index * g.block_bytes;
    const BlockOutputs outputs = block_outputs(p, g, index);
    pack_weights(p, g, form, bits, outputs, block);
    for (std::int64_t lane = 0; lane < outputs.count; ++lane)
      pack_corrections(p, g, bits, outputs.first + lane, lane, block);
    if (p.epilogue == ConvolutionEpilogue::threshold_b1) pack_thresholds(p, g, constants, outputs, block);
    if (p.epilogue == ConvolutionEpilogue::affine_f32) pack_affine(g, constants, outputs, block);
  }
}

std::size_t scratch_bytes_of_form(const ConvolutionProblem& p, Form form) {
  return static_cast<std::size_t>(p.groups * bordered_bytes(p, bytes_per_pixel(p, form)));
}

std::int64_t prepare_tasks_of_form(const ConvolutionProblem& p, Form form) {
  const Geometry g = geometry(p, form);
  const std::int64_t bytes = p.groups * g.bordered_row_bytes * g.bordered_height;
  return std::clamp<std::int64_t>(bytes / kPreparedBytesPerTask, 1, g.bordered_height);
}

std::int64_t run_tasks_of_form(const ConvolutionProblem& p, Form form) {
  const Geometry g = geometry(p, form);
  return std::int64_t{g.blocks} / g.blocks_per_task * g.chunks;
}

}  // namespace

Geometry geometry(const ConvolutionProblem& p, Form form) {
  Geometry g{};
  g.block_outputs = form == Form::word_pairs ? 32 : 64;
  g.blocks =
      static_cast<std::int32_t>(p.groups * ((group_outputs(p) + g.block_outputs - 1) / g.block_outputs));
  set_tasks(p, form, g);
  g.bordered_height = static_cast<std::int32_t>(
      touched(p.output_height, p.pool_height, p.stride_height, p.kernel_height, p.dilation_height));
  g.bordered_width = static_cast<std::int32_t>(
      touched(p.output_width, p.pool_width, p.stride_width, p.kernel_width, p.dilation_width));
  g.pixel_bytes = bytes_per_pixel(p, form);
  g.bordered_row_bytes = g.pixel_bytes * g.bordered_width;
  g.segments = p.dilation_width == 1 ? 1 : p.kernel_width;
  const std::int64_t steps_per_tap = form == Form::word_pairs ? words_per_pixel(p) : nibbles_per_pixel(p);
  g.segment_steps = static_cast<std::int32_t>(steps_per_tap * (p.kernel_width / g.segments));
  g.segment_distance = g.pixel_bytes * p.dilation_width;
  const std::int64_t step_bytes = form == Form::word_pairs ? 4 * g.block_outputs : g.block_outputs;
  g.weight_row_bytes = step_bytes * g.segment_steps * g.segments;
  set_block_offsets(p, g);
  return g;
}

namespace word_pairs {
bool accepts(const ConvolutionProblem& p) {
  return p.groups == 1 && accepts_form(p, Form::word_pairs);
}
std::size_t packed_bytes(const ConvolutionProblem& p) {
  return packed_bytes_of_form(p, Form::word_pairs);
}
void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_form(p, constants, Form::word_pairs, packed);
}
std::size_t scratch_bytes(const ConvolutionProblem& p) {
  return scratch_bytes_of_form(p, Form::word_pairs);
}
std::int64_t prepare_tasks(const ConvolutionProblem& p) {
  return prepare_tasks_of_form(p, Form::word_pairs);
}
std::int64_t run_tasks(const ConvolutionProblem& p) {
  return run_tasks_of_form(p, Form::word_pairs);
}
}  // namespace word_pairs

namespace nibble_pairs {
bool accepts(const ConvolutionProblem& p) {
  const bool whole = p.groups == 1 || group_outputs(p) >= kLeastGroupOutputs;
  return whole && accepts_form(p, Form::nibble_pairs);
}
std::size_t packed_bytes(const ConvolutionProblem& p) {
  return packed_bytes_of_form(p, Form::nibble_pairs);
}
void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_form(p, constants, Form::nibble_pairs, packed);
}
std::size_t scratch_bytes(const ConvolutionProblem& p) {
  return scratch_bytes_of_form(p, Form::nibble_pairs);
}
std::int64_t prepare_tasks(const ConvolutionProblem& p) {
  return prepare_tasks_of_form(p, Form::nibble_pairs);
}
std::int64_t run_tasks(const ConvolutionProblem& p) {
  return run_tasks_of_form(p, Form::nibble_pairs);
}
}  // namespace nibble_pairs

}  // namespace bitplace::convolution_b1_b1
