// How the 256-bit depthwise kernels walk over outputs: two at a time, either two rows from the same slots
// with different weights, or two columns with the same weights. A kernel file gives a Step with
//
//   Slots                    how codes are unpacked (depthwise_build.h)
//   form(problem)
//   kStart                   whether accumulators begin at `start`
//   add(sum, codes, weights) sum + products of one vector of slots
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_build.h"
#include "kernels/depthwise_s8_s8/depthwise_epilogue.h"
#include "kernels/depthwise_s8_s8/depthwise_slots.h"

namespace bitplace::depthwise_slots {
namespace {

// A window's taps in the buffer: bytes between slot groups, between kernel columns, and between the weights
// of consecutive taps.
struct Taps {
  std::int64_t groups, columns;
  std::int64_t group_bytes, column_bytes, weight_bytes;
};

// Kernels with extents known at compile time are unrolled; 0 is any extent.
template <std::int64_t kGroups, std::int64_t kColumns>
struct Extents {
  static constexpr std::int64_t groups(const Taps& taps) { return kGroups > 0 ? kGroups : taps.groups; }
  static constexpr std::int64_t columns(const Taps& taps) { return kColumns > 0 ? kColumns : taps.columns; }
};

// Two outputs: where their slots and weights begin, for vector 0 of the chunk.
struct Pair {
  const std::uint8_t* codes[2];
  const std::uint8_t* weights[2];
};

inline __m256i load(const std::uint8_t* from) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
}

template <typename Step, typename Extent>
inline void accumulate(const Taps& taps, const Pair& pair, __m256i& sum0, __m256i& sum1) {
  const std::uint8_t* weights0 = pair.weights[0];
  const std::uint8_t* weights1 = pair.weights[1];
  const std::int64_t groups = Extent::groups(taps);
  const std::int64_t columns = Extent::columns(taps);
  for (std::int64_t g = 0; g < groups; ++g) {
    for (std::int64_t x = 0; x < columns; ++x) {
      const std::int64_t offset = g * taps.group_bytes + x * taps.column_bytes;
      sum0 = Step::add(sum0, load(pair.codes[0] + offset), load(weights0));
      sum1 = Step::add(sum1, load(pair.codes[1] + offset), load(weights1));
      weights0 += taps.weight_bytes;
      weights1 += taps.weight_bytes;
    }
  }
}

template <typename Step, typename Extent, ConvolutionEpilogue kEpilogue>
inline void run_pair(const ConvolutionProblem& p, const ChunkConstants& constants, const Taps& taps,
                     Pair pair, std::uint8_t* first, std::uint8_t* second) {
  __m256i results[2][4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    __m256i sum0 = Step::kStart ? load(reinterpret_cast<const std::uint8_t*>(constants.start + 8 * i))
                                : _mm256_setzero_si256();
    __m256i sum1 = sum0;
    accumulate<Step, Extent>(taps, pair, sum0, sum1);
    results[0][i] = finished<kEpilogue>(p, constants, sum0, i);
    results[1][i] = finished<kEpilogue>(p, constants, sum1, i);
    for (int o = 0; o < 2; ++o) {
      pair.codes[o] += 32;
      pair.weights[o] += 32;
    }
  }
  store_chunk<kEpilogue>(p, results[0], first);
  if (second != nullptr) store_chunk<kEpilogue>(p, results[1], second);
}

// A stretch of one or two output rows in one chunk.
struct Stretch {
  const ConvolutionProblem* problem;
  ChunkConstants constants;
  Taps taps;
  const std::uint8_t* codes;
  std::int64_t step;  // bytes between the slots of neighbouring outputs
  std::int64_t outputs;
  std::uint8_t* output;
  std::int64_t pixel_bytes;
  std::int64_t row_bytes;
};

template <typename Step, typename Extent, ConvolutionEpilogue kEpilogue>
[[gnu::noinline]] void run_two_rows(const Stretch& s) {
  const std::uint8_t* const weights = s.constants.weights;
  for (std::int64_t i = 0; i < s.outputs; ++i) {
    const std::uint8_t* const codes = s.codes + i * s.step;
    std::uint8_t* const to = s.output + i * s.pixel_bytes;
    run_pair<Step, Extent, kEpilogue>(*s.problem, s.constants, s.taps,
                                      {{codes, codes}, {weights, weights + kChunkBytes}}, to,
                                      to + s.row_bytes);
  }
}

template <typename Step, typename Extent, ConvolutionEpilogue kEpilogue>
[[gnu::noinline]] void run_one_row(const Stretch& s) {
  const std::uint8_t* const weights = s.constants.weights;
  for (std::int64_t i = 0; i < s.outputs; i += 2) {
    const bool both = i + 1 < s.outputs;
    const std::uint8_t* const codes = s.codes + i * s.step;
    std::uint8_t* const to = s.output + i * s.pixel_bytes;
    run_pair<Step, Extent, kEpilogue>(*s.problem, s.constants, s.taps,
                                      {{codes, both ? codes + s.step : codes}, {weights, weights}}, to,
                                      both ? to + s.pixel_bytes : nullptr);
  }
}

template <typename Step, typename Extent, ConvolutionEpilogue kEpilogue>
inline void run_rows(const Stretch& s, std::int64_t rows) {
  if (rows == 2) {
    run_two_rows<Step, Extent, kEpilogue>(s);
  } else {
    run_one_row<Step, Extent, kEpilogue>(s);
  }
}

template <typename Step, typename Extent>
inline void run_stretch(const Stretch& s, std::int64_t rows) {
  switch (s.problem->epilogue) {
    case ConvolutionEpilogue::requantize_s8:
      return run_rows<Step, Extent, ConvolutionEpilogue::requantize_s8>(s, rows);
    case ConvolutionEpilogue::affine_f32:
      return run_rows<Step, Extent, ConvolutionEpilogue::affine_f32>(s, rows);
    default:
      return run_rows<Step, Extent, ConvolutionEpilogue::raw_s32>(s, rows);
  }
}

inline std::int64_t window_columns(const ConvolutionProblem& p) {
  return std::int64_t{p.kernel_width - 1} * p.dilation_width + 1;
}

// Outputs whose slots fit the buffer.
inline std::int64_t stretch_outputs(const ConvolutionProblem& p, const SlotLayout& layout) {
  const std::int64_t room = kUsualColumns / layout.groups - window_columns(p);
  return room > p.stride_width ? room / p.stride_width + 1 : 2;
}

inline bool fits_buffer(const ConvolutionProblem& p, const SlotForm& form) {
  return slot_layout(p, form).groups * (window_columns(p) + p.stride_width) <= kBufferColumns;
}

inline std::int64_t output_bytes(const ConvolutionProblem& p) {
  return p.epilogue == ConvolutionEpilogue::requantize_s8 ? 1 : 4;
}

template <typename Step>
inline void run_chunk(const ConvolutionCall& call, const SlotLayout& layout, const SlotTask& task,
                      std::int64_t chunk) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t channel = chunk_channel(p, chunk);
  const __m256i offset = _mm256_set1_epi8(static_cast<char>(-layout.form.low));
  const std::int64_t pixel_bytes = p.output_channels * output_bytes(p);
  SlotBuffer buffer;
  const std::int64_t most = stretch_outputs(p, layout);
  for (std::int64_t column = 0; column < p.output_width; column += most) {
    const std::int64_t left = p.output_width - column;
    const std::int64_t outputs = left < most ? left : most;
    const ColumnRange columns = {column * p.stride_width - p.pad_left,
                                 (outputs - 1) * p.stride_width + window_columns(p)};
    const std::int64_t first_row = task.row * p.stride_height - p.pad_top;
    for (std::int64_t g = 0; g < layout.groups; ++g) {
      const SlotRows rows = slot_rows(call, layout.form, channel, first_row, g);
      build_group<typename Step::Slots>(rows, p, columns, offset,
                                        buffer.bytes + g * columns.count * kChunkBytes);
    }
    const Stretch stretch = {&p,
                             chunk_constants(layout, call.packed, chunk),
                             {layout.groups, p.kernel_width, columns.count * kChunkBytes,
                              p.dilation_width * kChunkBytes, layout.rows * kChunkBytes},
                             buffer.bytes,
                             p.stride_width * kChunkBytes,
                             outputs,
                             static_cast<std::uint8_t*>(call.output) +
                                 (task.row * p.output_width + column) * pixel_bytes +
                                 channel * output_bytes(p),
                             pixel_bytes,
                             p.output_width * pixel_bytes};
    if (layout.groups == Step::kUnrolledGroups && p.kernel_width == 3) {
      run_stretch<Step, Extents<Step::kUnrolledGroups, 3>>(stretch, task.rows);
    } else {
      run_stretch<Step, Extents<0, 0>>(stretch, task.rows);
    }
  }
}

