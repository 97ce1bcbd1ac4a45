#include "bench/kernels/convolution_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <random>

#include "kernels/common/half.h"

namespace bitplace::bench {
namespace {

AlignedBuffer buffer(std::size_t bytes) {
  Result<AlignedBuffer> result = AlignedBuffer::allocate(bytes + kTailPad);
  if (!result.ok()) throw std::bad_alloc();
  return *std::move(result);
}

std::size_t size(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

// Bytes of rows of `elements` elements, each row rounded up to `granule` bytes.
std::size_t rows_bytes(std::int64_t rows, std::int64_t elements, DataType type, std::size_t granule) {
  const std::size_t bits = size(elements * bits_per_element(type));
  return size(rows) * ((bits + 8 * granule - 1) / (8 * granule) * granule);
}

void fill_bytes(std::byte* bytes, std::size_t count, std::uint32_t seed) {
  std::mt19937 generator(seed);
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<std::byte>(generator());
}

// Clears the bits above `bits` of every row.
void clear_unused_bits(std::byte* rows, std::size_t bytes, std::size_t row_bytes, std::size_t bits) {
  for (std::size_t row = 0; row < bytes; row += row_bytes) {
    for (std::size_t bit = bits; bit < 8 * row_bytes; ++bit)
      rows[row + bit / 8] &= static_cast<std::byte>(~(1u << bit % 8));
  }
}

void fill_range(std::byte* codes, std::size_t count, int low, int high, std::uint32_t seed) {
  std::mt19937 generator(seed);
  for (std::size_t i = 0; i < count; ++i)
    codes[i] =
        static_cast<std::byte>(low + static_cast<int>(generator() % static_cast<unsigned>(high - low + 1)));
}

void fill_nibbles(std::byte* bytes, std::size_t count, int largest, std::uint32_t seed) {
  std::mt19937 generator(seed);
  const auto nibble = [&] {
    return static_cast<unsigned>(static_cast<int>(generator() % static_cast<unsigned>(2 * largest + 1)) -
                                 largest) &
           15u;
  };
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<std::byte>(nibble() | nibble() << 4);
}

void fill_reals(std::byte* bytes, std::size_t count, DataType type, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1.0f, 1.0f);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = distribution(generator);
    const std::uint16_t half = float_to_half(value);
    if (type == DataType::f16) std::memcpy(bytes + 2 * i, &half, 2);
    if (type == DataType::f32) std::memcpy(bytes + 4 * i, &value, 4);
  }
}

}  // namespace

ConvolutionData::ConvolutionData(const ConvolutionShape& shape) : shape_(shape) {
  const ConvolutionProblem& p = shape.problem;
  const DataType activation = shape.table->activation;
  const std::int64_t pixels = std::int64_t{p.input_height} * p.input_width;
  weight_bytes_ = rows_bytes(p.output_channels, convolution_depth(p), shape.table->weight, 1);
  input_bytes_ = rows_bytes(pixels, p.input_channels, activation,
                            activation == DataType::b1 ? 4 : size(bits_per_element(activation) / 8));
  weights_ = buffer(weight_bytes_);
  input_ = buffer(input_bytes_);
  if (shape.table->weight == DataType::b1) {
    fill_signs();
  } else if (activation == DataType::s8) {
    fill_codes();
  } else {
    fill_floats();
  }
}

void ConvolutionData::fill_signs() {
  const ConvolutionProblem& p = shape_.problem;
  const auto depth = size(convolution_depth(p));
  fill_bytes(weights_.data(), weight_bytes_, 1);
  clear_unused_bits(weights_.data(), weight_bytes_, (depth + 7) / 8, depth);
  fill_bytes(input_.data(), input_bytes_, 2);
  if (shape_.table->activation == DataType::b1) {
    const auto channels = size(p.input_channels);
    clear_unused_bits(input_.data(), input_bytes_, (channels + 31) / 32 * 4, channels);
  }
  threshold_.assign(size(p.output_channels), 0);
  flip_.assign(size(p.output_channels), 0);
  for (std::size_t c = 0; c < flip_.size(); c += 3)
    flip_[c] = 1;
  scale_.assign(size(p.output_channels), 0.0625f);
  bias_.assign(size(p.output_channels), 0.3f);
}

