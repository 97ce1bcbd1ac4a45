// Transposition of square blocks by zips, with the vectors Z of an instruction set. Included by
// instruction-set files only.
//
// A block has as many pixels and channels as 16 bytes have elements; Z takes kBlocks of them, one below the
// other, one in each 16 bytes of its vectors. Zipping vector i with vector i + n / 2 into vectors 2 i and
// 2 i + 1 moves the highest bit of a row's number to the end of its column's; after log2(n) rounds rows are
// columns:
//
//   a0 a1 a2 a3      a0 c0 a1 c1      a0 b0 c0 d0
//   b0 b1 b2 b3  ->  a2 c2 a3 c3  ->  a1 b1 c1 d1
//   c0 c1 c2 c3      b0 d0 b1 d1      a2 b2 c2 d2
//   d0 d1 d2 d3      b2 d2 b3 d3      a3 b3 c3 d3
//
//   Vector load(first, second)   16 bytes of a row of each block
//   zip_low<Element>, zip_high   within each 16 bytes
#pragma once

#include "kernels/transpose/transpose.h"

namespace bitplace {
namespace {

constexpr std::int64_t kBlockBytes = 16;
constexpr std::int64_t kLineBytes = 64;

template <typename Z, typename Element>
struct Blocks {
  static constexpr std::int64_t kRows = kBlockBytes / static_cast<std::int64_t>(sizeof(Element));
  static constexpr std::int64_t kPixels = Z::kBlocks * kRows;
  typename Z::Vector rows[static_cast<std::size_t>(kRows)];
};

template <typename Z, typename Element>
inline Blocks<Z, Element> zipped(const Blocks<Z, Element>& in) {
  constexpr auto kHalf = static_cast<std::size_t>(Blocks<Z, Element>::kRows / 2);
  Blocks<Z, Element> out;
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kHalf; ++i) {
    out.rows[2 * i] = Z::template zip_low<Element>(in.rows[i], in.rows[i + kHalf]);
    out.rows[2 * i + 1] = Z::template zip_high<Element>(in.rows[i], in.rows[i + kHalf]);
  }
  return out;
}

template <typename Z, typename Element>
inline Blocks<Z, Element> transposed(Blocks<Z, Element> blocks) {
#pragma GCC unroll 4
  for (std::int64_t round = 1; round < Blocks<Z, Element>::kRows; round *= 2)
    blocks = zipped<Z, Element>(blocks);
  return blocks;
}

// Whole blocks; strides in elements.
template <typename Z, typename Element>
inline void transpose_whole(const Element* input, std::int64_t input_stride, Element* output,
                            std::int64_t output_stride) {
  using B = Blocks<Z, Element>;
  B blocks;
#pragma GCC unroll 16
  for (std::int64_t r = 0; r < B::kRows; ++r)
    blocks.rows[r] = Z::load(input + r * input_stride, input + (r + B::kRows) * input_stride);
  blocks = transposed<Z, Element>(blocks);
#pragma GCC unroll 16
  for (std::int64_t r = 0; r < B::kRows; ++r)
    Z::store(output + r * output_stride, blocks.rows[r]);
}

// Blocks of fewer pixels or channels. 16 bytes of each pixel are read, which an arena tensor's tail allows.
template <typename Z, typename Element>
inline void transpose_part(const Element* input, std::int64_t input_stride, Element* output,
                           std::int64_t output_stride, std::int64_t pixels, std::int64_t channels) {
  using B = Blocks<Z, Element>;
  const auto row = [&](std::int64_t pixel) {
    return input + (pixel < pixels ? pixel : pixels - 1) * input_stride;
  };
  B blocks;
#pragma GCC unroll 16
  for (std::int64_t r = 0; r < B::kRows; ++r)
    blocks.rows[r] = Z::load(row(r), row(r + B::kRows));
  blocks = transposed<Z, Element>(blocks);
  for (std::int64_t r = 0; r < channels; ++r) {
    Element buffer[static_cast<std::size_t>(B::kPixels)];
    Z::store(buffer, blocks.rows[r]);
    __builtin_memcpy(output + r * output_stride, buffer, static_cast<std::size_t>(pixels) * sizeof(Element));
  }
}

// A line's worth of channels at a time, so that every line of the input is fetched once.
template <typename Z, typename Element>
void run(const TransposeCall& call, std::int64_t begin, std::int64_t end) {
  using B = Blocks<Z, Element>;
  constexpr std::int64_t kLine = kLineBytes / static_cast<std::int64_t>(sizeof(Element));
  const auto smaller = [](std::int64_t a, std::int64_t b) { return a < b ? a : b; };
  for (; begin < end; begin += kLine) {
    const std::int64_t line_end = smaller(begin + kLine, end);
    for (std::int64_t i = 0; i < call.pixels; i += B::kPixels) {
      // The last whole block repeats some pixels.
      const std::int64_t last = call.pixels - B::kPixels;
      const std::int64_t first = i > last && last > 0 ? last : i;
      const std::int64_t pixels = smaller(call.pixels - first, B::kPixels);
      for (std::int64_t c = begin; c < line_end; c += B::kRows) {
        const Element* from = static_cast<const Element*>(call.input) + first * call.channels + c;
        Element* to = static_cast<Element*>(call.output) + c * call.pixels + first;
        if (pixels == B::kPixels && c + B::kRows <= line_end) {
          transpose_whole<Z>(from, call.channels, to, call.pixels);
        } else {
          transpose_part<Z>(from, call.channels, to, call.pixels, pixels, smaller(line_end - c, B::kRows));
        }
      }
    }
  }
}

}  // namespace
}  // namespace bitplace
