// How the 256-bit depthwise kernels walk over outputs: two at a time, either two rows from the same slots
// with different weights, or two columns with the same weights. Kernels of 3 columns that end in codes take
// four (depthwise_tile_of_4.h), or with stride 2 one after the other (depthwise_apart.h). A kernel file gives
// a Step with
//
//   Slots                      how codes are unpacked (depthwise_build.h)
//   form(problem)
//   kUnrolledGroups            slot groups of a 3 x 3 kernel
//   kStart                     whether accumulators begin at `start`
//   add(sum, codes, weights)   sum + products of one vector of slots
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_apart.h"
#include "kernels/depthwise_s8_s8/depthwise_build.h"
#include "kernels/depthwise_s8_s8/depthwise_epilogue.h"
#include "kernels/depthwise_s8_s8/depthwise_slots.h"
#include "kernels/depthwise_s8_s8/depthwise_tile_of_4.h"

namespace bitplace::depthwise_slots {
namespace {

// Undilated kernels with extents known at compile time are unrolled; 0 is any kernel.
template <std::int64_t kGroups, std::int64_t kColumns>
struct Extents {
  static Taps of(const Taps& taps) {
    if (kGroups == 0) return taps;
    return {kGroups, kColumns, taps.group_bytes, kChunkBytes, taps.weight_bytes};
  }
};

// Where one of two outputs begins: its slots and its weights.
struct Window {
  const std::uint8_t* codes;
  const std::uint8_t* weights;
};

template <typename Step, Finish kFinish>
inline void run_pair(const Stretch& s, const Taps& taps, Window a, Window b, __m256i (&first)[4],
                     __m256i (&second)[4]) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    __m256i sum0 = Step::kStart ? load(reinterpret_cast<const std::uint8_t*>(s.constants.start + 8 * i))
                                : _mm256_setzero_si256();
    __m256i sum1 = sum0;
    std::int64_t tap = 32 * i;
    for (std::int64_t g = 0; g < taps.groups; ++g) {
      for (std::int64_t x = 0; x < taps.columns; ++x, tap += taps.weight_bytes) {
        const std::int64_t slot = g * taps.group_bytes + x * taps.column_bytes + 32 * i;
        sum0 = Step::add(sum0, load(a.codes + slot), load(a.weights + tap));
        sum1 = Step::add(sum1, load(b.codes + slot), load(b.weights + tap));
      }
    }
    const float* const scale = s.constants.scale + 8 * i;
    const float* const bias = s.constants.bias + 8 * i;
    first[i] = finished<kFinish>(s.bounds, scale, bias, sum0);
    second[i] = finished<kFinish>(s.bounds, scale, bias, sum1);
  }
}

// The stretch is copied, so that the compiler knows that storing outputs does not change it.
template <typename Step, typename Extent, Finish kFinish>
[[gnu::noinline]] void run_two_rows(const Stretch& stretch) {
  const Stretch s = stretch;
  Taps taps = Extent::of(s.taps);
  taps.weight_bytes = 2 * kChunkBytes;
  const std::uint8_t* const weights = s.constants.weights;
  const std::uint8_t* codes = s.codes;
  std::uint8_t* to = s.output;
  for (std::int64_t i = 0; i < s.outputs; ++i, codes += s.step, to += s.pixel_bytes) {
    __m256i first[4], second[4];
    run_pair<Step, kFinish>(s, taps, {codes, weights}, {codes, weights + kChunkBytes}, first, second);
    store_chunk<kFinish>(s.bounds, first, to);
    store_chunk<kFinish>(s.bounds, second, to + s.row_bytes);
  }
}

template <typename Step, typename Extent, Finish kFinish>
[[gnu::noinline]] void run_one_row(const Stretch& stretch) {
  const Stretch s = stretch;
  const Taps taps = Extent::of(s.taps);
  const std::uint8_t* const weights = s.constants.weights;
  const std::uint8_t* codes = s.codes;
  std::uint8_t* to = s.output;
  for (std::int64_t left = s.outputs; left > 0; left -= 2, codes += 2 * s.step, to += 2 * s.pixel_bytes) {
    __m256i first[4], second[4];
    const std::uint8_t* const next = left > 1 ? codes + s.step : codes;
    run_pair<Step, kFinish>(s, taps, {codes, weights}, {next, weights}, first, second);
    store_chunk<kFinish>(s.bounds, first, to);
    if (left > 1) store_chunk<kFinish>(s.bounds, second, to + s.pixel_bytes);
  }
}

