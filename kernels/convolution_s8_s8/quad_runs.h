// The integer convolutions for 256-bit vectors, task by task: by tiles (quad_tiles.h), or by runs of evenly
// spaced windows, which need no list of windows and leave one tile's epilogue to overlap the next tile's
// products. Runs take blocks of 4 vectors with 2 or 3 pixels each, others with 6: 8 to 12 sums, 2 or 3 quads,
// 1 weight.
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_s8_s8/quad_tiles.h"

namespace bitplace::quad_plan {
namespace {

// `right`: bytes from one window to the next.
struct Run {
  const std::uint8_t* window;
  std::int64_t right;
  std::int64_t pixels;
};

template <typename Step, Ending kEnding, std::size_t M, std::size_t V>
[[gnu::always_inline]] inline void run_neighbours(const Tile& block, const Run& run, const TileOutput& out) {
  Tile tile = block;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m)
    tile.windows[m] = run.window + static_cast<std::int64_t>(m) * run.right;
  __m256i sums[M][V];
  Step::template accumulate<M, V>(tile, sums);
  if constexpr (kEnding == Ending::others) {
    write_others(out, sums);
  } else {
    write_usual<kEnding == Ending::unsigned_codes>(out, sums);
  }
}

// As many groups of M pixels as are left.
template <typename Step, Ending kEnding, std::size_t M, std::size_t V>
[[gnu::always_inline]] inline void run_groups(const Tile& block, Run& run, TileOutput& out) {
  constexpr auto kPixels = static_cast<std::int64_t>(M);
  for (; run.pixels >= kPixels; run.pixels -= kPixels) {
    run_neighbours<Step, kEnding, M, V>(block, run, out);
    run.window += kPixels * run.right;
    out.pixel += kPixels * out.pixel_bytes;
  }
}

// Arguments are copied, so that the compiler knows that storing outputs does not change them.
template <typename Step, Ending kEnding, std::size_t V>
[[gnu::noinline]] void run_run(const Tile& shared, const Run& whole, const TileOutput& first) {
  constexpr std::size_t kPixels = V == 4 ? Step::kRunPixels : kTilePixels;
  const Tile block = shared;
  Run run = whole;
  TileOutput out = first;
  run_groups<Step, kEnding, kPixels, V>(block, run, out);
  if constexpr (kPixels > 2) run_groups<Step, kEnding, 2, V>(block, run, out);
  run_groups<Step, kEnding, 1, V>(block, run, out);
}

template <typename Step, std::size_t V>
void run_runs(const ConvolutionCall& call, const QuadTask& task, const Codes& codes,
              std::int64_t group_offset, std::int64_t even, const Tile& tile, TileOutput& out) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t right = p.stride_width * codes.pixel_bytes;
  const auto* source = static_cast<const std::uint8_t*>(codes.copied ? call.scratch : call.input);
  const std::int64_t end = task.first_pixel + task.pixels;
  for (std::int64_t pixel = task.first_pixel; pixel < end;) {
    const std::int64_t row_end = (pixel / even + 1) * even;
    const std::int64_t pixels = (row_end < end ? row_end : end) - pixel;
    const Run run = {source + group_offset + pixel / p.output_width * p.stride_height * codes.row_bytes +
                         pixel % p.output_width * right,
                     right, pixels};
    if (is_usual<V>(out) && out.unsigned_codes) {
      run_run<Step, Ending::unsigned_codes, V>(tile, run, out);
    } else if (is_usual<V>(out)) {
      run_run<Step, Ending::signed_codes, V>(tile, run, out);
    } else {
      run_run<Step, Ending::others, V>(tile, run, out);
    }
    out.pixel += pixels * out.pixel_bytes;
    pixel += pixels;
  }
}

// All pixels of a task for one block of V vectors.
template <typename Step, std::size_t V>
void run_block(const ConvolutionCall& call, const QuadTask& task, const QuadForm& form,
               const QuadConstants& constants, std::int64_t vector) {
  const ConvolutionProblem& p = *call.problem;
  const Codes codes = codes_of(p, form);
  const std::int64_t group_outputs = p.output_channels / p.groups;
  const std::int64_t group_offset =
      task.group * (p.input_channels / p.groups) * codes.pixel_bytes / p.input_channels;
  const std::int64_t* extra = form.joint_limit > 0 ? block_extra(constants, vector) : nullptr;
  Tile tile = {{},
               constants.offsets,
               constants.quads,
               block_weights(constants, vector),
               constants.start + vector * kLanes,
               &p,
               extra != nullptr ? extra[0] : -1,
               extra != nullptr ? extra + 1 : nullptr};
  TileOutput out = tile_output(call, constants.clamp_first, constants.scale + vector * kLanes,
                               constants.bias + vector * kLanes, task.group * group_outputs + vector * kLanes,
                               group_outputs - vector * kLanes);
  out.pixel += task.first_pixel * out.pixel_bytes;
  if (form.runs) {
    run_runs<Step, V>(call, task, codes, group_offset, even_pixels(p, form), tile, out);
  } else if constexpr (V <= 2) {
    run_tiles<Step, V>(call, task, codes, group_offset, tile, out);
  }
}

template <typename Step>
void run_task(const ConvolutionCall& call, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  const QuadForm form = Step::form(p);
  const QuadTask task = quad_task(p, index);
  const QuadConstants constants = quad_constants(p, form, call.packed, task.group);
  for (std::int64_t v = 0; v < task.vectors;) {
    const std::int64_t vector = task.first_vector + v;
    const std::int64_t vectors = block_vectors(form, vector, p.output_channels / p.groups);
    if (vectors == 4) {
      if constexpr (Step::kRunPixels > 0) run_block<Step, 4>(call, task, form, constants, vector);
    } else if (vectors == 2) {
      run_block<Step, 2>(call, task, form, constants, vector);
    } else {
      run_block<Step, 1>(call, task, form, constants, vector);
    }
    v += vectors;
  }
}

template <typename Step>
std::size_t step_scratch_bytes(const ConvolutionProblem& p) {
  return scratch_bytes(p, Step::form(p));
}
template <typename Step>
std::int64_t step_prepare_tasks(const ConvolutionProblem& p) {
  return prepare_tasks(p, Step::form(p));
}
template <typename Step>
void step_prepare(const ConvolutionCall& call, std::int64_t task) {
  prepare_row(call, Step::form(*call.problem), task);
}
template <typename Step>
void step_pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack(p, Step::form(p), constants, Step::kWeightBits, packed);
}
template <typename Step>
std::size_t step_packed_bytes(const ConvolutionProblem& p) {
  return packed_bytes(p, Step::form(p));
}

}  // namespace
}  // namespace bitplace::quad_plan
