// From the accumulators of 8 outputs to what is stored. Included by NEON files only; internal linkage
// throughout, no standard library.
//
// Requantization takes SCVTF, FMUL, FADD, FCVTNS (never fused), and clamps codes, not floats: the bounds are
// whole numbers and rounding keeps order, so clamp and rounding may change places; FCVTNS and both narrowings
// saturate. 13 SIMD instructions per 8 outputs.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/common/convolution.h"

namespace bitplace {
namespace {

// Scales and biases of 8 outputs.
struct OutputConstants {
  float32x4_t scale[2], bias[2];
};

inline OutputConstants load_constants(const float* scale, const float* bias) {
  return {{vld1q_f32(scale), vld1q_f32(scale + 4)}, {vld1q_f32(bias), vld1q_f32(bias + 4)}};
}

// As std::min(std::max(value, low), high) treats zeros of both signs.
inline float32x4_t clamp(float32x4_t value, float32x4_t low, float32x4_t high) {
  value = vbslq_f32(vcltq_f32(value, low), low, value);
  return vbslq_f32(vcltq_f32(high, value), high, value);
}

inline float32x4_t scaled(int32x4_t sum, float32x4_t scale, float32x4_t bias) {
  return vaddq_f32(vmulq_f32(vcvtq_f32_s32(sum), scale), bias);
}

// Sums of floats need not agree in the sign of a zero; FMAX and FMIN let NaN through, as the reference does.
inline float32x4_t biased(float32x4_t sum, float32x4_t bias, float32x4_t low, float32x4_t high) {
  return vminq_f32(vmaxq_f32(vaddq_f32(sum, bias), low), high);
}

inline int16x8_t rounded(const int32x4_t (&sums)[2], const OutputConstants& constants) {
  const int32x4_t first = vcvtnq_s32_f32(scaled(sums[0], constants.scale[0], constants.bias[0]));
  const int32x4_t second = vcvtnq_s32_f32(scaled(sums[1], constants.scale[1], constants.bias[1]));
  return vqmovn_high_s32(vqmovn_s32(first), second);
}

// Stores the first `count` of 8 elements.
template <typename Element>
inline void store_some(Element* to, const Element (&elements)[8], std::int64_t count) {
  __builtin_memcpy(to, elements, static_cast<std::size_t>(count) * sizeof(Element));
}

inline void store(std::uint8_t* to, uint8x8_t codes, std::int64_t count) {
  if (count >= 8) {
    vst1_u8(to, codes);
    return;
  }
  std::uint8_t elements[8];
  vst1_u8(elements, codes);
  store_some(to, elements, count);
}

inline void store(std::int32_t* to, int32x4_t low, int32x4_t high, std::int64_t count) {
  if (count >= 8) {
    vst1q_s32(to, low);
    vst1q_s32(to + 4, high);
    return;
  }
  std::int32_t elements[8];
  vst1q_s32(elements, low);
  vst1q_s32(elements + 4, high);
  store_some(to, elements, count);
}

inline void store(float* to, float32x4_t low, float32x4_t high, std::int64_t count) {
  if (count >= 8) {
    vst1q_f32(to, low);
    vst1q_f32(to + 4, high);
    return;
  }
  float elements[8];
  vst1q_f32(elements, low);
  vst1q_f32(elements + 4, high);
  store_some(to, elements, count);
}

inline void store_halves(std::uint16_t* to, float32x4_t low, float32x4_t high, std::int64_t count) {
  const float16x8_t halves = vcvt_high_f16_f32(vcvt_f16_f32(low), high);
  if (count >= 8) {
    vst1q_u16(to, vreinterpretq_u16_f16(halves));
    return;
  }
  std::uint16_t elements[8];
  vst1q_u16(elements, vreinterpretq_u16_f16(halves));
  store_some(to, elements, count);
}

// Writers of `count` outputs, elements `index` and up of the output tensor: one per epilogue and type of
// accumulator, so that loops need not ask.
struct RawOutputs {
  std::int32_t* output;

