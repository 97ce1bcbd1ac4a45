#include "bench/shapes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

namespace bitplace::bench {
namespace {

// "27x27x96" into as many numbers as are asked for.
bool parse_extents(const std::string& text, std::initializer_list<std::int32_t*> extents) {
  std::istringstream stream(text);
  bool first = true;
  for (std::int32_t* extent : extents) {
    if (!first && stream.get() != 'x') return false;
    if (!(stream >> *extent) || *extent < 0) return false;
    first = false;
  }
  return stream.peek() == std::char_traits<char>::eof();
}

// "convolution:s8_s8,f32_f32" into the tables of these names.
bool parse_tables(const std::string& text, std::vector<const ConvolutionTable*>* tables) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return false;
  std::istringstream types(text.substr(colon + 1));
  for (std::string type; std::getline(types, type, ',');) {
    tables->push_back(find_convolution_table(text.substr(0, colon) + "_" + type));
    if (tables->back() == nullptr) return false;
  }
  return !tables->empty();
}

bool parse_padding(const std::string& text, ConvolutionPadding* padding) {
  constexpr std::pair<const char*, ConvolutionPadding> kPaddings[] = {{"valid", ConvolutionPadding::valid},
                                                                      {"zero", ConvolutionPadding::zero},
                                                                      {"one", ConvolutionPadding::one}};
  for (const auto& [name, value] : kPaddings) {
    if (text != name) continue;
    *padding = value;
    return true;
  }
  return false;
}

bool parse_codes(const std::string& text, ConvolutionProblem* p) {
  constexpr std::tuple<const char*, std::int32_t, std::int32_t> kCodes[] = {
      {"-", 0, 0}, {"u8", 0, 255}, {"u7", 0, 127}, {"s8", -127, 127}, {"s4", -7, 7}};
  for (const auto& [name, low, high] : kCodes) {
    if (text != name) continue;
    p->input_low = low;
    p->input_high = high;
    return true;
  }
  return false;
}

// What a network of these types has behind the layer; the text tells thresholds from raw accumulators.
bool choose_epilogue(const std::string& text, ConvolutionShape* shape) {
  ConvolutionProblem& p = shape->problem;
  const DataType activation = shape->table->activation;
  p.output_low = -std::numeric_limits<float>::infinity();
  p.output_high = std::numeric_limits<float>::infinity();
  p.largest_weight = shape->table->weight == DataType::s4 ? 7 : 127;
  // Converted networks limit pairs of weights beside codes with a sign (src/lowering/quantize_weights.h).
  const bool limited = shape->table->weight == DataType::s8 && !shape->table->depthwise && p.input_low < 0;
  p.largest_pair = limited ? 129 : 0;
  if (text == "raw") {
    p.epilogue = ConvolutionEpilogue::raw_s32;
  } else if (text == "threshold") {
    p.epilogue = ConvolutionEpilogue::threshold_b1;
  } else if (text == "scale" && activation == DataType::s8) {
    p.epilogue = ConvolutionEpilogue::requantize_s8;
    p.output_low = -127;
    p.output_high = 127;
  } else if (text == "scale") {
    p.epilogue =
        activation == DataType::f16 ? ConvolutionEpilogue::affine_f16 : ConvolutionEpilogue::affine_f32;
  } else {
    return false;
  }
  return true;
}

bool parse_line(const std::string& line, std::vector<ConvolutionShape>* shapes, const std::string& network) {
  std::istringstream fields(line);
  ConvolutionShape shape;
  shape.network = network;
  std::string tables_text, input, kernel, padding, pool, epilogue, codes;
  std::int32_t stride = 1;
  std::int32_t pad = 0;
  ConvolutionProblem& p = shape.problem;
  if (!(fields >> shape.layer >> tables_text >> input >> p.output_channels >> kernel >> stride >> pad >>
        padding >> pool >> epilogue >> codes)) {
    return false;
  }
  std::vector<const ConvolutionTable*> tables;
  if (!parse_tables(tables_text, &tables) || !parse_padding(padding, &p.padding) || !parse_codes(codes, &p) ||
      !parse_extents(input, {&p.input_height, &p.input_width, &p.input_channels}) ||
      !parse_extents(kernel, {&p.kernel_height, &p.kernel_width}) ||
      !parse_extents(pool, {&p.pool_height, &p.pool_width})) {
    return false;
  }
  p.stride_height = p.stride_width = stride;
  p.dilation_height = p.dilation_width = 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = pad;
  p.output_height = ((p.input_height + 2 * pad - p.kernel_height) / stride + 1) / p.pool_height;
  p.output_width = ((p.input_width + 2 * pad - p.kernel_width) / stride + 1) / p.pool_width;
  for (const ConvolutionTable* table : tables) {
    shape.table = table;
    p.groups = table->depthwise ? p.input_channels : 1;
    if (!choose_epilogue(epilogue, &shape)) return false;
    shapes->push_back(shape);
  }
  return p.output_height >= 1 && p.output_width >= 1;
}

}  // namespace

std::int64_t ConvolutionShape::multiply_accumulates() const {
  return std::int64_t{problem.output_height} * problem.pool_height * problem.output_width *
         problem.pool_width * problem.output_channels * convolution_depth(problem);
}

std::string layer_name(const ConvolutionShape& shape, int batch) {
  return shape.network + "/" + shape.layer + "@" + std::to_string(batch);
}

bool same_layer(const ConvolutionShape& a, const ConvolutionShape& b) {
  return a.network == b.network && a.layer == b.layer;
}

std::vector<ConvolutionShape> read_shapes(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<ConvolutionShape> shapes;
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file);
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
      if (line.empty() || line[0] == '#') continue;
      if (!parse_line(line, &shapes, file.stem().string())) {
        std::fprintf(stderr, "error: %s: line %d: not a layer\n", file.c_str(), number);
        std::exit(1);
      }
    }
  }
  return shapes;
}

}  // namespace bitplace::bench