template <typename Step>
void run_task(const ConvolutionCall& call, std::int64_t index) {
  const SlotLayout layout = slot_layout(*call.problem, Step::form(*call.problem));
  const SlotTask task = slot_task(*call.problem, layout, index);
  for (std::int64_t chunk = 0; chunk < task.chunks; ++chunk)
    run_chunk<Step>(call, layout, task, task.first_chunk + chunk);
}

template <typename Step>
std::size_t step_packed_bytes(const ConvolutionProblem& p) {
  return packed_bytes(p, Step::form(p));
}
template <typename Step>
void step_pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack(p, Step::form(p), constants, packed);
}
template <typename Step>
std::int64_t step_tasks(const ConvolutionProblem& p) {
  return task_count(p, Step::form(p));
}
template <typename Step>
bool accepts(const ConvolutionProblem& p) {
  return p.padding != ConvolutionPadding::one && p.epilogue != ConvolutionEpilogue::threshold_b1 &&
         fits_buffer(p, Step::form(p));
}

// Slots are built by each task for itself.
std::size_t no_scratch(const ConvolutionProblem&) {
  return 0;
}
std::int64_t no_prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
void prepare_nothing(const ConvolutionCall&, std::int64_t) {}

}  // namespace
}  // namespace bitplace::depthwise_slots