void ConvolutionData::fill_codes() {
  const ConvolutionProblem& p = shape_.problem;
  if (shape_.table->weight == DataType::s4) {
    fill_nibbles(weights_.data(), weight_bytes_, p.largest_weight, 1);
  } else {
    const std::int32_t largest = p.largest_pair > 0 ? p.largest_pair / 2 : p.largest_weight;
    fill_range(weights_.data(), weight_bytes_, -largest, largest, 1);
  }
  fill_range(input_.data(), input_bytes_, p.input_low, p.input_high, 2);
  // Most results lie between the clamps.
  const double largest = static_cast<double>(p.input_high) * p.largest_weight;
  const auto scale =
      static_cast<float>(180 / (largest * std::sqrt(static_cast<double>(convolution_depth(p)))));
  scale_.assign(size(p.output_channels), scale);
  bias_.assign(size(p.output_channels), 3.25f);
}

void ConvolutionData::fill_floats() {
  const DataType type = shape_.table->weight;
  const std::size_t element = size(bits_per_element(type) / 8);
  fill_reals(weights_.data(), weight_bytes_ / element, type, 1);
  fill_reals(input_.data(), input_bytes_ / element, type, 2);
  bias_.assign(size(shape_.problem.output_channels), 0.5f);
}

ConvolutionConstants ConvolutionData::constants() const {
  const auto or_null = [](const auto& values) { return values.empty() ? nullptr : values.data(); };
  const bool raw = shape_.problem.epilogue == ConvolutionEpilogue::raw_s32;
  const auto* weights = reinterpret_cast<const std::uint8_t*>(weights_.data());
  if (raw) return {weights, nullptr, nullptr, nullptr, nullptr};
  return {weights, or_null(threshold_), or_null(flip_), or_null(scale_), or_null(bias_)};
}

std::size_t ConvolutionData::output_rows() const {
  return size(shape_.problem.output_height);
}

std::size_t ConvolutionData::output_row_bytes() const {
  const ConvolutionProblem& p = shape_.problem;
  const auto elements = size(std::int64_t{p.output_width} * p.output_channels);
  switch (p.epilogue) {
    case ConvolutionEpilogue::threshold_b1:
      return size(p.output_width) * ((size(p.output_channels) + 31) / 32) * 4;
    case ConvolutionEpilogue::requantize_s8:
      return elements;
    case ConvolutionEpilogue::affine_f16:
      return 2 * elements;
    case ConvolutionEpilogue::raw_s32:
    case ConvolutionEpilogue::affine_f32:
      break;
  }
  return 4 * elements;
}

PackedConvolution::PackedConvolution(const ConvolutionKernel& kernel, const ConvolutionShape& shape,
                                     const ConvolutionData& data)
    : kernel_(kernel),
      problem_(shape.problem),
      packed_(buffer(kernel.packed_bytes(shape.problem))),
      scratch_(buffer(kernel.scratch_bytes(shape.problem))),
      output_(buffer(data.output_bytes())) {
  kernel.pack(problem_, data.constants(), packed_.data());
  call_ = {&problem_, packed_.data(), data.input(), output_.data(), scratch_.data()};
}

void PackedConvolution::run() {
  const std::int64_t prepare_tasks = kernel_.prepare_tasks(problem_);
  for (std::int64_t task = 0; task < prepare_tasks; ++task)
    kernel_.prepare(call_, task);
  const std::int64_t run_tasks = kernel_.run_tasks(problem_);
  for (std::int64_t task = 0; task < run_tasks; ++task)
    kernel_.run(call_, task);
}

}  // namespace bitplace::bench
