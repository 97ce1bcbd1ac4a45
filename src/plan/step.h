// One step of a frame: a function, its parameters and where its tensors lie in the arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "kernels/activation/activation.h"
#include "kernels/add/add.h"
#include "kernels/average_pool/average_pool.h"
#include "kernels/cast/cast.h"
#include "kernels/concatenate/concatenate.h"
#include "kernels/convolution_tables.h"
#include "kernels/dequantize/dequantize.h"
#include "kernels/gem_pool/gem_pool.h"
#include "kernels/l2_normalize/l2_normalize.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels.h"
#include "kernels/layer_norm/layer_norm.h"
#include "kernels/lookup/lookup.h"
#include "kernels/max_pool/max_pool.h"
#include "kernels/multiply_channels/multiply_channels.h"
#include "kernels/pack_bits/pack_bits.h"
#include "kernels/quantize/quantize.h"
#include "kernels/softmax/softmax.h"
#include "kernels/threshold/threshold.h"
#include "kernels/transpose/transpose.h"
#include "kernels/vlad/vlad.h"

namespace bitplace {

// Constants point into the plan's packed memory.
struct ConvolutionStep {
  const ConvolutionKernel* kernel;
  ConvolutionProblem problem;
  DataType weight_type;  // the kernel's own, at least as wide as the graph's
  const void* packed;
  bool prepares;  // this step is the kernel's preparation, the next one its run
};

struct MaxPoolStep {
  const MaxPoolKernel* kernel;
  MaxPoolProblem problem;
  const std::uint32_t* flip_words;
};

struct PackBitsStep {
  const PackBitsKernel* kernel;
  std::int64_t pixels;
  std::int32_t channels;
};

struct L2NormalizeStep {
  const L2NormalizeKernel* kernel;
  std::int64_t count;
  bool from_s32;
};

// Steps whose work is a range hold the function for their types; a call's pointers are filled in when it
// runs.
template <typename Call>
struct ElementwiseStep {
  void (*run)(const Call&, std::int64_t begin, std::int64_t end);
  Call call;
  std::int64_t count;  // elements, pixels, channels or clusters: what the operation is split by
};
using ThresholdStep = ElementwiseStep<ThresholdCall<std::int32_t>>;
using ThresholdFloatsStep = ElementwiseStep<ThresholdCall<float>>;
using QuantizeStep = ElementwiseStep<QuantizeCall>;
using UnsignedQuantizeStep = ElementwiseStep<UnsignedQuantizeCall>;
using AddStep = ElementwiseStep<AddCall>;
using MultiplyChannelsStep = ElementwiseStep<MultiplyChannelsCall>;
using ActivationStep = ElementwiseStep<ActivationCall>;
using LookupStep = ElementwiseStep<LookupCall>;
using DequantizeStep = ElementwiseStep<DequantizeCall>;
using DequantizeChannelsStep = ElementwiseStep<DequantizeChannelsCall>;
using CastStep = ElementwiseStep<CastCall>;
using GemPoolStep = ElementwiseStep<GemPoolCall>;
using L2NormalizeChannelsStep = ElementwiseStep<L2NormalizeChannelsCall>;
using SoftmaxStep = ElementwiseStep<SoftmaxCall>;
using LayerNormStep = ElementwiseStep<LayerNormCall>;
using VladStep = ElementwiseStep<VladCall>;
using TransposeStep = ElementwiseStep<TransposeCall>;
using ConcatenateStep = ElementwiseStep<ConcatenateCall>;

struct AveragePoolStep {
  void (*run)(const AveragePoolCall&, std::int64_t task);
  AveragePoolProblem problem;
};

using StepParameters =
    std::variant<ConvolutionStep, MaxPoolStep, ThresholdStep, ThresholdFloatsStep, PackBitsStep,
                 L2NormalizeStep, QuantizeStep, UnsignedQuantizeStep, AddStep, MultiplyChannelsStep,
                 ActivationStep, LookupStep, DequantizeStep, DequantizeChannelsStep, CastStep,
                 AveragePoolStep, GemPoolStep, L2NormalizeChannelsStep, SoftmaxStep, LayerNormStep, VladStep,
                 TransposeStep, ConcatenateStep>;

struct Step {
  StepParameters parameters;
  std::int64_t tasks = 1;  // independent parts; any of them may run at once
  std::size_t layer = 0;   // index into Plan::steps()
  std::size_t input_offset = 0;
  std::size_t second_input_offset = 0;  // of operations with two inputs
  std::size_t output_offset = 0;
  std::size_t scratch_offset = 0;
};

// Runs one part of a step on an arena.
void run_task(const Step& step, std::byte* arena, std::int64_t task) noexcept;

}  // namespace bitplace
