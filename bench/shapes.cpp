#include "bench/shapes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

bool parse_line(const std::string& line, ConvolutionShape* shape) {
  std::istringstream fields(line);
  std::string input;
  std::string kernel;
  std::string padding;
  std::string pool;
  std::string epilogue;
  std::int32_t stride = 1;
  std::int32_t pad = 0;
  ConvolutionProblem& p = shape->problem;
  if (!(fields >> shape->layer >> shape->table >> input >> p.output_channels >> kernel >> stride >> pad >>
        padding >> pool >> epilogue)) {
    return false;
  }
  if (!parse_extents(input, {&p.input_height, &p.input_width, &p.input_channels}) ||
      !parse_extents(kernel, {&p.kernel_height, &p.kernel_width}) ||
      !parse_extents(pool, {&p.pool_height, &p.pool_width})) {
    return false;
  }
  p.stride_height = p.stride_width = stride;
  p.dilation_height = p.dilation_width = p.groups = 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = pad;
  p.padding = padding == "one"    ? ConvolutionPadding::one
              : padding == "zero" ? ConvolutionPadding::zero
                                  : ConvolutionPadding::valid;
  p.epilogue = epilogue == "raw" ? ConvolutionEpilogue::raw_s32 : ConvolutionEpilogue::threshold_b1;
  p.output_height = ((p.input_height + 2 * pad - p.kernel_height) / stride + 1) / p.pool_height;
  p.output_width = ((p.input_width + 2 * pad - p.kernel_width) / stride + 1) / p.pool_width;
  return p.output_height >= 1 && p.output_width >= 1;
}

}  // namespace

std::int64_t ConvolutionShape::multiply_accumulates() const {
  return std::int64_t{problem.output_height} * problem.pool_height * problem.output_width *
         problem.pool_width * problem.output_channels * convolution_depth(problem);
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
      ConvolutionShape shape;
      shape.network = file.stem().string();
      if (!parse_line(line, &shape)) {
        std::fprintf(stderr, "error: %s: line %d: not a layer\n", file.c_str(), number);
        std::exit(1);
      }
      shapes.push_back(shape);
    }
  }
  return shapes;
}

}  // namespace bitplace::bench