  void operator()(const OutputConstants&, const int32x4_t (&sums)[2], std::int64_t index,
                  std::int64_t count) const {
    store(output + index, sums[0], sums[1], count);
  }
};

struct SignedOutputs {
  std::uint8_t* output;
  int8x8_t low, high;

  void operator()(const OutputConstants& constants, const int32x4_t (&sums)[2], std::int64_t index,
                  std::int64_t count) const {
    const int8x8_t codes = vmin_s8(vmax_s8(vqmovn_s16(rounded(sums, constants)), low), high);
    store(output + index, vreinterpret_u8_s8(codes), count);
  }
};

struct UnsignedOutputs {
  std::uint8_t* output;
  uint8x8_t low, high;

  void operator()(const OutputConstants& constants, const int32x4_t (&sums)[2], std::int64_t index,
                  std::int64_t count) const {
    store(output + index, vmin_u8(vmax_u8(vqmovun_s16(rounded(sums, constants)), low), high), count);
  }
};

struct SingleOutputs {
  float* output;
  float32x4_t low, high;

  void operator()(const OutputConstants& constants, const int32x4_t (&sums)[2], std::int64_t index,
                  std::int64_t count) const {
    store(output + index, clamp(scaled(sums[0], constants.scale[0], constants.bias[0]), low, high),
          clamp(scaled(sums[1], constants.scale[1], constants.bias[1]), low, high), count);
  }
  void operator()(const OutputConstants& constants, const float32x4_t (&sums)[2], std::int64_t index,
                  std::int64_t count) const {
    store(output + index, biased(sums[0], constants.bias[0], low, high),
          biased(sums[1], constants.bias[1], low, high), count);
  }
};

struct HalfOutputs {
  std::uint16_t* output;
  float32x4_t low, high;

  void operator()(const OutputConstants& constants, const float32x4_t (&sums)[2], std::int64_t index,
                  std::int64_t count) const {
    store_halves(output + index, biased(sums[0], constants.bias[0], low, high),
                 biased(sums[1], constants.bias[1], low, high), count);
  }
};

inline SingleOutputs single_outputs(const ConvolutionCall& call) {
  return {static_cast<float*>(call.output), vdupq_n_f32(call.problem->output_low),
          vdupq_n_f32(call.problem->output_high)};
}

// Calls body with the writer that the problem asks for, given the accumulators' type.
template <typename Body>
inline void with_writer(const ConvolutionCall& call, int32x4_t, Body body) {
  const ConvolutionProblem& p = *call.problem;
  if (p.epilogue == ConvolutionEpilogue::requantize_s8 && p.output_high > 127) {
    body(UnsignedOutputs{static_cast<std::uint8_t*>(call.output),
                         vdup_n_u8(static_cast<std::uint8_t>(p.output_low)),
                         vdup_n_u8(static_cast<std::uint8_t>(p.output_high))});
  } else if (p.epilogue == ConvolutionEpilogue::requantize_s8) {
    body(SignedOutputs{static_cast<std::uint8_t*>(call.output),
                       vdup_n_s8(static_cast<std::int8_t>(p.output_low)),
                       vdup_n_s8(static_cast<std::int8_t>(p.output_high))});
  } else if (p.epilogue == ConvolutionEpilogue::affine_f32) {
    body(single_outputs(call));
  } else {
    body(RawOutputs{static_cast<std::int32_t*>(call.output)});
  }
}

template <typename Body>
inline void with_writer(const ConvolutionCall& call, float32x4_t, Body body) {
  const SingleOutputs singles = single_outputs(call);
  if (call.problem->epilogue == ConvolutionEpilogue::affine_f16) {
    body(HalfOutputs{static_cast<std::uint16_t*>(call.output), singles.low, singles.high});
  } else {
    body(singles);
  }
}

}  // namespace
}  // namespace bitplace