template <typename Step, typename Extent, Finish kFinish>
inline void run_rows(const Stretch& s, std::int64_t rows) {
  if (rows == 2) {
    run_two_rows<Step, Extent, kFinish>(s);
  } else {
    run_one_row<Step, Extent, kFinish>(s);
  }
}

template <typename Step, typename Extent>
inline void run_stretch(const Stretch& s, Finish finish, std::int64_t rows) {
  switch (finish) {
    case Finish::codes:
      return run_rows<Step, Extent, Finish::codes>(s, rows);
    case Finish::clamped_codes:
      return run_rows<Step, Extent, Finish::clamped_codes>(s, rows);
    case Finish::unsigned_codes:
      return run_rows<Step, Extent, Finish::unsigned_codes>(s, rows);
    case Finish::floats:
      return run_rows<Step, Extent, Finish::floats>(s, rows);
    case Finish::raw:
      return run_rows<Step, Extent, Finish::raw>(s, rows);
  }
}

// What 3 x 3 kernels in networks come to.
template <typename Step, Finish kFinish>
inline void run_codes(const Stretch& s, std::int64_t rows) {
  if (rows == 2) {
    run_tiles<Step, kFinish, 2>(s);
  } else {
    run_tiles<Step, kFinish, 1>(s);
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
  const std::int64_t first_row = task.row * p.stride_height - p.pad_top;
  const std::int64_t pixel_bytes = p.output_channels * output_bytes(p);
  const bool unrolled =
      layout.groups == Step::kUnrolledGroups && p.kernel_width == 3 && p.dilation_width == 1;
  const std::int64_t needed = p.kernel_height + task.rows - 1;
  SlotBuffer buffer;
  Stretch s{};
  s.constants = chunk_constants(layout, call.packed, chunk);
  s.bounds = bounds_of(p);
  s.codes = buffer.bytes;
  s.step = p.stride_width * kChunkBytes;
  s.pixel_bytes = pixel_bytes;
  s.row_bytes = p.output_width * pixel_bytes;
  s.output = static_cast<std::uint8_t*>(call.output) + task.row * s.row_bytes + channel * output_bytes(p);
  const Finish finish = finish_of(p, s.constants);
  if constexpr (Step::kUnrolledGroups == 1) {
    if (unrolled && finish == Finish::codes && layout.rows == 1 && p.stride_width == 2) {
      s.outputs = p.output_width;
      const SlotRows rows = slot_rows(call, layout.form, channel, first_row, 0, needed);
      return run_apart<Step>(s, {rows, -std::int64_t{p.pad_left}, p.input_width, offset});
    }
  }
  const std::int64_t most = stretch_outputs(p, layout);
  for (std::int64_t column = 0; column < p.output_width; column += most, s.output += most * pixel_bytes) {
    s.outputs = p.output_width - column < most ? p.output_width - column : most;
    const ColumnRange columns = {column * p.stride_width - p.pad_left,
                                 (s.outputs - 1) * p.stride_width + window_columns(p)};
    s.taps = {layout.groups, p.kernel_width, columns.count * kChunkBytes, p.dilation_width * kChunkBytes,
              layout.rows * kChunkBytes};
    for (std::int64_t g = 0; g < layout.groups; ++g) {
      const SlotRows rows = slot_rows(call, layout.form, channel, first_row, g, needed);
      build_group<typename Step::Slots>(rows, p, columns, offset, buffer.bytes + g * s.taps.group_bytes);
    }
    if (unrolled && finish == Finish::codes) {
      run_codes<Step, Finish::codes>(s, task.rows);
    } else if (unrolled && finish == Finish::unsigned_codes) {
      run_codes<Step, Finish::unsigned_codes>(s, task.rows);
    } else if (unrolled) {
      run_stretch<Step, Extents<Step::kUnrolledGroups, 3>>(s, finish, task.rows);
    } else {
      run_stretch<Step, Extents<0, 0>>(s, finish, task.rows);
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
