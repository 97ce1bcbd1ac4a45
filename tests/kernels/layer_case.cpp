#include "kernels/layer_case.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/common/half.h"

namespace bitplace::test {
namespace {

std::size_t size(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

std::size_t element_bytes(DataType type) {
  return size(bits_per_element(type) / 8);
}

std::size_t input_elements(const ConvolutionProblem& p) {
  return size(std::int64_t{p.input_height} * p.input_width * p.input_channels);
}

struct Range {
  std::int32_t low, high;
};

std::int32_t draw_code(Range range, Fill fill, Random& random) {
  if (fill == Fill::all_zeros) return range.low;
  if (fill == Fill::all_ones) return range.high;
  return static_cast<std::int32_t>(random.integer(range.low, range.high));
}

float draw_real(Fill fill, Random& random) {
  if (fill == Fill::all_zeros) return -1.0f;
  if (fill == Fill::all_ones) return 1.0f;
  return random.real(-1.0f, 1.0f);
}

// `count` elements of a float type.
std::vector<std::uint8_t> draw_floats(DataType type, std::size_t count, Fill fill, Random& random) {
  const std::size_t bytes = element_bytes(type);
  std::vector<std::uint8_t> data(count * bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = draw_real(fill, random);
    const std::uint16_t half = float_to_half(value);
    std::memcpy(&data[i * bytes], type == DataType::f16 ? static_cast<const void*>(&half) : &value, bytes);
  }
  return data;
}

std::vector<std::uint8_t> draw_codes(Range range, std::size_t count, Fill fill, Random& random) {
  std::vector<std::uint8_t> data(count);
  for (std::uint8_t& byte : data)
    byte = static_cast<std::uint8_t>(draw_code(range, fill, random));
  return data;
}

// Rows of nibbles; the half byte that a row leaves over is 0.
std::vector<std::uint8_t> draw_nibbles(Range range, std::size_t rows, std::size_t columns, Fill fill,
                                       Random& random) {
  const std::size_t row_bytes = (columns + 1) / 2;
  std::vector<std::uint8_t> data(rows * row_bytes);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < columns; ++i) {
      const auto nibble = static_cast<std::uint32_t>(draw_code(range, fill, random)) & 0xfu;
      data[row * row_bytes + i / 2] |= static_cast<std::uint8_t>(nibble << (i % 2 * 4));
    }
  }
  return data;
}

// Makes p.largest_pair true.
void limit_pairs(const ConvolutionProblem& p, std::vector<std::uint8_t>& weights) {
  const bool whole_rows = p.dilation_width == 1 && p.groups == 1;
  const std::size_t segment =
      size(std::int64_t{p.input_channels / p.groups} * (whole_rows ? p.kernel_width : 1));
  for (std::size_t first = 0; first < weights.size(); first += segment) {
    for (std::size_t i = first; i + 1 < first + segment; i += 2) {
      const int one = static_cast<std::int8_t>(weights[i]), other = static_cast<std::int8_t>(weights[i + 1]);
      const int room = p.largest_pair - std::abs(one);
      weights[i] = static_cast<std::uint8_t>(std::clamp(one, -p.largest_pair, p.largest_pair));
      if ((one < 0) == (other < 0))
        weights[i + 1] = static_cast<std::uint8_t>(std::clamp(other, std::min(-room, 0), std::max(room, 0)));
      else
        weights[i + 1] = static_cast<std::uint8_t>(std::clamp(other, -p.largest_pair, p.largest_pair));
    }
  }
}

// Accumulators of random data are about this large.
float typical_accumulator(const ConvolutionProblem& p) {
  const auto largest =
      static_cast<float>(std::max(-p.input_low, p.input_high)) * static_cast<float>(p.largest_weight);
  return std::max(1.0f, 0.3f * largest * std::sqrt(static_cast<float>(convolution_depth(p))));
}

void choose_constants(LayerCase& c, Random& random) {
  const ConvolutionProblem& p = c.problem;
  const bool floats = is_float_table(*c.table);
  // One channel beyond the integers sends a whole layer down the kernels' careful way.
  const bool all_inside = random.integer(0, 1) == 0;
  for (std::int32_t channel = 0; channel < p.output_channels; ++channel) {
    float scale = random.real(0.2f, 2.0f) * 127.0f / typical_accumulator(p);
    float bias = floats ? random.real(-2.0f, 2.0f) : random.real(-60.0f, 60.0f);
    switch (random.integer(all_inside ? 2 : 0, 7)) {
      case 0:  // beyond the integers
        scale = random.real(1e29f, 3e38f);
        break;
      case 1:  // everything at a bias beyond the integers
        bias = random.real(-1e20f, 1e20f);
        break;
      case 2:
      case 3:
      case 4:  // ties: halves and whole numbers
        scale = std::exp2(std::floor(std::log2(scale)));
        bias = static_cast<float>(random.integer(-8, 8)) * 0.5f;
        break;
      default:
        break;
    }
    if (!floats) c.scale.push_back(scale);
    c.bias.push_back(floats ? random.real(-2.0f, 2.0f) : bias);
  }
}

}  // namespace

