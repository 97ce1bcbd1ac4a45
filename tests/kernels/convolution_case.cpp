#include "kernels/convolution_case.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace bitplace::test {
namespace {

std::size_t size(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

void fill(std::vector<std::uint8_t>& bytes, Fill how, Random& random) {
  for (std::uint8_t& byte : bytes) {
    const std::uint32_t all = how == Fill::all_ones ? 255u : 0u;
    byte = static_cast<std::uint8_t>(how == Fill::random ? random.bits() & 255u : all);
  }
}

// Clears the unused bits at the end of every row of `row_bytes` bytes.
void clear_unused_bits(std::vector<std::uint8_t>& rows, std::size_t row_bytes, std::size_t row_bits) {
  for (std::size_t first = 0; first < rows.size(); first += row_bytes) {
    for (std::size_t bit = row_bits; bit < 8 * row_bytes; ++bit) {
      rows[first + bit / 8] &= static_cast<std::uint8_t>(~(1u << (bit % 8)));
    }
  }
}

std::vector<std::int64_t> shuffled_tasks(std::int64_t count, Random& random) {
  std::vector<std::int64_t> tasks(size(count));
  std::iota(tasks.begin(), tasks.end(), 0);
  for (std::int64_t i = count - 1; i > 0; --i) {
    std::swap(tasks[size(i)], tasks[size(random.integer(0, i))]);
  }
  return tasks;
}

}  // namespace

std::string describe(const ConvolutionProblem& p) {
  const auto pair = [](std::int32_t a, std::int32_t b) {
    return std::to_string(a) + (a == b ? "" : "x" + std::to_string(b));
  };
  const char* paddings[] = {"valid", "zero", "one"};
  std::string text = std::to_string(p.input_height) + "x" + std::to_string(p.input_width) + "x" +
                     std::to_string(p.input_channels) + " -> " + std::to_string(p.output_height) + "x" +
                     std::to_string(p.output_width) + "x" + std::to_string(p.output_channels);
  text += ", kernel " + pair(p.kernel_height, p.kernel_width) + " stride " +
          pair(p.stride_height, p.stride_width) + " dilation " + pair(p.dilation_height, p.dilation_width) +
          " groups " + std::to_string(p.groups);
  text += ", pad " + std::string(paddings[static_cast<int>(p.padding)]) + " " + std::to_string(p.pad_top) +
          "," + std::to_string(p.pad_left) + "," + std::to_string(p.pad_bottom) + "," +
          std::to_string(p.pad_right);
  return text + ", pool " + std::to_string(p.pool_height) + "x" + std::to_string(p.pool_width) +
         (p.epilogue == ConvolutionEpilogue::raw_s32      ? ", raw"
          : p.epilogue == ConvolutionEpilogue::affine_f32 ? ", affine"
                                                          : ", threshold");
}

std::size_t input_bytes(const ConvolutionProblem& p, ConvolutionInput type) {
  const std::int64_t pixel =
      type == ConvolutionInput::u8 ? p.input_channels : std::int64_t{4} * ((p.input_channels + 31) / 32);
  return size(pixel * p.input_height * p.input_width);
}

std::size_t output_bytes(const ConvolutionProblem& p) {
  const std::int64_t pixel = p.epilogue == ConvolutionEpilogue::threshold_b1
                                 ? std::int64_t{4} * ((p.output_channels + 31) / 32)
                                 : std::int64_t{4} * p.output_channels;
  return size(pixel * p.output_height * p.output_width);
}

std::int64_t multiply_accumulates(const ConvolutionProblem& p) {
  return convolution_depth(p) * p.output_channels * p.output_height * p.output_width * p.pool_height *
         p.pool_width;
}

ConvolutionCase make_case(const ConvolutionProblem& p, ConvolutionInput type, Fill input, Fill weights,
                          Random& random) {
  ConvolutionCase c{p, type, {}, {}, {}, {}, {}, {}};
  c.input.resize(input_bytes(p, type));
  fill(c.input, input, random);
  if (type == ConvolutionInput::b1) {
    clear_unused_bits(c.input, size((p.input_channels + 31) / 32 * 4), size(p.input_channels));
  }
  const std::size_t row_bits = size(convolution_depth(p));
  const std::size_t row_bytes = (row_bits + 7) / 8;
  c.weight_rows.resize(row_bytes * size(p.output_channels));
  fill(c.weight_rows, weights, random);
  clear_unused_bits(c.weight_rows, row_bytes, row_bits);
  return c;
}

void choose_thresholds(ConvolutionCase& c, const std::vector<std::int32_t>& raw, Random& random) {
  const ConvolutionProblem& p = c.problem;
  const auto largest =
      static_cast<std::int32_t>(convolution_depth(p) * (c.input_type == ConvolutionInput::u8 ? 255 : 1));
  const std::int64_t pixels = std::int64_t{p.output_height} * p.output_width;
  c.threshold.resize(size(p.output_channels));
  c.flip.resize(size(p.output_channels));
  for (std::int64_t channel = 0; channel < p.output_channels; ++channel) {
    const std::int32_t tie = raw[size(random.integer(0, pixels - 1) * p.output_channels + channel)];
    const std::int32_t choices[] = {tie,
                                    tie + 1,
                                    tie - 1,
                                    tie,
                                    tie + 1,
                                    largest,
                                    -largest,
                                    largest + 1,
                                    -largest - 1,
                                    largest - 1,
                                    INT32_MIN,
                                    INT32_MAX,
                                    INT32_MIN + 1,
                                    INT32_MAX - 1,
                                    0,
                                    static_cast<std::int32_t>(random.integer(-largest, largest))};
    c.threshold[size(channel)] = choices[random.integer(0, std::size(choices) - 1)];
    c.flip[size(channel)] = static_cast<std::uint8_t>(random.bits() & 1u);
  }
}

void choose_scales(ConvolutionCase& c, Random& random) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::int64_t clamps = random.integer(0, 2);
  c.problem.output_low = clamps == 0 ? -kInfinity : 0.0f;
  c.problem.output_high = clamps == 2 ? 6.0f : kInfinity;
  for (std::int32_t channel = 0; channel < c.problem.output_channels; ++channel) {
    const std::int64_t kind = random.integer(0, 3);
    c.scale.push_back(kind == 0 ? random.real(1e30f, 3e38f) : random.real(1e-3f, 2.0f));
    // Whole multiples of the scale cancel to 0.
    c.bias.push_back(kind == 1 ? c.scale.back() * static_cast<float>(random.integer(-9, 9))
                               : random.real(-60.0f, 60.0f));
  }
}

