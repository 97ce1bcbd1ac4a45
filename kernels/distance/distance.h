// One query against many stored descriptors: the inner loop of exact place search.
//
// References lie `stride` bytes apart, at least the descriptor's own size, and are never read past it: they
// may belong to the user or end at a mapped file's end. Nothing need be aligned.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

struct DistanceCall {
  const void* query;
  const std::uint8_t* references;
  std::size_t stride;      // bytes from one reference to the next
  std::int64_t dimension;  // bits, or s8, f16 or f32 elements
  void* output;            // one s32 (hamming, dot_s8) or f32 (dot_f16, dot_f32) per reference
  // Where references lie one behind the other and come from memory: the line this many bytes behind the one
  // at hand is asked for. It need not exist. 0: nothing is asked for.
  std::size_t ahead = 0;
};

//   hamming:  popcount(query xor reference) over ceil(dimension / 8) bytes; unused bits are 0 in both
//   dot_s8:   sum of q * r in s32; dimension <= 2^17
//   dot_f32:  16 interleaved partial sums s[i % 16] += q[i] * r[i] (multiply and add rounded separately),
//             then the tree of l2_normalize, so the score is byte-identical on every instruction set
//   dot_f16:  the same in binary32 with elements read from f16; a product of two halves is exact
struct DistanceKernel {
  const char* name;
  IsaFeatures features;
  void (*hamming)(const DistanceCall&, std::int64_t begin, std::int64_t end);
  void (*dot_s8)(const DistanceCall&, std::int64_t begin, std::int64_t end);
  void (*dot_f16)(const DistanceCall&, std::int64_t begin, std::int64_t end);
  void (*dot_f32)(const DistanceCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<DistanceKernel> distance_kernels();

}  // namespace bitplace