bool is_float_table(const ConvolutionTable& table) {
  return table.activation == DataType::f32 || table.activation == DataType::f16;
}

std::vector<ConvolutionEpilogue> epilogues_of(const ConvolutionTable& table) {
  using enum ConvolutionEpilogue;
  if (table.activation == DataType::f32) return {affine_f32};
  if (table.activation == DataType::f16) return {affine_f32, affine_f16};
  return {raw_s32, requantize_s8, affine_f32};
}

ConvolutionProblem with_ranges(ConvolutionProblem p, const ConvolutionTable& table,
                               ConvolutionEpilogue epilogue, Random& random) {
  constexpr Range kInputs[] = {{-127, 127}, {-127, 127}, {0, 127},   {0, 255},
                               {-7, 7},     {0, 7},      {-100, 90}, {0, 255}};
  constexpr Range kOutputs[] = {{-127, 127}, {-127, 127}, {0, 127}, {-7, 7},   {0, 93},
                                {0, 255},    {0, 255},    {0, 200}, {129, 254}};
  constexpr std::int32_t kNibbles[] = {7, 7, 3, 1};
  constexpr std::int32_t kPairs[] = {0, 254, 129, 100};  // 0: not known
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  p.epilogue = epilogue;
  if (!is_float_table(table)) {
    const Range input = kInputs[random.integer(0, 7)];
    p.input_low = input.low;
    p.input_high = input.high;
    p.largest_weight = table.weight == DataType::s4 ? kNibbles[random.integer(0, 3)] : 127;
    if (table.weight == DataType::s8) p.largest_pair = kPairs[random.integer(0, 3)];
  }
  if (epilogue == ConvolutionEpilogue::requantize_s8) {
    const Range output = kOutputs[random.integer(0, 8)];
    p.output_low = static_cast<float>(output.low);
    p.output_high = static_cast<float>(output.high);
  } else {
    const std::int64_t choice = random.integer(0, 2);
    p.output_low = choice == 0 ? -kInfinity : 0.0f;
    p.output_high = choice == 2 ? 6.0f : kInfinity;
  }
  return p;
}

LayerCase make_layer_case(const ConvolutionTable& table, const ConvolutionProblem& p, Fill input,
                          Fill weights, Random& random) {
  LayerCase c{&table, p, {}, {}, {}, {}};
  const auto filters = size(p.output_channels);
  const std::size_t depth = size(convolution_depth(p));
  const Range input_range = {p.input_low, p.input_high};
  const Range weight_range = {-p.largest_weight, p.largest_weight};
  if (is_float_table(table)) {
    c.input = draw_floats(table.activation, input_elements(p), input, random);
    c.weight_rows = draw_floats(table.weight, filters * depth, weights, random);
  } else {
    c.input = draw_codes(input_range, input_elements(p), input, random);
    c.weight_rows = table.weight == DataType::s4 ? draw_nibbles(weight_range, filters, depth, weights, random)
                                                 : draw_codes(weight_range, filters * depth, weights, random);
  }
  if (p.largest_pair > 0) limit_pairs(p, c.weight_rows);
  choose_constants(c, random);
  return c;
}

