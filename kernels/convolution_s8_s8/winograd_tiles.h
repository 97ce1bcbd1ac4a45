// How Winograd's convolution (winograd_plan.h) multiplies and transforms back, with AVX2: 6 tiles x 16
// channels at a time, 12 of 16 registers for sums. A kernel file gives a Product with
//
//   kWeightBits             of canonical weights
//   add(sum, codes, weights)   sum += products of 16-bit numbers, two to a lane
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_s8_s8/quad_epilogue.h"
#include "kernels/convolution_s8_s8/winograd_input.h"
#include "kernels/convolution_s8_s8/winograd_plan.h"

namespace bitplace::winograd {
namespace {

constexpr std::int64_t kGroupTiles = 6;
constexpr std::size_t kVectors = 2;

// U . V summed over a section of channels, [element][tile][vector], and the outputs of the tiles,
// [tile][row][column][vector].
struct Sums {
  __m256i products[kElements * kGroupTiles * kVectors];
  __m256i outputs[kGroupTiles * 16 * kVectors];
};

inline __m256i broadcast_pair(const std::int16_t* codes) {
  int pair;
  __builtin_memcpy(&pair, codes, 4);
  return _mm256_set1_epi32(pair);
}

// Operands of one group of tiles: strides count 16-bit numbers.
struct Operands {
  const std::int16_t* codes;
  std::int64_t code_element_stride, tile_stride;
  const std::int16_t* weights;
  std::int64_t weight_element_stride;
  std::int64_t pairs;
};

template <typename Product, std::size_t M>
[[gnu::noinline]] void multiply(const Operands& operands, __m256i* products) {
  const std::int64_t stride = operands.tile_stride;
  for (std::int64_t e = 0; e < kElements; ++e) {
    const std::int16_t* codes = operands.codes + e * operands.code_element_stride;
    const std::int16_t* weights = operands.weights + e * operands.weight_element_stride;
    __m256i sums[M][kVectors];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < M; ++m)
      sums[m][0] = sums[m][1] = _mm256_setzero_si256();
    for (std::int64_t pair = 0; pair < operands.pairs; ++pair) {
      const __m256i weight0 = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights));
      const __m256i weight1 = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights) + 1);
      const std::int16_t* later = codes + 3 * stride;
#pragma GCC unroll 8
      for (std::size_t m = 0; m < M; ++m) {
        const std::int16_t* from = (m < 3 ? codes : later) + static_cast<std::int64_t>(m % 3) * stride;
        const __m256i code = broadcast_pair(from);
        Product::add(sums[m][0], code, weight0);
        Product::add(sums[m][1], code, weight1);
      }
      codes += 2;
      weights += 32;
    }
#pragma GCC unroll 8
    for (std::size_t m = 0; m < M; ++m) {
      _mm256_store_si256(products++, sums[m][0]);
      _mm256_store_si256(products++, sums[m][1]);
    }
  }
}

template <typename Product>
inline void multiply_tiles(std::int64_t tiles, const Operands& operands, __m256i* products) {
  switch (tiles) {
    case 1:
      return multiply<Product, 1>(operands, products);
    case 2:
      return multiply<Product, 2>(operands, products);
    case 3:
      return multiply<Product, 3>(operands, products);
    case 4:
      return multiply<Product, 4>(operands, products);
    case 5:
      return multiply<Product, 5>(operands, products);
    default:
      return multiply<Product, 6>(operands, products);
  }
}

// A times a column of 6 vectors of 32-bit numbers, modulo 2^32.
inline void transform_back(const __m256i (&m)[6], __m256i (&y)[4]) {
  const __m256i sum12 = _mm256_add_epi32(m[1], m[2]);
  const __m256i sum34 = _mm256_add_epi32(m[3], m[4]);
  const __m256i difference12 = _mm256_sub_epi32(m[1], m[2]);
  const __m256i difference34 = _mm256_slli_epi32(_mm256_sub_epi32(m[3], m[4]), 1);
  y[0] = _mm256_add_epi32(_mm256_add_epi32(m[0], sum12), sum34);
  y[1] = _mm256_add_epi32(difference12, difference34);
  y[2] = _mm256_add_epi32(sum12, _mm256_slli_epi32(sum34, 2));
  const __m256i rest = _mm256_slli_epi32(_mm256_add_epi32(difference34, m[5]), 2);
  y[3] = _mm256_add_epi32(difference12, rest);
}

// 576 y modulo 2^32 -> y, for |y| < 2^25.
inline __m256i divide(__m256i value) {
  const __m256i inverse_of_9 = _mm256_set1_epi32(954437177);
  return _mm256_srai_epi32(_mm256_mullo_epi32(value, inverse_of_9), 6);
}

// The outputs of one vector of one tile. `tile_vectors`: vectors between elements.
inline void finish_section(const __m256i* products, std::int64_t tile_vectors, bool first, __m256i* outputs) {
  __m256i half[4][6];
  for (std::int64_t x = 0; x < 6; ++x) {
    __m256i m[6], y[4];
#pragma GCC unroll 6
    for (std::int64_t i = 0; i < 6; ++i)
      m[i] = products[(i * 6 + x) * tile_vectors];
    transform_back(m, y);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      half[i][x] = y[i];
  }
  for (std::size_t i = 0; i < 4; ++i) {
    __m256i y[4];
    transform_back(half[i], y);
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4; ++j) {
      __m256i& output = outputs[(i * 4 + j) * kVectors];
      output = first ? divide(y[j]) : _mm256_add_epi32(output, divide(y[j]));
    }
  }
}