std::vector<std::uint8_t> run_kernel(const ConvolutionKernel& kernel, const ConvolutionCase& c,
                                     Placement placement, Random& random, std::string* damage) {
  const bool threshold = c.problem.epilogue == ConvolutionEpilogue::threshold_b1;
  GuardedMemory weights(c.weight_rows.size(), 0, 1, placement);
  GuardedMemory thresholds(4 * c.threshold.size(), 0, 4, placement);
  GuardedMemory flips(c.flip.size(), 0, 1, placement);
  weights.copy_from(c.weight_rows.data());
  thresholds.copy_from(c.threshold.data());
  flips.copy_from(c.flip.data());
  const bool affine = c.problem.epilogue == ConvolutionEpilogue::affine_f32;
  const ConvolutionConstants constants = {
      reinterpret_cast<const std::uint8_t*>(weights.data()),
      threshold ? reinterpret_cast<const std::int32_t*>(thresholds.data()) : nullptr,
      threshold ? reinterpret_cast<const std::uint8_t*>(flips.data()) : nullptr,
      affine ? c.scale.data() : nullptr, affine ? c.bias.data() : nullptr};
  const std::size_t alignment = c.input_type == ConvolutionInput::u8 ? 1 : 4;
  return run_packed(kernel, c.problem, constants, {&c.input, alignment}, output_bytes(c.problem), placement,
                    random, damage);
}

std::vector<std::uint8_t> run_packed(const ConvolutionKernel& kernel, const ConvolutionProblem& p,
                                     const ConvolutionConstants& constants, InputBytes source,
                                     std::size_t output_size, Placement placement, Random& random,
                                     std::string* damage) {
  GuardedMemory packed(kernel.packed_bytes(p), 0, kAlignment, placement);
  std::fill_n(packed.data(), packed.size(), std::byte{0});
  kernel.pack(p, constants, packed.data());
  if (!packed.intact()) *damage += "pack wrote outside packed_bytes; ";
  packed.make_read_only();

  GuardedMemory input(source.bytes->size(), kTailPad, source.alignment, placement);
  input.copy_from(source.bytes->data());
  input.make_read_only();
  GuardedMemory output(output_size, kTailPad, 4, placement);
  GuardedMemory scratch(kernel.scratch_bytes(p), 0, kAlignment, placement);

  const ConvolutionCall call = {&p, packed.data(), input.data(), output.data(), scratch.data()};
  for (const std::int64_t task : shuffled_tasks(kernel.prepare_tasks(p), random))
    kernel.prepare(call, task);
  for (const std::int64_t task : shuffled_tasks(kernel.run_tasks(p), random))
    kernel.run(call, task);

  if (!output.intact()) *damage += "run wrote outside the output; ";
  if (!scratch.intact()) *damage += "wrote outside scratch_bytes; ";
  std::vector<std::uint8_t> bytes(output.size());
  std::memcpy(bytes.data(), output.data(), bytes.size());
  return bytes;
}

std::vector<std::int32_t> as_s32(const std::vector<std::uint8_t>& bytes) {
  std::vector<std::int32_t> values(bytes.size() / 4);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace bitplace::test
