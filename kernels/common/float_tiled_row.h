// The row of a float convolution by tiles, for the vector and the order of sums of the file that includes it
// (float_vector_*.h and float_sum_*.h, which come first). Everything has internal linkage.
#pragma once

#include "kernels/common/convolution_row.h"
#include "kernels/common/float_tiles.h"

namespace bitplace {
namespace {

// Value is the type of activations and weights: float, or std::uint16_t for f16, whose outputs are f16 or
// f32.
template <typename Value>
struct FloatRow {
  using Row = float_convolution::Row<Value, kLanes>;

  static void prepare(const ConvolutionCall& call, std::int64_t task) {
    prepare_task<Value>(call, task, Row::prepare_tasks(*call.problem));
  }

  static void run(const ConvolutionCall& call, std::int64_t task) {
    if constexpr (sizeof(Value) == sizeof(std::uint16_t)) {
      if (call.problem->epilogue == ConvolutionEpilogue::affine_f16)
        return run_task<Value, std::uint16_t>(call, task);
    }
    run_task<Value, float>(call, task);
  }
};

template <typename Value>
consteval ConvolutionKernel float_row(const char* name, IsaFeatures features) {
  return convolution_row<float_convolution::Row<Value, kLanes>>(name, features, FloatRow<Value>::prepare,
                                                                FloatRow<Value>::run);
}

}  // namespace
}  // namespace bitplace
