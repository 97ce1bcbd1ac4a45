#include "bench/kernels/convolution_check.h"

#include <cmath>
#include <cstring>
#include <set>

#include "kernels/common/half.h"

namespace bitplace::bench {
namespace {

double value_at(const std::byte* values, std::size_t index, bool half) {
  if (half) {
    std::uint16_t value = 0;
    std::memcpy(&value, values + 2 * index, 2);
    return half_to_float(value);
  }
  float value = 0;
  std::memcpy(&value, values + 4 * index, 4);
  return value;
}

// Inputs and weights lie in [-1, 1], so the sum of magnitudes is at most the depth (the bound of
// kernels/convolution_f32_f32/convolution_f32_f32.h for two sums).
bool within_bound(const ConvolutionProblem& p, const std::byte* expected, const std::byte* actual,
                  std::size_t bytes) {
  const auto depth = static_cast<double>(convolution_depth(p));
  const bool half = p.epilogue == ConvolutionEpilogue::affine_f16;
  for (std::size_t i = 0; i < bytes / (half ? 2 : 4); ++i) {
    const double e = value_at(expected, i, half);
    const double allowed = 2 * depth * depth * 0x1p-24 + (half ? 0x1p-9 * std::abs(e) : 0);
    if (!(std::abs(value_at(actual, i, half) - e) <= allowed)) return false;
  }
  return true;
}

}  // namespace

bool equals_reference(const ConvolutionShape& shape, const ConvolutionData& data, const std::byte* output) {
  const ConvolutionProblem& p = shape.problem;
  const KernelTable<ConvolutionKernel> table = shape.table->rows();
  const ConvolutionKernel& reference = *table.rows[table.count - 1];
  const bool floats = shape.table->activation == DataType::f32 || shape.table->activation == DataType::f16;
  PackedConvolution expected(reference, shape, data);
  std::set<std::int64_t> rows = {0, p.output_height / 2, p.output_height - 1};
  if (shape.multiply_accumulates() <= kReferenceWork) {
    for (std::int64_t row = 0; row < p.output_height; ++row)
      rows.insert(row);
  }
  const std::size_t bytes = data.output_row_bytes();
  for (const std::int64_t row : rows) {
    expected.run_task(row);  // a reference kernel's tasks are output rows
    const std::byte* e = expected.output() + static_cast<std::size_t>(row) * bytes;
    const std::byte* t = output + static_cast<std::size_t>(row) * bytes;
    if (floats ? !within_bound(p, e, t, bytes) : std::memcmp(e, t, bytes) != 0) return false;
  }
  return true;
}

}  // namespace bitplace::bench