[[gnu::noinline]] void finish_sections(std::int64_t tiles, bool first, Sums& sums) {
  const std::int64_t tile_vectors = tiles * static_cast<std::int64_t>(kVectors);
  for (std::int64_t t = 0; t < tiles; ++t) {
    for (std::int64_t v = 0; v < 2; ++v)
      finish_section(sums.products + t * 2 + v, tile_vectors, first, sums.outputs + t * 32 + v);
  }
}

// One tile's outputs, as many as lie inside the output.
[[gnu::noinline]] void write_outputs(const ConvolutionProblem& p, const quad_plan::TileOutput& block,
                                     std::int64_t row, std::int64_t column, const __m256i* outputs) {
  quad_plan::TileOutput out = block;
  for (std::int64_t y = 0; y < 4 && row + y < p.output_height; ++y) {
    out.pixel = block.pixel + ((row + y) * p.output_width + column) * block.pixel_bytes;
    const __m256i* from = outputs + y * 8;
    if (column + 4 <= p.output_width) {
      const __m256i sums[4][2] = {
          {from[0], from[1]}, {from[2], from[3]}, {from[4], from[5]}, {from[6], from[7]}};
      quad_plan::write_tile<4, 2>(out, sums);
      continue;
    }
    for (std::int64_t x = 0; column + x < p.output_width; ++x, out.pixel += block.pixel_bytes) {
      const __m256i sums[1][2] = {{from[2 * x], from[2 * x + 1]}};
      quad_plan::write_tile<1, 2>(out, sums);
    }
  }
}

// Tiles [first, first + count) of the image, whose V begins at `v`.
struct Strip {
  std::int64_t first, count;
  const std::int16_t* v;
};

// One block of channels of a strip.
template <typename Product>
void run_block(const ConvolutionCall& call, const WinogradPlan& plan, const Strip& strip,
               std::int64_t block) {
  const ConvolutionProblem& p = *call.problem;
  const WinogradConstants constants = winograd_constants(p, call.packed);
  const std::int64_t channel = block * kBlockChannels;
  const std::int64_t inputs = p.input_channels;
  const quad_plan::TileOutput out =
      quad_plan::tile_output(call, constants.clamp_first, constants.scale + channel, constants.bias + channel,
                             channel, p.output_channels - channel);
  Sums sums;
  std::int64_t groups = (strip.count + kGroupTiles - 1) / kGroupTiles;
  for (std::int64_t first = 0; first < strip.count; --groups) {
    const std::int64_t tiles = (strip.count - first + groups - 1) / groups;
    for (std::int64_t c = 0; c < inputs; c += plan.section) {
      const std::int64_t section = inputs - c < plan.section ? inputs - c : plan.section;
      const Operands operands = {strip.v + first * inputs + c,
                                 strip.count * inputs,
                                 inputs,
                                 constants.weights + (block * kElements * inputs + c) * kBlockChannels,
                                 inputs * kBlockChannels,
                                 section / 2};
      multiply_tiles<Product>(tiles, operands, sums.products);
      finish_sections(tiles, c == 0, sums);
    }
    for (std::int64_t t = 0; t < tiles; ++t) {
      const std::int64_t tile = strip.first + first + t;
      write_outputs(p, out, tile / plan.tiles_across * kTileOutputs, tile % plan.tiles_across * kTileOutputs,
                    sums.outputs + t * 32);
    }
    first += tiles;
  }
}

template <typename Product>
void run_task(const ConvolutionCall& call, std::int64_t task) {
  const WinogradPlan plan = winograd_plan(*call.problem);
  auto* scratch =
      static_cast<std::uint8_t*>(call.scratch) + static_cast<std::size_t>(task) * plan.task_scratch_bytes;
  auto* v = reinterpret_cast<std::int16_t*>(scratch);
  const std::int64_t first_block = task / plan.strip_tasks * plan.part_blocks;
  const std::int64_t end = first_block + plan.part_blocks;
  const std::int64_t end_block = end < plan.blocks ? end : plan.blocks;
  for (std::int64_t s = task % plan.strip_tasks; s < plan.strips; s += plan.strip_tasks) {
    const std::int64_t first = s * plan.tiles / plan.strips;
    const Strip strip = {first, (s + 1) * plan.tiles / plan.strips - first, v};
    transform_tiles(call, plan, strip.first, strip.count, v);
    for (std::int64_t block = first_block; block < end_block; ++block)
      run_block<Product>(call, plan, strip, block);
  }
}

// The strips' V is made by run itself.
std::int64_t no_prepare_tasks(const ConvolutionProblem&) {
  return 0;
}
void prepare_nothing(const ConvolutionCall&, std::int64_t) {}

template <typename Product>
void product_pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack(p, constants, Product::kWeightBits, packed);
}

}  // namespace
}  // namespace bitplace::winograd