std::string describe(const LayerCase& c) {
  const ConvolutionProblem& p = c.problem;
  const char* epilogues[] = {"raw_s32", "threshold_b1", "requantize_s8", "affine_f32", "affine_f16"};
  return describe(p) + " (" + epilogues[static_cast<int>(p.epilogue)] + "), codes " +
         std::to_string(p.input_low) + ".." + std::to_string(p.input_high) + ", weights up to " +
         std::to_string(p.largest_weight) + ", pairs up to " + std::to_string(p.largest_pair) + ", output " +
         std::to_string(p.output_low) + ".." + std::to_string(p.output_high);
}

std::size_t layer_output_bytes(const ConvolutionProblem& p) {
  const std::size_t elements = size(std::int64_t{p.output_height} * p.output_width * p.output_channels);
  switch (p.epilogue) {
    case ConvolutionEpilogue::requantize_s8:
      return elements;
    case ConvolutionEpilogue::affine_f16:
      return 2 * elements;
    default:
      return 4 * elements;
  }
}

std::vector<double> input_values(const LayerCase& c) {
  std::vector<double> values(input_elements(c.problem));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (c.table->activation == DataType::f32) {
      float value = 0;
      std::memcpy(&value, &c.input[4 * i], 4);
      values[i] = value;
    } else if (c.table->activation == DataType::f16) {
      std::uint16_t half = 0;
      std::memcpy(&half, &c.input[2 * i], 2);
      values[i] = half_to_float(half);
    } else {
      values[i] = c.problem.input_low >= 0 ? c.input[i] : static_cast<std::int8_t>(c.input[i]);
    }
  }
  return values;
}

std::vector<double> weight_values(const LayerCase& c) {
  const std::size_t depth = size(convolution_depth(c.problem));
  std::vector<double> values(depth * size(c.problem.output_channels));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (c.table->weight == DataType::f32) {
      float value = 0;
      std::memcpy(&value, &c.weight_rows[4 * i], 4);
      values[i] = value;
    } else if (c.table->weight == DataType::f16) {
      std::uint16_t half = 0;
      std::memcpy(&half, &c.weight_rows[2 * i], 2);
      values[i] = half_to_float(half);
    } else if (c.table->weight == DataType::s4) {
      const std::size_t column = i % depth;
      const int nibble = c.weight_rows[i / depth * ((depth + 1) / 2) + column / 2] >> (column % 2 * 4) & 0xf;
      values[i] = nibble > 7 ? nibble - 16 : nibble;
    } else {
      values[i] = static_cast<std::int8_t>(c.weight_rows[i]);
    }
  }
  return values;
}

std::vector<std::uint8_t> run_layer(const ConvolutionKernel& kernel, const LayerCase& c, Placement placement,
                                    Random& random, std::string* damage) {
  const ConvolutionProblem& p = c.problem;
  const bool raw = p.epilogue == ConvolutionEpilogue::raw_s32;
  GuardedMemory weights(c.weight_rows.size(), 0, element_bytes(c.table->weight) > 1 ? 4 : 1, placement);
  GuardedMemory scales(4 * c.scale.size(), 0, 4, placement);
  GuardedMemory biases(4 * c.bias.size(), 0, 4, placement);
  weights.copy_from(c.weight_rows.data());
  scales.copy_from(c.scale.data());
  biases.copy_from(c.bias.data());
  const auto floats = [&](const GuardedMemory& memory) {
    return raw || memory.size() == 0 ? nullptr : reinterpret_cast<const float*>(memory.data());
  };
  const ConvolutionConstants constants = {reinterpret_cast<const std::uint8_t*>(weights.data()), nullptr,
                                          nullptr, floats(scales), floats(biases)};
  return run_packed(
      kernel, p, constants,
      {&c.input, c.table->activation == DataType::f32 ? std::size_t{4} : element_bytes(c.table->activation)},
      layer_output_bytes(p), placement, random, damage);
}

}  // namespace bitplace::test
