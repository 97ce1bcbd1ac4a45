// The lowering passes: each takes a graph and gives one that means the same, closer to what a robot runs.
#pragma once

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// The input that training fed as pixel / divisor becomes the pixel itself: u8 in, s32 accumulators, and an
// explicit division behind each first convolution.
Result<Graph> integer_input(const Graph& graph, float divisor);

// Where a channel falls with its accumulator and is pooled afterwards, the filter's bits are inverted and the
// constants behind it take the sign: -accumulator is what the inverted filter gives, exactly, because padding
// with zero adds nothing and padding with one enters every product with its weight. From then on the
// maximum of the outputs is the output of the maximum.
Result<Graph> orient_filters(const Graph& graph);

// A chain of divisions, multiply-adds and batch-norms between accumulators and a sign becomes one integer
// threshold per channel. Max-pools in the chain stay, on accumulators.
Result<Graph> fold_thresholds(const Graph& graph);

// max_pool s32 -> threshold becomes threshold -> max_pool b1: AND of bits (1 means -1), OR for channels whose
// bit is flipped.
Result<Graph> pool_behind_sign(const Graph& graph);

// A convolution takes in the threshold and the non-overlapping max-pool behind it.
Result<Graph> fuse_convolution(const Graph& graph);

// How the features become a descriptor.
struct DescriptorEncoding {
  DataType type = DataType::f32;         // f32, s8 or b1
  float scale = 1.0f;                    // s8: code = round(feature * scale)
  std::vector<std::int32_t> thresholds;  // b1: one per feature; empty: the sign
};

// Flattens the features and appends l2_normalize, quantize or threshold.
Result<Graph> encode_descriptor(const Graph& graph, const DescriptorEncoding& encoding);

}  // namespace bitplace
